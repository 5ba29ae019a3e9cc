import { OttlEvaluationError } from './ottl-evaluation-error.ts';
import { shown } from './shown.ts';

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

/** More are too long before the point, and less than a nanosecond behind it. */
const MAX_DIGITS = 19;

const WHOLE = /^[+-]?(?:(?:\d+(?:\.\d*)?|\.\d+)(?:ns|us|µs|μs|ms|s|m|h))+$/;
const PART = /(\d*)\.?(\d*)(ns|us|µs|μs|ms|s|m|h)/g;

/** Reads a duration as Go's `time.ParseDuration` does, exactly, in nanoseconds. */
export function parseGoNanos(text: string): bigint {
  if (/^[+-]?0$/.test(text)) return 0n;
  if (!WHOLE.test(text)) throw new OttlEvaluationError(`${shown(text)} is not a duration such as "1h30m" or "250ms"`);
  let nanos = 0n;
  for (const [, whole = '', fraction = '', unit = ''] of text.matchAll(PART)) {
    const size = UNIT_NANOS.get(unit) ?? 0n;
    const digits = whole.replace(/^0+/, '');
    if (digits.length > MAX_DIGITS) return tooLong(text);
    const parts = fraction.slice(0, MAX_DIGITS);
    nanos += BigInt(digits || '0') * size + (BigInt(parts || '0') * size) / 10n ** BigInt(parts.length);
  }
  const signed = text.startsWith('-') ? -nanos : nanos;
  if (signed !== BigInt.asIntN(64, signed)) return tooLong(text);
  return signed;
}

function tooLong(text: string): never {
  throw new OttlEvaluationError(`${shown(text)} is too long for a duration`);
}
