import { MAX_DATA_DEPTH } from '../../max-depth.ts';
import { shown } from '../../shown.ts';
import { readDirective } from '../../xml/read-xml-directive.ts';
import { readAttributeValue, readCdata, readCharacters } from '../../xml/read-xml-text.ts';
import type { XmlCursor, XmlName } from '../../xml/xml-cursor.ts';
import type { XmlAttribute, XmlToken } from '../../xml/xml-token.ts';

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
