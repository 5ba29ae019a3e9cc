const ZERO = 0x30;

/** Writes `high * 2^32 + low` (both unsigned) in decimal into `out` from `at`, and returns the offset after it. */
export function writeDecimal(out: Uint8Array, at: number, high: number, low: number): number {
  if (high === 0) return writeNumber(out, at, low);
  // Long division by 10^6 keeps every step below 2^53, where numbers are exact.
  const quotientHigh = Math.floor(high / 1e6);
  const rest = (high - quotientHigh * 1e6) * 0x100000000 + low;
  const quotientLow = Math.floor(rest / 1e6);
  const quotient = quotientHigh * 0x100000000 + quotientLow;
  return writeDigits(out, writeNumber(out, at, quotient), rest - quotientLow * 1e6, 6);
}

/** Writes a whole number below 2^53. */
function writeNumber(out: Uint8Array, at: number, value: number): number {
  let count = 1;
  for (let bound = 10; value >= bound; bound *= 10) count++;
  if (count <= 9) return writeDigits(out, at, value, count);
  const top = Math.floor(value / 1e9);
  return writeDigits(out, writeNumber(out, at, top), value - top * 1e9, 9);
}

/** Writes the lowest `count` digits of a number below 2^31. */
function writeDigits(out: Uint8Array, at: number, value: number, count: number): number {
  let rest = value | 0;
  for (let i = at + count - 1; i >= at; i--) {
    const next = (rest / 10) | 0;
    out[i] = ZERO + rest - next * 10;
    rest = next;
  }
  return at + count;
}
