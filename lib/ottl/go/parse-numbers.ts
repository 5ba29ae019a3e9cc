/**
 * Numbers, bools and durations from text, by the rules of Go's `strconv` and `time`, which are not those of JavaScript.
 */
import { quotedExcerpt } from '../../text/messages.ts';
import { OttlEvaluationError } from '../errors.ts';

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

/** More digits before the point overflow 64 bits; more behind it are below a nanosecond. */
const MAX_DIGITS = 19;
/** A whole duration, and one number with its unit in it. */
const WHOLE = /^[+-]?(?:(?:\d+(?:\.\d*)?|\.\d+)(?:ns|us|µs|μs|ms|s|m|h))+$/;
const PART = /(\d*)\.?(\d*)(ns|us|µs|μs|ms|s|m|h)/g;

/** `time.ParseDuration`: the nanoseconds of a duration such as `1h30m` or `-1.5s`, exactly. */
export function parseGoNanos(text: string): bigint {
  if (/^[+-]?0$/.test(text)) return 0n;
  if (!WHOLE.test(text))
    throw new OttlEvaluationError(`${quotedExcerpt(text)} is not a duration such as "1h30m" or "250ms"`);
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
  throw new OttlEvaluationError(`${quotedExcerpt(text)} is too long for a duration`);
}

/** The decimal floats of `strconv.ParseFloat`. JavaScript's `Number` would also accept blanks and other bases. */
const DECIMAL = /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?$/;
const INFINITE = /^([+-]?)(?:inf|infinity)$/i;

/** `strconv.ParseInt` with a base from 2 to 36. */
export function parseGoInt(text: string, base: number): bigint {
  const digits = text.replace(/^[+-]/, '').toLowerCase();
  if (digits === '') throw new OttlEvaluationError(`${quotedExcerpt(text)} is not a whole number`);
  let value = 0n;
  for (const digit of digits) {
    const amount = '0123456789abcdefghijklmnopqrstuvwxyz'.indexOf(digit);
    if (amount < 0 || amount >= base) throw new OttlEvaluationError(`${quotedExcerpt(text)} is not a whole number`);
    value = value * BigInt(base) + BigInt(amount);
    if (value > 2n ** 63n) break;
  }
  const signed = text.startsWith('-') ? -value : value;
  if (signed !== BigInt.asIntN(64, signed))
    throw new OttlEvaluationError(`${quotedExcerpt(text)} does not fit into 64 bits`);
  return signed;
}

const LITERAL = /^([+-]?)(?:0[xX]((?:_?[\da-fA-F])+)|0[bB]((?:_?[01])+)|0[oO]?((?:_?[0-7])+)|([1-9](?:_?\d)*|0))$/;

/** `strconv.ParseInt` with base 0: an int64 as in Go source, `0x1f`, `0b11`, `0o17`, `017` or `1_000`. */
export function parseGoIntLiteral(text: string): bigint {
  const [, sign = '', hex, binary, octal, decimal] = LITERAL.exec(text) ?? [];
  const digits = hex ?? binary ?? octal ?? decimal ?? '';
  const base = hex !== undefined ? 16 : binary !== undefined ? 2 : octal !== undefined ? 8 : 10;
  return parseGoInt(`${sign}${digits.replaceAll('_', '')}`, base);
}

/** `strconv.ParseFloat`, without hexadecimal floats. */
export function parseGoFloat(text: string): number {
  const infinite = INFINITE.exec(text);
  if (infinite !== null) return infinite[1] === '-' ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
  if (/^nan$/i.test(text)) return Number.NaN;
  const value = DECIMAL.test(text) ? Number(text) : Number.NaN;
  if (!Number.isFinite(value)) throw new OttlEvaluationError(`${quotedExcerpt(text)} is not a number`);
  return value;
}

/** `strconv.ParseBool`. */
export function parseGoBool(text: string): boolean {
  if (['1', 't', 'T', 'TRUE', 'true', 'True'].includes(text)) return true;
  if (['0', 'f', 'F', 'FALSE', 'false', 'False'].includes(text)) return false;
  throw new OttlEvaluationError(`${quotedExcerpt(text)} is neither true nor false`);
}
