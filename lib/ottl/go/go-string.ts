/*
 * A string of Go may hold any bytes. A byte that is not part of valid UTF-8 is here a surrogate without its other half,
 * U+DC80 for 0x80 up to U+DCFF for 0xFF, which no valid text contains. Encoding gives the same bytes again.
 */

const encoder = new TextEncoder();
const strict = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

const LOOSE_BYTE = /[\udc80-\udcff]/u;
const LOOSE_BYTES = /[\udc80-\udcff]/gu;
const LOOSE_BYTES_APART = /([\udc80-\udcff])/u;

/** Reads bytes as Go's conversion to a string does: nothing is replaced, nothing is lost. */
export function decodeGoString(bytes: Uint8Array): string {
  try {
    return strict.decode(bytes);
  } catch {
    return decodeWithLooseBytes(bytes);
  }
}

/** The bytes of a string. */
export function encodeGoString(text: string): Uint8Array {
  if (!LOOSE_BYTE.test(text)) return encoder.encode(text);
  const parts = text
    .split(LOOSE_BYTES_APART)
    .map((part, i) => (i % 2 === 0 ? encoder.encode(part) : Uint8Array.of(part.charCodeAt(0) & 0xff)));
  const bytes = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

/** With U+FFFD for each byte that is not part of valid UTF-8. */
export function withoutLooseBytes(text: string): string {
  return text.replace(LOOSE_BYTES, '\ufffd');
}

/** With `\xff` for each byte that is not part of valid UTF-8, as string literals of Go have it. */
export function escapeLooseBytes(text: string): string {
  return text.replace(LOOSE_BYTES, (byte) => `\\x${(byte.charCodeAt(0) & 0xff).toString(16)}`);
}

/** How many bytes of the string are not part of valid UTF-8. */
export function looseByteCount(text: string): number {
  return LOOSE_BYTE.test(text) ? (text.match(LOOSE_BYTES)?.length ?? 0) : 0;
}

function decodeWithLooseBytes(bytes: Uint8Array): string {
  let text = '';
  let valid = 0;
  for (let at = 0; at < bytes.length; ) {
    const length = sequenceLength(bytes, at);
    if (length > 0) {
      at += length;
      continue;
    }
    text += strict.decode(bytes.subarray(valid, at)) + String.fromCharCode(0xdc00 | (bytes[at] ?? 0));
    valid = ++at;
  }
  return text + strict.decode(bytes.subarray(valid));
}

/** Bytes of the character at an offset, 0 when there is none (Unicode standard, table 3-7). */
function sequenceLength(bytes: Uint8Array, at: number): number {
  const lead = bytes[at] ?? 0;
  if (lead < 0x80) return 1;
  const length =
    lead >= 0xc2 && lead <= 0xdf ? 2 : lead >= 0xe0 && lead <= 0xef ? 3 : lead >= 0xf0 && lead <= 0xf4 ? 4 : 0;
  const second = bytes[at + 1] ?? 0;
  const least = lead === 0xe0 ? 0xa0 : lead === 0xf0 ? 0x90 : 0x80;
  const most = lead === 0xed ? 0x9f : lead === 0xf4 ? 0x8f : 0xbf;
  if (length === 0 || second < least || second > most) return 0;
  for (let i = 2; i < length; i++) if (((bytes[at + i] ?? 0) & 0xc0) !== 0x80) return 0;
  return length;
}
