/** The queries of the library, for completion, which must not read their files. */
export const QUERY_NAMES = [
  'by-attribute',
  'critical-path',
  'dependencies',
  'errors',
  'failing-against-good',
  'late-spans',
  'linked-traces',
  'n-plus-one',
  'policies',
  'red',
  'slow-requests',
  'spans',
  'trace-of-log',
  'waterfall',
] as const;
