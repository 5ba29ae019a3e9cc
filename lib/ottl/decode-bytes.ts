import { decodeBase64 } from './formats/base64.ts';
import { decodeGoString } from './go/go-string.ts';

/** Makes a string of bytes; throws `OttlEvaluationError` for bytes that are none. */
export type ByteDecoder = (bytes: Uint8Array) => string;

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

/** By the names that the Collector has for encodings; undefined for one that is not known here. */
export function decoderOf(encoding: string): ByteDecoder | undefined {
  if (/^base64(-raw)?(-url)?$/.test(encoding)) return (bytes) => decodeGoString(decodeBase64(bytes, encoding));
  return DECODERS.get(encoding.toLowerCase());
}

/** For messages. */
export const ENCODINGS = ['base64', 'base64-raw', 'base64-url', 'base64-raw-url', ...DECODERS.keys()].filter(
  (name) => name !== '',
);
