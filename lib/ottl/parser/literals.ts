import { OttlSyntaxError } from '../errors.ts';
import { decodeGoString, escapeLooseBytes } from '../go/go-string.ts';

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
 * The meaning of a string in double quotes, by the rules of Go (`strconv.Unquote`). `\xHH` and `\OOO` are bytes of
 * UTF-8.
 *
 * @param raw with its quotes
 * @param offset where the string starts in the condition, for errors
 * @throws {OttlSyntaxError} for an unknown escape such as `\d`, and for a line break
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
  throw new OttlSyntaxError(`\\${letter} is not an escape; for a backslash write two: \\\\${letter}`, at);
}

function byteOf(octal: string, written: string, at: number): number {
  const byte = Number.parseInt(octal, 8);
  if (byte > 0xff) throw new OttlSyntaxError(`${written} is more than a byte`, at);
  return byte;
}

function characterOf(hex: string, written: string, at: number): string {
  const code = Number.parseInt(hex, 16);
  const isSurrogate = code >= 0xd800 && code <= 0xdfff;
  if (code > 0x10ffff || isSurrogate) throw new OttlSyntaxError(`${written} is not a character`, at);
  return String.fromCodePoint(code);
}

/** The string literal of this text: the reverse of {@link unquote}. */
export function quote(text: string): string {
  const escaped = text.replace(/[\\"]/g, '\\$&').replace(/\n/g, '\\n').replace(/\r/g, '\\r');
  return `"${escapeLooseBytes(escaped)}"`;
}

const MAX_INT64 = 2n ** 63n - 1n;

/**
 * The value of an integer literal, by `strconv.ParseInt` with base 0: a leading 0 makes it octal.
 * @throws {OttlSyntaxError}
 */
export function parseInt64(text: string, at: number): bigint {
  const isOctal = text.length > 1 && text.startsWith('0');
  if (isOctal && !/^[0-7]+$/.test(text)) {
    throw new OttlSyntaxError(`${text} is not an octal number; a leading 0 makes a number octal`, at);
  }
  const value = isOctal ? BigInt(`0o${text}`) : BigInt(text);
  if (value > MAX_INT64) throw new OttlSyntaxError(`${text} does not fit into 64 bits`, at);
  return value;
}

/** The value of a float literal. @throws {OttlSyntaxError} when a double cannot hold it */
export function parseFloat64(text: string, at: number): number {
  const value = Number(text);
  if (!Number.isFinite(value)) throw new OttlSyntaxError(`${text} is too large for a number`, at);
  return value;
}

/** The value of a bytes literal such as `0x0a1b`. @throws {OttlSyntaxError} */
export function parseBytes(text: string, at: number): Uint8Array {
  const digits = text.slice(2);
  if (digits.length % 2 !== 0) {
    throw new OttlSyntaxError(`bytes have an even number of hexadecimal digits, got ${text}`, at);
  }
  return Uint8Array.from({ length: digits.length / 2 }, (_, i) => Number.parseInt(digits.slice(2 * i, 2 * i + 2), 16));
}
