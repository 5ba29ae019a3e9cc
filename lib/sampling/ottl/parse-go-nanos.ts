import { OttlEvaluationError } from './ottl-evaluation-error.ts';

const UNIT_NANOS: ReadonlyMap<string, bigint> = new Map([
  ['ns', 1n],
  ['us', 1000n],
  ['µs', 1000n],
  ['μs', 1000n],
  ['ms', 1_000_000n],
  ['s', 1_000_000_000n],
  ['m', 60_000_000_000n],
  ['h', 3_600_000_000_000n],
]);

const WHOLE = /^[+-]?(?:(?:\d+\.?\d*|\.\d+)(?:ns|us|µs|μs|ms|s|m|h))+$/;
const PART = /(\d*)\.?(\d*)(ns|us|µs|μs|ms|s|m|h)/g;

/** Reads a duration as Go's `time.ParseDuration` does, exactly, in nanoseconds. */
export function parseGoNanos(text: string): bigint {
  if (/^[+-]?0$/.test(text)) return 0n;
  if (!WHOLE.test(text))
    throw new OttlEvaluationError(`${JSON.stringify(text)} is no duration such as "1h30m" or "250ms"`);
  let nanos = 0n;
  for (const [, whole = '', fraction = '', unit = ''] of text.matchAll(PART)) {
    const size = UNIT_NANOS.get(unit) ?? 0n;
    nanos += BigInt(whole || '0') * size + (BigInt(fraction || '0') * size) / 10n ** BigInt(fraction.length);
  }
  const signed = text.startsWith('-') ? -nanos : nanos;
  if (signed !== BigInt.asIntN(64, signed)) throw new OttlEvaluationError(`${text} is too long for a duration`);
  return signed;
}
