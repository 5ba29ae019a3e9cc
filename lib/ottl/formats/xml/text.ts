/** Character data of XML: text between tags, attribute values, CDATA, and the entities in them. */
import { quotedExcerpt } from '../../../text/messages.ts';
import type { XmlCursor } from './cursor.ts';

/** Reads the text up to the next tag. */
export function readCharacters(cursor: XmlCursor): string {
  const end = cursor.text.indexOf('<', cursor.at);
  const raw = cursor.text.slice(cursor.at, end < 0 ? undefined : end);
  if (raw.includes(']]>')) return cursor.fail('unexpected ]]> outside of CDATA');
  return finish(cursor, raw);
}

/** Reads an attribute value in single or double quotes. */
export function readAttributeValue(cursor: XmlCursor): string {
  const quote = cursor.text.charAt(cursor.at);
  if (quote !== '"' && quote !== "'") return cursor.fail('expected a value in quotes');
  cursor.at++;
  const end = cursor.text.indexOf(quote, cursor.at);
  if (end < 0) return cursor.fail(`${quote} is missing`);
  const raw = cursor.text.slice(cursor.at, end);
  if (raw.includes('<')) return cursor.fail('< in a value in quotes');
  const value = finish(cursor, raw);
  cursor.at++;
  return value;
}

/** Reads a CDATA section, after its `<![CDATA[`. */
export function readCdata(cursor: XmlCursor): string {
  return checked(cursor, unixLines(cursor.takeUntil(']]>')));
}

/** Consumes the raw text and returns its meaning. */
function finish(cursor: XmlCursor, raw: string): string {
  const text = unescaped(cursor, unixLines(raw));
  cursor.at += raw.length;
  return text;
}

const ENTITIES: ReadonlyMap<string, string> = new Map([
  ['lt', '<'],
  ['gt', '>'],
  ['amp', '&'],
  ['apos', "'"],
  ['quot', '"'],
]);

const ENTITY = /&(?:#(\d+)|#x([\da-fA-F]+)|([^\s;&<#]+));/y;

/** Replaces character references and the five predefined entities. */
function unescaped(cursor: XmlCursor, raw: string): string {
  if (!raw.includes('&')) return checked(cursor, raw);
  let text = '';
  let at = 0;
  for (let next = raw.indexOf('&'); next >= 0; next = raw.indexOf('&', at)) {
    ENTITY.lastIndex = next;
    const [whole = '', decimal, hex, name = ''] = ENTITY.exec(raw) ?? [];
    const code = decimal !== undefined ? Number(decimal) : hex !== undefined ? Number.parseInt(hex, 16) : undefined;
    const character = code === undefined ? ENTITIES.get(name) : fromCodePoint(code);
    if (character === undefined)
      return cursor.fail(`unknown entity ${whole === '' ? '& without ;' : quotedExcerpt(whole)}`);
    text += raw.slice(at, next) + character;
    at = next + whole.length;
  }
  return checked(cursor, text + raw.slice(at));
}

const MAX_CODE_POINT = 0x10ffff;

/** Undefined above the last code point. A surrogate becomes U+FFFD, as in Go. */
function fromCodePoint(code: number): string | undefined {
  if (code > MAX_CODE_POINT) return undefined;
  return code >= 0xd800 && code <= 0xdfff ? '\ufffd' : String.fromCodePoint(code);
}

/** Line breaks are `\n` (XML 1.0, section 2.11). */
function unixLines(text: string): string {
  return text.replace(/\r\n?/g, '\n');
}

/** Anything but the characters of XML 1.0, section 2.2. */
const FORBIDDEN = /[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/u;

function checked(cursor: XmlCursor, text: string): string {
  return FORBIDDEN.test(text) ? cursor.fail('a character that XML does not allow') : text;
}
