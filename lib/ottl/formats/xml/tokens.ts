import { OttlEvaluationError, shown } from '../../errors.ts';
import { MAX_DATA_DEPTH } from '../../runtime/work.ts';

export interface XmlAttribute extends XmlName {
  readonly value: string;
}

export type XmlToken =
  | {
      readonly kind: 'start';
      readonly name: XmlName;
      readonly attributes: readonly XmlAttribute[];
      readonly isEmpty: boolean;
    }
  | { readonly kind: 'end'; readonly name: XmlName }
  | { readonly kind: 'text' | 'cdata' | 'comment' | 'directive'; readonly text: string }
  | { readonly kind: 'instruction'; readonly target: string; readonly text: string };

/** Reads behind `<!`, as of `<!DOCTYPE …>`, up to the `>` that belongs to it. Comments become a space. */
export function readDirective(cursor: XmlCursor): string {
  let directive = cursor.text.charAt(cursor.at++);
  let quote = '';
  let depth = 0;
  while (!cursor.isAtEnd) {
    if (quote === '' && cursor.take('<!--')) {
      cursor.takeUntil('-->');
      directive += ' ';
      continue;
    }
    const character = cursor.text.charAt(cursor.at++);
    if (quote === '' && character === '>' && depth === 0) return directive;
    directive += character;
    if (character === quote) quote = '';
    else if (quote !== '') continue;
    else if (character === '"' || character === "'") quote = character;
    else if (character === '<') depth++;
    else if (character === '>') depth--;
  }
  return cursor.fail('> is missing');
}

