/**
 * Strings of Go in strings of JavaScript. A Go string holds any bytes, and OTTL counts, cuts and compares bytes. Here
 * it is the text that its UTF-8 spells; each byte that is not part of valid UTF-8 (a *loose byte*) is a lone surrogate:
 * U+DC80 for 0x80 up to U+DCFF for 0xFF. No valid text contains one, so decoding loses nothing and encoding gives the
 * same bytes back.
 */

const encoder = new TextEncoder();
const strict = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const LOOSE_BYTE = /[\udc80-\udcff]/u;
const LOOSE_BYTES = /[\udc80-\udcff]/gu;
const LOOSE_BYTES_APART = /([\udc80-\udcff])/u;

/** Go's `string(bytes)`. */
export function decodeGoString(bytes: Uint8Array): string {
  try {
    return strict.decode(bytes);
  } catch {
    return decodeWithLooseBytes(bytes);
  }
}

/** Go's `[]byte(text)`. */
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

/** The text with U+FFFD in place of each loose byte. */
export function withoutLooseBytes(text: string): string {
  return text.replace(LOOSE_BYTES, '\ufffd');
}

/** The text with `\xff` in place of each loose byte, as in a Go string literal. */
export function escapeLooseBytes(text: string): string {
  return text.replace(LOOSE_BYTES, (byte) => `\\x${(byte.charCodeAt(0) & 0xff).toString(16)}`);
}

/** Go's `len(text)`: the number of bytes in UTF-8. */
export function utf8Length(text: string): number {
  let length = text.length;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit > 0x7ff && (unit < 0xd800 || unit > 0xdfff)) length += 2;
    else if (unit > 0x7f) length++;
  }
  // The loop counts a lone surrogate as 2 bytes, half of the 4 that a pair takes; a loose byte is 1.
  return length - looseByteCount(text);
}

function looseByteCount(text: string): number {
  return LOOSE_BYTE.test(text) ? (text.match(LOOSE_BYTES)?.length ?? 0) : 0;
}

const NOT_ASCII = /[^\x20-\x7e]/;

/**
 * The text as a *byte text*: one character from U+0000 to U+00FF for each byte of UTF-8. Formats that Go reads byte by
 * byte, such as URLs, are parsed in this form, so that lengths and escapes are those of bytes.
 */
export function toByteText(text: string): string {
  if (!NOT_ASCII.test(text)) return text;
  return Array.from(encodeGoString(text), (byte) => String.fromCharCode(byte)).join('');
}

/** The reverse of {@link toByteText}. */
export function fromByteText(bytes: string): string {
  if (!NOT_ASCII.test(bytes)) return bytes;
  return decodeGoString(Uint8Array.from(bytes, (character) => character.charCodeAt(0)));
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

/** The number of bytes of the character at `at`; 0 when the bytes there are not valid UTF-8 (Unicode, table 3-7). */
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
