/** What configurations ask for and traces have: few values, so that they meet, and those at which things go wrong. */

export const KEYS = ['a', 'http.status_code', 'service.name', 'ключ', 'name'] as const;

export const TEXTS = [
  '',
  'a',
  'A',
  'ab',
  'GET /health',
  '/healthz',
  'ünïcødé 🧾',
  'line\nbreak',
  '500',
  'true',
  'x'.repeat(300),
  '\u0000',
  '\u017f\u212a',
  'a.b',
] as const;

export const PATTERNS = [
  '',
  'a',
  '^a$',
  '^$',
  '.*',
  '.',
  '^.{2}$',
  '/health',
  '^GET .*h$',
  '(?i)^a',
  '(?i)k',
  '(?i)s',
  '[0-9]+',
  '\\d{3}',
  '\\bb',
  '\\p{L}',
  '\\p{Greek}|\\pN',
  '[[:upper:]]',
  '^\\PL',
  'line.break',
  '(?s)line.break',
  '(?m)^break$',
  '(?m)line$',
  'a|b|',
  '\\x{1F9FE}',
  'x{200}',
  '(a+)+b',
  '\\Aa\\z',
  '(?P<word>\\w+) \\W',
  '[^a-z]',
  '\\Qa.b\\E',
  '(?U)a+',
] as const;

export const INTS = [
  0n,
  1n,
  -1n,
  2n,
  100n,
  404n,
  500n,
  599n,
  -500n,
  2n ** 31n,
  2n ** 53n + 1n,
  2n ** 63n - 1n,
  -(2n ** 63n),
] as const;

export const DOUBLES = [0, -0, 1, 500, 500.5, 404, 1e300, Number.NaN, Infinity, -Infinity] as const;

/** In milliseconds: thresholds, and what the durations of spans are near. */
export const DURATIONS_MS = [0n, 1n, 2n, 5n, 100n, 250n, 251n, 1000n] as const;
export const ODD_DURATIONS_MS = [-1n, -1000n, 2n ** 63n - 1n, -(2n ** 63n), 9223372036854n] as const;

export const TRACE_STATE_KEYS = ['rojo', 'ot', '0t@v'] as const;
export const TRACE_STATE_VALUES = ['1', 'th:8', 'th:c;rv:d29d6a7215ced0', 'a b', '00f067aa0ba902b7', 'é'] as const;
export const TRACE_STATES = [
  ...TRACE_STATE_KEYS.flatMap((key) => TRACE_STATE_VALUES.map((value) => `${key}=${value}`)),
  'rojo=1,ot=th:8',
  ' rojo=1\t,\tot= th:8 ',
  'rojo=1,,ot=th:8,',
  'rojo=1,rojo=1',
  'rojo=1,broken',
  'rojo=1, ',
  'rojo =1',
  'Rojo=1',
  'rojo=1=1',
  'rojo=',
  ',',
  ' ',
  `rojo=1,${'k'.repeat(256)}=1`,
  `rojo=1,${'k'.repeat(257)}=1`,
  `rojo=1,k=${'v'.repeat(256)}`,
  `rojo=1,k=${'v'.repeat(257)}`,
  `rojo=1,${Array.from({ length: 31 }, (_, i) => `k${i}=v`).join(',')}`,
  `rojo=1,${Array.from({ length: 32 }, (_, i) => `k${i}=v`).join(',')}`,
] as const;
