import { OttlEvaluationError, shown } from '../errors.ts';

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

const DECIMAL = /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?$/;
const INFINITE = /^([+-]?)(?:inf|infinity)$/i;

/** Reads an int64 with the digits of a base from 2 to 36 (Go's `strconv.ParseInt`). */
export function parseGoInt(text: string, base: number): bigint {
  const digits = text.replace(/^[+-]/, '').toLowerCase();
  if (digits === '') throw new OttlEvaluationError(`${shown(text)} is not a whole number`);
  let value = 0n;
  for (const digit of digits) {
    const amount = '0123456789abcdefghijklmnopqrstuvwxyz'.indexOf(digit);
    if (amount < 0 || amount >= base) throw new OttlEvaluationError(`${shown(text)} is not a whole number`);
    value = value * BigInt(base) + BigInt(amount);
    if (value > 2n ** 63n) break;
  }
  const signed = text.startsWith('-') ? -value : value;
  if (signed !== BigInt.asIntN(64, signed)) throw new OttlEvaluationError(`${shown(text)} does not fit into 64 bits`);
  return signed;
}

const LITERAL = /^([+-]?)(?:0[xX]((?:_?[\da-fA-F])+)|0[bB]((?:_?[01])+)|0[oO]?((?:_?[0-7])+)|([1-9](?:_?\d)*|0))$/;

/** Reads an int64 as it is written in Go: `0x1f`, `0b11`, `0o17`, `017`, `1_000` (`strconv.ParseInt` with base 0). */
export function parseGoIntLiteral(text: string): bigint {
  const [, sign = '', hex, binary, octal, decimal] = LITERAL.exec(text) ?? [];
  const digits = hex ?? binary ?? octal ?? decimal ?? '';
  const base = hex !== undefined ? 16 : binary !== undefined ? 2 : octal !== undefined ? 8 : 10;
  return parseGoInt(`${sign}${digits.replaceAll('_', '')}`, base);
}

/** Reads a double (Go's `strconv.ParseFloat`, without hexadecimal ones). */
export function parseGoFloat(text: string): number {
  const infinite = INFINITE.exec(text);
  if (infinite !== null) return infinite[1] === '-' ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
  if (/^nan$/i.test(text)) return Number.NaN;
  const value = DECIMAL.test(text) ? Number(text) : Number.NaN;
  if (!Number.isFinite(value)) throw new OttlEvaluationError(`${shown(text)} is not a number`);
  return value;
}

/** Reads a bool (Go's `strconv.ParseBool`). */
export function parseGoBool(text: string): boolean {
  if (['1', 't', 'T', 'TRUE', 'true', 'True'].includes(text)) return true;
  if (['0', 'f', 'F', 'FALSE', 'false', 'False'].includes(text)) return false;
  throw new OttlEvaluationError(`${shown(text)} is neither true nor false`);
}
