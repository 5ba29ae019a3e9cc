const HEX_DIGITS = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));

/** `bytes[start, end)` in lower-case hex. */
export function toHex(bytes: Uint8Array, start: number, end: number): string {
  let hex = '';
  for (let at = start; at < end; at++) hex += HEX_DIGITS[bytes[at] as number];
  return hex;
}
