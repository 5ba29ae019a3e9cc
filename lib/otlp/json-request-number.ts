import { isJsonNumber, type JsonCursor, QUOTE } from './json-request-cursor.ts';
import { MalformedOtlpError } from './malformed-otlp-error.ts';

const TWO_32 = 2 ** 32;
const POWERS_OF_TEN = Array.from({ length: 23 }, (_, exponent) => 10 ** exponent);
const SPECIAL_DOUBLES = new Map([
  ['NaN', Number.NaN],
  ['Infinity', Number.POSITIVE_INFINITY],
  ['-Infinity', Number.NEGATIVE_INFINITY],
]);

/** The integer types of protobuf, with their bounds. */
export const INTEGER_BOUNDS = {
  int32: [-(2n ** 31n), 2n ** 31n - 1n],
  uint32: [0n, 2n ** 32n - 1n],
  int64: [-(2n ** 63n), 2n ** 63n - 1n],
  uint64: [0n, 2n ** 64n - 1n],
} as const;
export type IntegerType = keyof typeof INTEGER_BOUNDS;

/** Reads the numbers of proto3 JSON: bare or in quotes. The result of an integer is left in `low` and `high`. */
export class JsonNumbers {
  /** The two's complement of the last integer, as unsigned halves. */
  low = 0;
  high = 0;
  readonly #cursor: JsonCursor;

  constructor(cursor: JsonCursor) {
    this.#cursor = cursor;
  }

  /** Reads an integer of this type. Fractions and exponents are allowed as long as the value is whole. */
  integer(type: IntegerType): void {
    const cursor = this.#cursor;
    const isQuoted = cursor.peek() === QUOTE;
    const start = cursor.offset;
    if (isQuoted) cursor.offset++;
    if (!this.#plainInteger(type)) {
      cursor.offset = start;
      this.#anyInteger(type, isQuoted ? cursor.string() : cursor.word(), start);
    } else if (isQuoted) {
      cursor.expect(QUOTE);
    }
  }

  /** Up to 19 digits, as a time in nanoseconds has; they fit into 64 bits. False when it is anything else. */
  #plainInteger(type: IntegerType): boolean {
    const { bytes } = this.#cursor;
    let at = this.#cursor.offset;
    const isNegative = bytes[at] === 0x2d;
    if (isNegative) at++;
    const first = at;
    let low = 0;
    let high = 0;
    while (at - first < 19) {
      // Six digits at once: their product with a half stays below 2 ** 53.
      let chunk = 0;
      let scale = 1;
      for (let i = 0; i < 6 && at - first < 19; i++, at++) {
        const digit = (bytes[at] as number) - 0x30;
        if (!(digit >= 0 && digit <= 9)) break;
        chunk = chunk * 10 + digit;
        scale *= 10;
      }
      const product = low * scale + chunk;
      low = product >>> 0;
      high = high * scale + (product - low) / TWO_32;
      if (scale < 1_000_000) break;
    }
    const digits = at - first;
    const next = bytes[at] as number;
    const isLonger = (next >= 0x30 && next <= 0x39) || next === 0x2e || (next | 0x20) === 0x65;
    if (digits === 0 || isLonger || (digits > 1 && bytes[first] === 0x30)) return false;
    if ((type === 'int32' || type === 'uint32') && (high !== 0 || (type === 'int32' && low > 0x7fffffff))) return false;
    if (type === 'int64' && high > 0x7fffffff) return false;
    if (isNegative && (low !== 0 || high !== 0)) {
      if (type === 'uint32' || type === 'uint64') return false;
      high = (low === 0 ? -high : ~high) >>> 0;
      low = -low >>> 0;
    }
    this.#cursor.offset = at;
    this.low = low;
    this.high = high;
    return true;
  }

  #anyInteger(type: IntegerType, text: string, start: number): void {
    const [, sign, whole, fraction = '', exponent = '0'] =
      /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/.exec(text) ?? [];
    if (whole === undefined || !isJsonNumber(text)) throw new MalformedOtlpError('expected an integer', start);
    const digits = (whole + fraction).replace(/^0+/, '').replace(/0+$/, '');
    const zeros = (whole + fraction).replace(/^0+/, '').length - digits.length + Number(exponent) - fraction.length;
    if (digits !== '' && zeros < 0) throw new MalformedOtlpError('expected a whole number', start);
    const isTooLong = digits.length + zeros > 20;
    const value = digits === '' ? 0n : isTooLong ? 2n ** 64n : BigInt(digits + '0'.repeat(zeros));
    const signed = sign === '-' ? -value : value;
    const [least, most] = INTEGER_BOUNDS[type];
    if (signed < least || signed > most)
      throw new MalformedOtlpError(`expected an integer from ${least} to ${most}`, start);
    this.low = Number(BigInt.asUintN(32, signed));
    this.high = Number(BigInt.asUintN(32, signed >> 32n));
  }

  /** Reads a double: a number, or `NaN`, `Infinity` and `-Infinity` in quotes. */
  double(): number {
    const cursor = this.#cursor;
    const isQuoted = cursor.peek() === QUOTE;
    const start = cursor.offset;
    if (!isQuoted) {
      const short = this.#shortDecimal();
      if (short !== undefined) return short;
    }
    const text = isQuoted ? cursor.string() : cursor.word();
    const special = isQuoted ? SPECIAL_DOUBLES.get(text) : undefined;
    if (special !== undefined) return special;
    if (!isJsonNumber(text)) throw new MalformedOtlpError('expected a number', start);
    const value = Number(text);
    if (!Number.isFinite(value)) throw new MalformedOtlpError('expected a number that a double can hold', start);
    return value;
  }

  /** Up to 15 digits without exponent: both they and the power of ten are exact, so that one division rounds right. */
  #shortDecimal(): number | undefined {
    const { bytes } = this.#cursor;
    let at = this.#cursor.offset;
    const isNegative = bytes[at] === 0x2d;
    if (isNegative) at++;
    const first = at;
    let point = -1;
    let mantissa = 0;
    for (; at - first <= 16; at++) {
      const byte = bytes[at] as number;
      if (byte >= 0x30 && byte <= 0x39) mantissa = mantissa * 10 + (byte - 0x30);
      else if (byte === 0x2e && point < 0) point = at;
      else break;
    }
    const wholeDigits = (point < 0 ? at : point) - first;
    const fractionDigits = point < 0 ? 0 : at - point - 1;
    const isJson = wholeDigits > 0 && (wholeDigits === 1 || bytes[first] !== 0x30) && (point < 0 || fractionDigits > 0);
    const next = bytes[at] as number;
    const isOver = next === 0x2c || next === 0x7d || next === 0x5d || next <= 0x20;
    if (!isJson || !isOver || wholeDigits + fractionDigits > 15) return undefined;
    this.#cursor.offset = at;
    const value = mantissa / (POWERS_OF_TEN[fractionDigits] as number);
    return isNegative ? -value : value;
  }
}
