import { MalformedOtlpError } from '../errors.ts';
import type { WireWriter } from '../protobuf/writer.ts';
import { BACKSLASH, type JsonCursor, QUOTE } from './cursor.ts';

const REPLACEMENT_CHARACTER = 0xfffd;

/** What `\b`, `\n` and so on stand for, by the byte behind the backslash; 0 for other bytes. */
const ESCAPES = new Uint8Array(256);
for (const [name, character] of Object.entries({
  '"': '"',
  '\\': '\\',
  '/': '/',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
})) {
  ESCAPES[name.charCodeAt(0)] = character.charCodeAt(0);
}

/**
 * Copies a JSON string as UTF-8, without its quotes and escapes, and returns undefined, or what was expected instead. A lone
 * surrogate becomes U+FFFD.
 * @throws {MalformedOtlpError} when the string is not JSON
 */
export function copyString(cursor: JsonCursor, writer: WireWriter): string | undefined {
  if (cursor.peek() !== QUOTE) return 'expected a string';
  const { bytes } = cursor;
  let at = cursor.offset + 1;
  // A string never gets longer.
  writer.ensure(bytes.length - at);
  const output = writer.bytes;
  let to = writer.offset;
  for (;;) {
    let byte = bytes[at] as number;
    // Nearly all bytes are above the quote: two comparisons each.
    while (byte > QUOTE && byte !== BACKSLASH) {
      output[to++] = byte;
      byte = bytes[++at] as number;
    }
    if (byte === QUOTE) break;
    if (byte === BACKSLASH) {
      cursor.offset = at + 1;
      writer.offset = to;
      copyEscape(cursor, writer);
      at = cursor.offset;
      to = writer.offset;
    } else if (byte >= 0x20) {
      output[to++] = byte;
      at++;
    } else {
      throw new MalformedOtlpError(at < bytes.length ? 'control character in a string' : 'unterminated string', at);
    }
  }
  cursor.offset = at + 1;
  writer.offset = to;
  return undefined;
}

function copyEscape(cursor: JsonCursor, writer: WireWriter): void {
  const name = cursor.bytes[cursor.offset] as number;
  if (name === 0x75) {
    writeUtf8(writer, readCodePoint(cursor));
    return;
  }
  const character = ESCAPES[name] ?? 0;
  if (character === 0) throw cursor.error('unknown escape');
  writer.bytes[writer.offset++] = character;
  cursor.offset++;
}

function readCodePoint(cursor: JsonCursor): number {
  const { bytes } = cursor;
  const unit = cursor.codeUnit();
  if (unit < 0xd800 || unit > 0xdfff) return unit;
  const isFollowedByEscape = bytes[cursor.offset] === BACKSLASH && bytes[cursor.offset + 1] === 0x75;
  if (unit > 0xdbff || !isFollowedByEscape) return REPLACEMENT_CHARACTER;
  const afterFirst = cursor.offset;
  cursor.offset++;
  const second = cursor.codeUnit();
  if (second >= 0xdc00 && second <= 0xdfff) return 0x10000 + (unit - 0xd800) * 0x400 + (second - 0xdc00);
  cursor.offset = afterFirst;
  return REPLACEMENT_CHARACTER;
}

function writeUtf8(writer: WireWriter, codePoint: number): void {
  const { bytes } = writer;
  if (codePoint < 0x80) {
    bytes[writer.offset++] = codePoint;
    return;
  }
  if (codePoint < 0x800) {
    bytes[writer.offset++] = 0xc0 | (codePoint >>> 6);
  } else {
    if (codePoint < 0x10000) {
      bytes[writer.offset++] = 0xe0 | (codePoint >>> 12);
    } else {
      bytes[writer.offset++] = 0xf0 | (codePoint >>> 18);
      bytes[writer.offset++] = 0x80 | ((codePoint >>> 12) & 0x3f);
    }
    bytes[writer.offset++] = 0x80 | ((codePoint >>> 6) & 0x3f);
  }
  bytes[writer.offset++] = 0x80 | (codePoint & 0x3f);
}
