import { decodeGoString, encodeGoString } from './go/go-string.ts';

/*
 * A byte text has one character per byte of UTF-8. Formats that Go reads byte by byte are read from one, so that
 * lengths and escapes are those of bytes.
 */

const NOT_ASCII = /[^\x20-\x7e]/;

export function toByteText(text: string): string {
  if (!NOT_ASCII.test(text)) return text;
  return Array.from(encodeGoString(text), (byte) => String.fromCharCode(byte)).join('');
}

export function fromByteText(bytes: string): string {
  if (!NOT_ASCII.test(bytes)) return bytes;
  return decodeGoString(Uint8Array.from(bytes, (character) => character.charCodeAt(0)));
}
