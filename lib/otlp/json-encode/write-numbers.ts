const ZERO = 0x30;
/** The two digits of each number below 100 in ASCII, with the tens in the low byte. */
const PAIRS: Uint16Array = Uint16Array.from(
  { length: 100 },
  (_, value) => (ZERO + Math.floor(value / 10)) | ((ZERO + (value % 10)) << 8),
);

/**
 * Writes the unsigned 64-bit number `high * 2^32 + low` in decimal into `out` at `at`, and returns the offset after it.
 * Each half is any integer with these 32 bits, signed or not: the caller need not create a number beyond 31 bits, which
 * V8 would store as an object.
 */
export function writeDecimal(out: DataView, at: number, high: number, low: number): number {
  const unsignedLow = low >>> 0;
  if (high === 0) {
    if (unsignedLow < MILLION) return writeInteger(out, at, unsignedLow);
    const top = Math.floor(unsignedLow / MILLION);
    return writeSixDigits(out, writeInteger(out, at, top), unsignedLow - top * MILLION);
  }
  // Long division by 10^6 keeps every step below 2^53, where numbers are exact.
  const unsignedHigh = high >>> 0;
  const quotientHigh = Math.floor(unsignedHigh / MILLION);
  const rest = (unsignedHigh - quotientHigh * MILLION) * 0x100000000 + unsignedLow;
  const quotientLow = Math.floor(rest / MILLION);
  const quotient = quotientHigh * 0x100000000 + quotientLow;
  const top = Math.floor(quotient / MILLION);
  const middle = quotient - top * MILLION;
  const middleEnd = top > 0 ? writeSixDigits(out, writeInteger(out, at, top), middle) : writeInteger(out, at, middle);
  return writeSixDigits(out, middleEnd, rest - quotientLow * MILLION);
}

/**
 * Writes a time in nanoseconds since 1970, `high * 2^32 + low`, in decimal as {@link writeDecimal} does. Times that come after each
 * other mostly share their seconds: they are remembered.
 */
export function writeNanos(out: DataView, at: number, high: number, low: number): number {
  if (high < LEAST_HIGH || high >= MOST_HIGH) return writeDecimal(out, at, high, low);
  // The sum is rounded to a double, so the quotient may be wrong by one. The remainder is right in 32 bits.
  let seconds = Math.floor((high * 0x100000000 + (low >>> 0)) / BILLION) | 0;
  let nanos = (low - Math.imul(seconds, BILLION)) | 0;
  if (nanos < 0) {
    nanos += BILLION;
    seconds = (seconds - 1) | 0;
  } else if (nanos >= BILLION) {
    nanos -= BILLION;
    seconds = (seconds + 1) | 0;
  }
  if (seconds !== lastSeconds) {
    lastSeconds = seconds;
    writeDecimal(lastDigits, 0, 0, seconds);
  }
  out.setFloat64(at, lastDigits.getFloat64(0, true), true);
  out.setUint16(at + 8, lastDigits.getUint16(8, true), true);
  const millions = (nanos / MILLION) | 0;
  const rest = nanos - millions * MILLION;
  const thousands = (rest / 1000) | 0;
  // Each overwrites the fourth byte of the one before.
  out.setInt32(at + 10, TRIPLES[millions] as number, true);
  out.setInt32(at + 13, TRIPLES[thousands] as number, true);
  out.setInt32(at + 16, TRIPLES[rest - thousands * 1000] as number, true);
  return at + 19;
}

const BILLION = 1_000_000_000;
/** The high half of times from 2004 to 2106: their seconds have ten digits, and fit into 32 bits. */
const LEAST_HIGH = 0x0f000000;
const MOST_HIGH = BILLION;
let lastSeconds = 0;
const lastDigits = new DataView(new ArrayBuffer(16));

/** The three digits of each number below 1000 in ASCII, with the hundreds in the low byte. */
const TRIPLES: Int32Array = Int32Array.from(
  { length: 1000 },
  (_, value) => (ZERO + Math.floor(value / 100)) | ((PAIRS[value % 100] as number) << 8),
);

const MILLION = 1_000_000;

/** Writes a number below 2^31. */
function writeInteger(out: DataView, at: number, value: number): number {
  let rest = value | 0;
  const end = at + digitCount(rest);
  let i = end;
  for (; i >= at + 2; i -= 2) {
    const next = (rest / 100) | 0;
    out.setUint16(i - 2, PAIRS[rest - next * 100] as number, true);
    rest = next;
  }
  if (i > at) out.setUint8(at, ZERO + rest);
  return end;
}

function digitCount(value: number): number {
  let count = 1;
  for (let bound = 10; value >= bound; bound *= 10) count++;
  return count;
}

/** Writes a number below 10^6 with leading zeros. */
function writeSixDigits(out: DataView, at: number, value: number): number {
  const number = value | 0;
  const high = (number / 10_000) | 0;
  const highAndMiddle = (number / 100) | 0;
  const middle = highAndMiddle - high * 100;
  out.setInt32(at, (PAIRS[high] as number) | ((PAIRS[middle] as number) << 16), true);
  out.setUint16(at + 4, PAIRS[number - highAndMiddle * 100] as number, true);
  return at + 6;
}

const MINUS = 0x2d;
const POINT = 0x2e;
/** The most bytes that a double takes. */
export const MAX_DOUBLE_LENGTH = 32;
/** With six more digits, that is at most 15, of which doubles distinguish all decimals. */
const MOST_WHOLE = 1e9;

/**
 * Writes a double at `at` and returns the offset after it: a number that reads back equal, or a string for NaN and the
 * infinities (proto3 JSON mapping). -0 gets a decimal point, so that readers that parse integers do not turn it into 0.
 * There must be room for {@link MAX_DOUBLE_LENGTH} bytes.
 */
export function writeDouble(out: DataView, at: number, value: number): number {
  const size = Math.abs(value);
  if (size > 0 && size < MOST_WHOLE) {
    const millionths = Math.round(size * MILLION);
    // Of decimals of up to 15 digits only one reads back equal, so it is also the shortest.
    if (millionths / MILLION === size) {
      if (value < 0) out.setUint8(at, MINUS);
      return writeMillionths(out, value < 0 ? at + 1 : at, millionths);
    }
  }
  const text = Object.is(value, -0) ? '-0.0' : Number.isFinite(value) ? String(value) : `"${value}"`;
  for (let i = 0; i < text.length; i++) out.setUint8(at + i, text.charCodeAt(i));
  return at + text.length;
}

/** Writes a number of millionths without zeros at the end. */
function writeMillionths(out: DataView, start: number, millionths: number): number {
  const whole = Math.floor(millionths / MILLION);
  const fraction = millionths - whole * MILLION;
  const at = writeInteger(out, start, whole);
  if (fraction === 0) return at;
  out.setUint8(at, POINT);
  let end = writeSixDigits(out, at + 1, fraction);
  while (out.getUint8(end - 1) === ZERO) end--;
  return end;
}
