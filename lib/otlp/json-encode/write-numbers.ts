const ZERO = 0x30;
/** The two digits of each number below 100 in ASCII, with the tens in the low byte. */
const PAIRS: Uint16Array = Uint16Array.from(
  { length: 100 },
  (_, value) => (ZERO + Math.floor(value / 10)) | ((ZERO + (value % 10)) << 8),
);

/** Writes `high * 2^32 + low` (both unsigned) in decimal into `out` at `at`, and returns the offset after it. */
export function writeDecimal(out: DataView, at: number, high: number, low: number): number {
  if (high === 0) return writeNumber(out, at, low);
  // Long division by 10^6 keeps every step below 2^53, where numbers are exact.
  const quotientHigh = Math.floor(high / 1e6);
  const rest = (high - quotientHigh * 1e6) * 0x100000000 + low;
  const quotientLow = Math.floor(rest / 1e6);
  const quotient = quotientHigh * 0x100000000 + quotientLow;
  return writeDigits(out, writeNumber(out, at, quotient), rest - quotientLow * 1e6, 6);
}

/** Writes a whole number below 2^53. */
function writeNumber(out: DataView, at: number, value: number): number {
  if (value < 1e8) return writeDigits(out, at, value, digitCount(value | 0));
  const top = Math.floor(value / 1e8);
  return writeDigits(out, writeNumber(out, at, top), value - top * 1e8, 8);
}

function digitCount(value: number): number {
  let count = 1;
  for (let bound = 10; value >= bound; bound *= 10) count++;
  return count;
}

/** Writes the lowest `count` digits of a number below 2^31, two at a time. */
function writeDigits(out: DataView, at: number, value: number, count: number): number {
  let rest = value | 0;
  let i = at + count;
  for (; i >= at + 2; i -= 2) {
    const next = (rest / 100) | 0;
    const pair = rest - next * 100;
    out.setUint16(i - 2, PAIRS[pair] as number, true);
    rest = next;
  }
  if (i > at) out.setUint8(at, ZERO + (rest % 10));
  return at + count;
}

const MINUS = 0x2d;
const POINT = 0x2e;
/** The most bytes that a double takes. */
export const MAX_DOUBLE_LENGTH = 32;
/** With up to three more digits the scaled number stays below 2^31 and below 10^15. */
const MOST_WHOLE = 2_000_000;

/**
 * Writes a double at `at` and returns the offset after it: a number that reads back equal, or a string for NaN and the
 * infinities (proto3 JSON mapping). -0 gets a decimal point, so that readers that parse integers do not turn it into 0.
 * There must be room for {@link MAX_DOUBLE_LENGTH} bytes.
 */
export function writeDouble(out: DataView, at: number, value: number): number {
  const size = Math.abs(value);
  if (size > 0 && size < MOST_WHOLE) {
    // Doubles distinguish all decimals of up to 15 digits, so the first one that reads back equal is the shortest.
    for (let places = 0, scale = 1; places <= 3; places++, scale *= 10) {
      const scaled = Math.round(size * scale);
      if (scaled / scale !== size) continue;
      if (value < 0) out.setUint8(at, MINUS);
      return writePlaces(out, value < 0 ? at + 1 : at, scaled, scale);
    }
  }
  const text = Object.is(value, -0) ? '-0.0' : Number.isFinite(value) ? String(value) : `"${value}"`;
  for (let i = 0; i < text.length; i++) out.setUint8(at + i, text.charCodeAt(i));
  return at + text.length;
}

/** Writes `scaled / scale`, where `scale` is a power of ten. */
function writePlaces(out: DataView, start: number, scaled: number, scale: number): number {
  const whole = Math.floor(scaled / scale);
  let at = writeDecimal(out, start, 0, whole);
  if (scale === 1) return at;
  out.setUint8(at++, POINT);
  let rest = scaled - whole * scale;
  for (let unit = scale / 10; unit >= 1; unit /= 10) {
    const digit = Math.floor(rest / unit);
    out.setUint8(at++, ZERO + digit);
    rest -= digit * unit;
  }
  return at;
}
