import { OttlSyntaxError } from './errors.ts';
import { decodeGoString, escapeLooseBytes } from './go/go-string.ts';

const ESCAPES: ReadonlyMap<string, number> = new Map([
  ['a', 0x07],
  ['b', 0x08],
  ['f', 0x0c],
  ['n', 0x0a],
  ['r', 0x0d],
  ['t', 0x09],
  ['v', 0x0b],
  ['\\', 0x5c],
  ['"', 0x22],
]);

const PART = /\\(?:x([0-9a-fA-F]{2})|([0-7]{3})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|(.))|([^\\]+)/gsu;

const encoder = new TextEncoder();

/**
 * What a string in double quotes means, by the rules of Go (`strconv.Unquote`). `\xHH` and `\OOO` are bytes of UTF-8.
 * @param offset Where the string starts, for errors.
 * @throws {OttlSyntaxError} for an escape that is none, such as `\d`, and for a line break.
 */
export function unquote(raw: string, offset: number): string {
  if (raw.includes('\n')) throw new OttlSyntaxError('a string must not contain a line break; write \\n', offset);
  const body = raw.slice(1, -1);
  if (!body.includes('\\')) return body;

  const bytes: number[] = [];
  for (const match of body.matchAll(PART)) {
    const [written, hex, octal, unicode, longUnicode, letter, plain] = match;
    const at = offset + 1 + match.index;
    if (plain !== undefined) for (const byte of encoder.encode(plain)) bytes.push(byte);
    else if (hex !== undefined) bytes.push(Number.parseInt(hex, 16));
    else if (octal !== undefined) bytes.push(byteOf(octal, written, at));
    else if (letter !== undefined) bytes.push(escapeOf(letter, at));
    else bytes.push(...encoder.encode(characterOf(unicode ?? longUnicode ?? '', written, at)));
  }
  return decodeGoString(Uint8Array.from(bytes));
}

function escapeOf(letter: string, at: number): number {
  const byte = ESCAPES.get(letter);
  if (byte !== undefined) return byte;
  throw new OttlSyntaxError(`\\${letter} is no escape; for a backslash write two: \\\\${letter}`, at);
}

function byteOf(octal: string, written: string, at: number): number {
  const byte = Number.parseInt(octal, 8);
  if (byte > 0xff) throw new OttlSyntaxError(`${written} is more than a byte`, at);
  return byte;
}

function characterOf(hex: string, written: string, at: number): string {
  const code = Number.parseInt(hex, 16);
  const isSurrogate = code >= 0xd800 && code <= 0xdfff;
  if (code > 0x10ffff || isSurrogate) throw new OttlSyntaxError(`${written} is no character`, at);
  return String.fromCodePoint(code);
}

/** A string literal that means this text. */
export function quote(text: string): string {
  const escaped = text.replace(/[\\"]/g, '\\$&').replace(/\n/g, '\\n').replace(/\r/g, '\\r');
  return `"${escapeLooseBytes(escaped)}"`;
}