const ENTITIES: ReadonlyMap<string, string> = new Map([
  ['lt', '<'],
  ['gt', '>'],
  ['amp', '&'],
  ['apos', "'"],
  ['quot', '"'],
]);
const ENTITY = /&(?:#(\d+)|#x([\da-fA-F]+)|([^\s;&<#]+));/y;
const MAX_CODE_POINT = 0x10ffff;
/** Control characters but tab, line feed and carriage return, surrogates, and the last two of the first plane. */
const FORBIDDEN = /[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/u;

/** Reads up to the next tag. */
export function readCharacters(cursor: XmlCursor): string {
  const end = cursor.text.indexOf('<', cursor.at);
  const raw = cursor.text.slice(cursor.at, end < 0 ? undefined : end);
  if (raw.includes(']]>')) return cursor.fail(']]> outside of CDATA');
  return finish(cursor, raw);
}

/** Reads a value in quotes. */
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

/** Reads behind `<![CDATA[`. */
export function readCdata(cursor: XmlCursor): string {
  return checked(cursor, unixLines(cursor.takeUntil(']]>')));
}

function finish(cursor: XmlCursor, raw: string): string {
  const text = unescaped(cursor, unixLines(raw));
  cursor.at += raw.length;
  return text;
}

function unescaped(cursor: XmlCursor, raw: string): string {
  if (!raw.includes('&')) return checked(cursor, raw);
  let text = '';
  let at = 0;
  for (let next = raw.indexOf('&'); next >= 0; next = raw.indexOf('&', at)) {
    ENTITY.lastIndex = next;
    const [whole = '', decimal, hex, name = ''] = ENTITY.exec(raw) ?? [];
    const code = decimal !== undefined ? Number(decimal) : hex !== undefined ? Number.parseInt(hex, 16) : undefined;
    const character = code === undefined ? ENTITIES.get(name) : fromCodePoint(code);
    if (character === undefined) return cursor.fail(`unknown entity ${whole === '' ? '& without ;' : shown(whole)}`);
    text += raw.slice(at, next) + character;
    at = next + whole.length;
  }
  return checked(cursor, text + raw.slice(at));
}

/** A surrogate becomes U+FFFD, as in Go. */
function fromCodePoint(code: number): string | undefined {
  if (code > MAX_CODE_POINT) return undefined;
  return code >= 0xd800 && code <= 0xdfff ? '\ufffd' : String.fromCodePoint(code);
}

function unixLines(text: string): string {
  return text.replace(/\r\n?/g, '\n');
}

function checked(cursor: XmlCursor, text: string): string {
  return FORBIDDEN.test(text) ? cursor.fail('a character that XML does not allow') : text;
}

const NAME = /[\w:.\-\u0080-\u{10ffff}]+/uy;
const VALID_NAME = /^[\p{L}_:][\p{L}\p{N}\p{M}_:.\u00b7-]*$/u;
const SPACE = /[ \t\r\n]*/y;

/** A name with its prefix, which is empty when there is none. */
export interface XmlName {
  readonly prefix: string;
  readonly local: string;
}

/** Where in a document the reader is. All methods throw {@link OttlEvaluationError} for what must not stand there. */
export class XmlCursor {
  #text: string;
  /** Once at most: a document that asks for it again and again would be read as often, and could grow each time. */
  #canDecode: boolean;
  at = 0;

  constructor(text: string, { canDecode }: { readonly canDecode: boolean }) {
    this.#text = text;
    this.#canDecode = canDecode;
  }

  get text(): string {
    return this.#text;
  }

  /** Reads the bytes of the rest in another encoding, as the document asks for. */
  decodeRest(encoding: string): void {
    if (!this.#canDecode) this.fail(`encoding ${shown(encoding)} is not supported here`);
    this.#canDecode = false;
    const bytes = new TextEncoder().encode(this.#text.slice(this.at));
    try {
      this.#text = this.#text.slice(0, this.at) + new TextDecoder(encoding).decode(bytes);
    } catch {
      this.fail(`unknown encoding ${shown(encoding)}`);
    }
  }

  get isAtEnd(): boolean {
    return this.at >= this.#text.length;
  }

  startsWith(expected: string): boolean {
    return this.#text.startsWith(expected, this.at);
  }

  /** Goes over a text if it stands here. */
  take(expected: string): boolean {
    if (!this.startsWith(expected)) return false;
    this.at += expected.length;
    return true;
  }

  expect(expected: string): void {
    if (!this.take(expected)) this.fail(`expected ${expected}`);
  }

  /** What stands before a text, and goes behind that. */
  takeUntil(end: string): string {
    const found = this.#text.indexOf(end, this.at);
    if (found < 0) return this.fail(`${end} is missing`);
    const taken = this.#text.slice(this.at, found);
    this.at = found + end.length;
    return taken;
  }

  skipSpace(): void {
    SPACE.lastIndex = this.at;
    SPACE.exec(this.#text);
    this.at = SPACE.lastIndex;
  }

  takeName(): string {
    NAME.lastIndex = this.at;
    const name = NAME.exec(this.#text)?.[0] ?? '';
    if (!VALID_NAME.test(name)) return this.fail(`expected a name, got ${shown(name)}`);
    this.at += name.length;
    return name;
  }

  takeQualifiedName(): XmlName {
    const name = this.takeName();
    const [prefix = '', local = '', ...rest] = name.split(':');
    if (rest.length > 0) return this.fail(`two colons in the name ${shown(name)}`);
    return prefix === '' || local === '' ? { prefix: '', local: name } : { prefix, local };
  }

  fail(message: string): never {
    throw new OttlEvaluationError(`XML: ${message} at character ${this.at}`);
  }
}

/**
 * Reads XML as Go's `encoding/xml` does: elements must be closed in order, entities be known, and values be in quotes;
 * but there may be several roots, text around them, and an attribute twice.
 * @throws {OttlEvaluationError} where it would fail, once the tokens before have been taken.
 */
export function* readXmlTokens(cursor: XmlCursor): Generator<XmlToken, void, undefined> {
  const open: XmlName[] = [];
  while (!cursor.isAtEnd) {
    const token = readToken(cursor);
    if (token.kind === 'end') close(cursor, open, token.name);
    yield token;
    if (token.kind !== 'start') continue;
    if (token.isEmpty) yield { kind: 'end', name: token.name };
    else if (open.push(token.name) > MAX_DATA_DEPTH) cursor.fail(`more than ${MAX_DATA_DEPTH} elements deep`);
  }
  const [unclosed] = open;
  if (unclosed !== undefined) cursor.fail(`${shown(unclosed.local)} is not closed`);
}

function close(cursor: XmlCursor, open: XmlName[], name: XmlName): void {
  const expected = open.pop();
  if (expected?.local !== name.local || expected.prefix !== name.prefix)
    cursor.fail(`unexpected end of ${shown(name.local)}`);
}

function readToken(cursor: XmlCursor): XmlToken {
  if (!cursor.startsWith('<')) return { kind: 'text', text: readCharacters(cursor) };
  if (cursor.take('</')) return readEnd(cursor);
  if (cursor.take('<?')) return readInstruction(cursor);
  if (cursor.take('<!--')) return readComment(cursor);
  if (cursor.take('<![')) {
    cursor.expect('CDATA[');
    return { kind: 'cdata', text: readCdata(cursor) };
  }
  if (cursor.startsWith('<!-')) return cursor.fail('<!- is no comment');
  if (cursor.take('<!')) return { kind: 'directive', text: readDirective(cursor) };
  cursor.expect('<');
  const name = cursor.takeQualifiedName();
  const attributes = readAttributes(cursor);
  const isEmpty = cursor.take('/>');
  if (!isEmpty) cursor.expect('>');
  return { kind: 'start', name, attributes, isEmpty };
}

function readEnd(cursor: XmlCursor): XmlToken {
  const name = cursor.takeQualifiedName();
  cursor.skipSpace();
  cursor.expect('>');
  return { kind: 'end', name };
}

function readInstruction(cursor: XmlCursor): XmlToken {
  const target = cursor.takeName();
  cursor.skipSpace();
  const text = cursor.takeUntil('?>');
  if (target === 'xml') readDeclaration(cursor, text);
  return { kind: 'instruction', target, text };
}

function readDeclaration(cursor: XmlCursor, text: string): void {
  const version = declared(text, 'version');
  if (version !== '' && version !== '1.0') cursor.fail(`version ${shown(version)} is not supported`);
  const encoding = declared(text, 'encoding').toLowerCase();
  if (encoding !== '' && encoding !== 'utf-8') cursor.decodeRest(encoding);
}

function declared(text: string, name: string): string {
  const [, , value = ''] = new RegExp(`${name}=(['"])(.*?)\\1`, 's').exec(text) ?? [];
  return value;
}

function readComment(cursor: XmlCursor): XmlToken {
  const text = cursor.takeUntil('--');
  if (!cursor.take('>')) cursor.fail('-- in a comment');
  return { kind: 'comment', text };
}

function readAttributes(cursor: XmlCursor): readonly XmlAttribute[] {
  const attributes: XmlAttribute[] = [];
  for (;;) {
    cursor.skipSpace();
    if (cursor.startsWith('>') || cursor.startsWith('/>')) return attributes;
    const name = cursor.takeQualifiedName();
    cursor.skipSpace();
    cursor.expect('=');
    cursor.skipSpace();
    attributes.push({ ...name, value: readAttributeValue(cursor) });
  }
}
