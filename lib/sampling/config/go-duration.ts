const UNIT_NANOS: ReadonlyMap<string, number> = new Map([
  ['ns', 1],
  ['us', 1e3],
  ['µs', 1e3], // micro sign
  ['μs', 1e3], // Greek mu
  ['ms', 1e6],
  ['s', 1e9],
  ['m', 60e9],
  ['h', 3600e9],
]);

const WHOLE = /^[+-]?(?:(?:\d+(?:\.\d*)?|\.\d+)(?:ns|us|µs|μs|ms|s|m|h))+$/;
const PART = /(\d+\.?\d*|\.\d+)(ns|us|µs|μs|ms|s|m|h)/g;

/** Reads a duration as Go's `time.ParseDuration` does (`1h30m`, `1.5s`, `-300ms`, `0`), in milliseconds. */
export function parseGoDuration(text: string): number | undefined {
  if (/^[+-]?0$/.test(text)) return 0;
  if (!WHOLE.test(text)) return undefined;
  let nanos = 0;
  for (const [, amount = '', unit = ''] of text.matchAll(PART)) {
    nanos += Math.round(Number(amount) * (UNIT_NANOS.get(unit) ?? 0));
  }
  return (text.startsWith('-') ? -nanos : nanos) / 1e6;
}
