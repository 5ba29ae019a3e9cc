import { digitsEnd, type JsonCursor, numberEnd, QUOTE } from './cursor.ts';

const TWO_32 = 2 ** 32;
const POWERS_OF_TEN = Array.from({ length: 23 }, (_, exponent) => 10 ** exponent);
const SPECIAL_DOUBLES = new Map([
  ['NaN', Number.NaN],
  ['Infinity', Number.POSITIVE_INFINITY],
  ['-Infinity', Number.NEGATIVE_INFINITY],
]);
const ZERO = 0x30;
const decoder = new TextDecoder();

/** The integer types of protobuf, with their bounds. */
const INTEGER_BOUNDS = {
  int32: [-(2n ** 31n), 2n ** 31n - 1n],
  uint32: [0n, 2n ** 32n - 1n],
  int64: [-(2n ** 63n), 2n ** 63n - 1n],
  uint64: [0n, 2n ** 64n - 1n],
} as const;
export type IntegerType = keyof typeof INTEGER_BOUNDS;

/**
 * Reads the numbers of proto3 JSON, bare or in quotes. The methods consume the number and return undefined, or return
 * what was expected instead; the position of the cursor is then undefined.
 */
export class JsonNumbers {
  /** The last integer in two's complement, as unsigned halves. */
  low = 0;
  high = 0;
  /** The last double. */
  value = 0.5;
  readonly #cursor: JsonCursor;

  constructor(cursor: JsonCursor) {
    this.#cursor = cursor;
  }

  /** Reads an integer of this type. Fractions and exponents are allowed as long as the value is whole. */
  integer(type: IntegerType): string | undefined {
    const cursor = this.#cursor;
    const isQuoted = cursor.peek() === QUOTE;
    const start = cursor.offset;
    if (isQuoted) cursor.offset++;
    if (this.#plainInteger(type)) {
      if (!isQuoted) return undefined;
      if (cursor.bytes[cursor.offset] === QUOTE) {
        cursor.offset++;
        return undefined;
      }
    }
    cursor.offset = start;
    return this.#anyInteger(type, this.#token(isQuoted));
  }

  /** The bytes of a number, if it is one. */
  #token(isQuoted: boolean): Uint8Array {
    const cursor = this.#cursor;
    if (isQuoted) return new TextEncoder().encode(cursor.string());
    const start = cursor.offset;
    cursor.offset = cursor.wordEnd();
    return cursor.bytes.subarray(start, cursor.offset);
  }

  /** Fast path for up to 19 digits, as in a time in nanoseconds; they fit into 64 bits. False for everything else. */
  #plainInteger(type: IntegerType): boolean {
    const { bytes } = this.#cursor;
    let at = this.#cursor.offset;
    const isNegative = bytes[at] === 0x2d;
    if (isNegative) at++;
    const first = at;
    let low = 0;
    let high = 0;
    while (at - first < 19) {
      // Six digits at a time, so that their product with a 32-bit half stays below 2^53.
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

  /** Slow path for any integer. It examines each digit once or twice, however many there are. */
  #anyInteger(type: IntegerType, bytes: Uint8Array): string | undefined {
    const end = bytes.length;
    if (end === 0 || numberEnd(bytes, 0, end) !== end) return 'expected an integer';
    const isNegative = bytes[0] === 0x2d;
    const whole = isNegative ? 1 : 0;
    const wholeEnd = digitsEnd(bytes, whole, end);
    const hasFraction = bytes[wholeEnd] === 0x2e;
    const fractionEnd = hasFraction ? digitsEnd(bytes, wholeEnd + 1, end) : wholeEnd;
    const exponent = fractionEnd < end ? Number(decoder.decode(bytes.subarray(fractionEnd + 1))) : 0;
    // The range from the first to the last digit that is not 0, and its distance from the decimal point.
    let first = whole;
    while (first < fractionEnd && (bytes[first] === ZERO || first === wholeEnd)) first++;
    let last = fractionEnd - 1;
    while (last > first && (bytes[last] === ZERO || last === wholeEnd)) last--;
    let value = 0n;
    if (first < fractionEnd) {
      const pointAfterLast = last < wholeEnd ? wholeEnd - 1 - last : wholeEnd - last;
      const zeros = pointAfterLast + exponent;
      if (zeros < 0) return 'expected a whole number';
      // No type has more than 20 digits.
      if (last - first + zeros > 20) return outOfBounds(type);
      const digits = decoder.decode(bytes.subarray(first, last + 1)).replace('.', '');
      value = BigInt(digits + '0'.repeat(zeros));
    }
    const signed = isNegative ? -value : value;
    const [least, most] = INTEGER_BOUNDS[type];
    if (signed < least || signed > most) return outOfBounds(type);
    this.low = Number(BigInt.asUintN(32, signed));
    this.high = Number(BigInt.asUintN(32, signed >> 32n));
    return undefined;
  }

  /** Reads a double: a number, or `NaN`, `Infinity` and `-Infinity` in quotes. */
  double(): string | undefined {
    const cursor = this.#cursor;
    const isQuoted = cursor.peek() === QUOTE;
    if (!isQuoted && this.#shortDecimal()) return undefined;
    const bytes = this.#token(isQuoted);
    const isNumber = bytes.length > 0 && numberEnd(bytes, 0, bytes.length) === bytes.length;
    const text = decoder.decode(bytes);
    const value = isNumber ? Number(text) : isQuoted ? SPECIAL_DOUBLES.get(text) : undefined;
    if (value === undefined) return 'expected a number';
    if (isNumber && !Number.isFinite(value)) return 'expected a number that a double can hold';
    this.value = value;
    return undefined;
  }

  /**
   * Fast path for up to 15 digits without an exponent: the digits and the power of ten are both exact, so one division
   * rounds correctly.
   */
  #shortDecimal(): boolean {
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
    if (!isJson || !isOver || wholeDigits + fractionDigits > 15) return false;
    this.#cursor.offset = at;
    const value = mantissa / (POWERS_OF_TEN[fractionDigits] as number);
    this.value = isNegative ? -value : value;
    return true;
  }
}

function outOfBounds(type: IntegerType): string {
  const [least, most] = INTEGER_BOUNDS[type];
  return `expected an integer from ${least} to ${most}`;
}
