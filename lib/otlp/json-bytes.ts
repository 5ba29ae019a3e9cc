const QUOTE = 0x22;
const EQUALS = 0x3d;
const BASE64 = new TextEncoder().encode('ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/');

/** The two lower-case hex digits of each byte, in ASCII, the first in the low byte. */
const HEX_PAIRS: Uint16Array = Uint16Array.from({ length: 256 }, (_, byte) => {
  const digits = byte.toString(16).padStart(2, '0');
  return digits.charCodeAt(0) | (digits.charCodeAt(1) << 8);
});

/** Writes the two lower-case hex digits of a byte into `out` at `at`. */
export function writeHexPair(out: DataView, at: number, byte: number): void {
  out.setUint16(at, HEX_PAIRS[byte] as number, true);
}

/** Writes `bytes[from, to)` from `at` as a string of lower-case hex, and returns the offset after it. */
export function writeHexString(out: DataView, at: number, bytes: Uint8Array, from: number, to: number): number {
  out.setUint8(at, QUOTE);
  let next = at + 1;
  for (let i = from; i < to; i++, next += 2) out.setUint16(next, HEX_PAIRS[bytes[i] as number] as number, true);
  out.setUint8(next, QUOTE);
  return next + 1;
}

/** Writes `bytes[from, to)` from `start` as a string of standard base64, padded, and returns the offset after it. */
export function writeBase64String(out: Uint8Array, start: number, bytes: Uint8Array, from: number, to: number): number {
  let at = start;
  out[at++] = QUOTE;
  for (let i = from; i < to; i += 3) {
    const left = to - i;
    const word =
      ((bytes[i] as number) << 16) |
      (left > 1 ? (bytes[i + 1] as number) << 8 : 0) |
      (left > 2 ? (bytes[i + 2] as number) : 0);
    out[at++] = BASE64[word >>> 18] as number;
    out[at++] = BASE64[(word >>> 12) & 0x3f] as number;
    out[at++] = left > 1 ? (BASE64[(word >>> 6) & 0x3f] as number) : EQUALS;
    out[at++] = left > 2 ? (BASE64[word & 0x3f] as number) : EQUALS;
  }
  out[at++] = QUOTE;
  return at;
}
