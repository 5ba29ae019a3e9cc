/** Bytes as text: the encodings of `Decode`, and base64. */
import { OttlEvaluationError } from '../errors.ts';
import { decodeGoString } from '../go/go-string.ts';

/** Decodes bytes to a string. @throws {OttlEvaluationError} for bytes that are not in the encoding */
export type ByteDecoder = (bytes: Uint8Array) => string;

/** The decoder of an encoding, by the names of the Collector's `Decode`; undefined for an unknown name. */
export function decoderOf(encoding: string): ByteDecoder | undefined {
  if (/^base64(-raw)?(-url)?$/.test(encoding)) return (bytes) => decodeGoString(decodeBase64(bytes, encoding));
  return DECODERS.get(encoding.toLowerCase());
}

function readLatin1(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => String.fromCharCode(byte)).join('');
}

function replacing(label: string): ByteDecoder {
  const decoder = new TextDecoder(label, { ignoreBOM: true });
  return (bytes) => decoder.decode(bytes);
}

const utf8 = replacing('utf-8');
const utf16 = replacing('utf-16le');
const utf16BigEndian = replacing('utf-16be');

const DECODERS: ReadonlyMap<string, ByteDecoder> = new Map([
  ...['utf-8', 'utf8', 'ascii', 'us-ascii', ''].map((name) => [name, utf8] as const),
  ...['utf-8-raw', 'utf8-raw', 'nop'].map((name) => [name, decodeGoString] as const),
  ...['utf-16', 'utf16', 'utf-16le'].map((name) => [name, utf16] as const),
  ['utf-16be', utf16BigEndian],
  ...['iso-8859-1', 'iso_8859-1', 'latin1'].map((name) => [name, readLatin1] as const),
]);

/** The names of all encodings, for messages. */
export const ENCODINGS = ['base64', 'base64-raw', 'base64-url', 'base64-raw-url', ...DECODERS.keys()].filter(
  (name) => name !== '',
);

const DIGITS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
const PAD = 0x3d;
const NO_DIGIT = 0xff;

/** Encodes bytes as standard base64 with padding (RFC 4648, section 4). */
export function base64(bytes: Uint8Array): string {
  let text = '';
  for (let i = 0; i < bytes.length; i += 3) {
    const group = ((bytes[i] ?? 0) << 16) | ((bytes[i + 1] ?? 0) << 8) | (bytes[i + 2] ?? 0);
    text += DIGITS.charAt(group >> 18) + DIGITS.charAt((group >> 12) & 63);
    text += i + 1 < bytes.length ? DIGITS.charAt((group >> 6) & 63) : '=';
    text += i + 2 < bytes.length ? DIGITS.charAt(group & 63) : '=';
  }
  return text;
}

/**
 * Decodes base64 in one of the Collector's variants: `base64`, `base64-raw` (without padding), and both with `-url`.
 * Line breaks are ignored.
 */
function decodeBase64(text: Uint8Array, variant: string): Uint8Array {
  const values = variant.includes('url') ? URL_VALUES : STANDARD_VALUES;
  const characters = text.filter((byte) => byte !== 0x0a && byte !== 0x0d);
  const length = variant.includes('raw') ? characters.length : lengthWithoutPadding(characters);
  if (length === undefined || length % 4 === 1) return refuse();
  const bytes = new Uint8Array(Math.floor((length * 3) / 4));
  let bits = 0;
  let at = 0;
  for (let i = 0; i < length; i++) {
    const value = values[characters[i] ?? 0] ?? NO_DIGIT;
    if (value === NO_DIGIT) return refuse();
    bits = ((bits << 6) | value) & 0xffffff;
    if (i % 4 > 0) bytes[at++] = bits >> (6 - 2 * (i % 4));
  }
  return bytes;
}

/** The number of digits before the padding; undefined when digits and padding are not a multiple of four. */
function lengthWithoutPadding(characters: Uint8Array): number | undefined {
  const { length } = characters;
  if (length % 4 !== 0) return undefined;
  if (characters[length - 1] !== PAD) return length;
  return characters[length - 2] === PAD ? length - 2 : length - 1;
}

function valuesOf(digits: string): Uint8Array {
  const values = new Uint8Array(256).fill(NO_DIGIT);
  for (let i = 0; i < digits.length; i++) values[digits.charCodeAt(i)] = i;
  return values;
}

const STANDARD_VALUES = valuesOf(DIGITS);
const URL_VALUES = valuesOf(`${DIGITS.slice(0, 62)}-_`);

function refuse(): never {
  throw new OttlEvaluationError('Decode: the value is not base64');
}
