/*
 * A byte text has one character per byte of UTF-8. Formats that Go reads byte by byte are read from one, so that
 * lengths and escapes are those of bytes.
 */

const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

const NOT_ASCII = /[^\x20-\x7e]/;

export function toByteText(text: string): string {
  if (!NOT_ASCII.test(text)) return text;
  return Array.from(encoder.encode(text), (byte) => String.fromCharCode(byte)).join('');
}

/** What is not UTF-8 becomes U+FFFD. */
export function fromByteText(bytes: string): string {
  if (!NOT_ASCII.test(bytes)) return bytes;
  return decoder.decode(Uint8Array.from(bytes, (character) => character.charCodeAt(0)));
}
