import { writeDecimal } from '../json-decimal.ts';

const MINUS = 0x2d;
const POINT = 0x2e;
const ZERO = 0x30;
/** How many bytes a double can take. */
export const MAX_DOUBLE_LENGTH = 32;
/** With up to three more digits that is below 2^31 and below 10^15. */
const MOST_WHOLE = 2_000_000;

/**
 * Writes a double from `at` and returns the offset after it: a number that reads back equal; NaN and the infinities as
 * strings (proto3 JSON mapping). -0 has a point, or readers that tell integers from doubles would make 0 of it. There must be room for {@link MAX_DOUBLE_LENGTH} bytes.
 */
export function writeDouble(out: Uint8Array, at: number, value: number): number {
  const size = Math.abs(value);
  if (size > 0 && size < MOST_WHOLE) {
    // Doubles tell all decimals of up to 15 digits apart: one that reads back equal is the shortest that does.
    for (let places = 0, scale = 1; places <= 3; places++, scale *= 10) {
      const scaled = Math.round(size * scale);
      if (scaled / scale !== size) continue;
      if (value < 0) out[at] = MINUS;
      return writePlaces(out, value < 0 ? at + 1 : at, scaled, scale);
    }
  }
  const text = Object.is(value, -0) ? '-0.0' : Number.isFinite(value) ? String(value) : `"${value}"`;
  for (let i = 0; i < text.length; i++) out[at + i] = text.charCodeAt(i);
  return at + text.length;
}

/** Writes `scaled / scale`, `scale` being a power of ten. */
function writePlaces(out: Uint8Array, start: number, scaled: number, scale: number): number {
  const whole = Math.floor(scaled / scale);
  let at = writeDecimal(out, start, 0, whole);
  if (scale === 1) return at;
  out[at++] = POINT;
  let rest = scaled - whole * scale;
  for (let unit = scale / 10; unit >= 1; unit /= 10) {
    const digit = Math.floor(rest / unit);
    out[at++] = ZERO + digit;
    rest -= digit * unit;
  }
  return at;
}
