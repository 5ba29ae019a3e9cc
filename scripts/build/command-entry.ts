/** What a user's shell starts, within the package. */
export const BIN = 'bin/tailgate.mjs';

/** Sources that are compiled, with all that they import. */
export const ENTRY_POINTS: readonly string[] = [
  'lib/local/main.ts',
  'lib/cli/validate/main.ts',
  'lib/cli/query/main.ts',
];
