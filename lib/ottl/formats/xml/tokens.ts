/** XML text to tokens: tags, text, comments, instructions and directives, and the checks that Go makes on the way. */
import { quotedExcerpt } from '../../../text/messages.ts';
import { MAX_DATA_DEPTH } from '../../runtime/work.ts';
import type { XmlCursor, XmlName } from './cursor.ts';
import { readAttributeValue, readCdata, readCharacters } from './text.ts';

/** A token. An empty tag `<a/>` is a start with `isEmpty`, followed by an end. */
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

/** An attribute with its unescaped value. */
export interface XmlAttribute extends XmlName {
  readonly value: string;
}

/**
 * Reads XML with the rules of Go's `encoding/xml` (strict mode): elements must be closed in order, entities known, and
 * attribute values quoted. Several roots, text outside of them, and an attribute given twice are allowed.
 * @throws {OttlEvaluationError} at the token where Go fails, after the tokens before it
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
  if (unclosed !== undefined) cursor.fail(`${quotedExcerpt(unclosed.local)} is not closed`);
}

/** Checks that an end tag closes the innermost open element. */
function close(cursor: XmlCursor, open: XmlName[], name: XmlName): void {
  const expected = open.pop();
  if (expected?.local !== name.local || expected.prefix !== name.prefix)
    cursor.fail(`unexpected end of ${quotedExcerpt(name.local)}`);
}

/** Reads the token at the cursor. */
function readToken(cursor: XmlCursor): XmlToken {
  if (!cursor.startsWith('<')) return { kind: 'text', text: readCharacters(cursor) };
  if (cursor.take('</')) return readEnd(cursor);
  if (cursor.take('<?')) return readInstruction(cursor);
  if (cursor.take('<!--')) return readComment(cursor);
  if (cursor.take('<![')) {
    cursor.expect('CDATA[');
    return { kind: 'cdata', text: readCdata(cursor) };
  }
  if (cursor.startsWith('<!-')) return cursor.fail('<!- does not begin a comment');
  if (cursor.take('<!')) return { kind: 'directive', text: readDirective(cursor) };
  cursor.expect('<');
  const name = cursor.takeQualifiedName();
  const attributes = readAttributes(cursor);
  const isEmpty = cursor.take('/>');
  if (!isEmpty) cursor.expect('>');
  return { kind: 'start', name, attributes, isEmpty };
}

/** Reads the end tag `</a>`, after its `</`. */
function readEnd(cursor: XmlCursor): XmlToken {
  const name = cursor.takeQualifiedName();
  cursor.skipSpace();
  cursor.expect('>');
  return { kind: 'end', name };
}

/** Reads the processing instruction `<?target text?>`, after its `<?`. */
function readInstruction(cursor: XmlCursor): XmlToken {
  const target = cursor.takeName();
  cursor.skipSpace();
  const text = cursor.takeUntil('?>');
  if (target === 'xml') readDeclaration(cursor, text);
  return { kind: 'instruction', target, text };
}

/** Checks the XML declaration, and changes the encoding if it names another one than UTF-8. */
function readDeclaration(cursor: XmlCursor, text: string): void {
  const version = declared(text, 'version');
  if (version !== '' && version !== '1.0') cursor.fail(`version ${quotedExcerpt(version)} is not supported`);
  const encoding = declared(text, 'encoding').toLowerCase();
  if (encoding !== '' && encoding !== 'utf-8') cursor.decodeRest(encoding);
}

/** The value of a pseudo-attribute of the XML declaration; '' when it is not there. */
function declared(text: string, name: string): string {
  const [, , value = ''] = new RegExp(`${name}=(['"])(.*?)\\1`, 's').exec(text) ?? [];
  return value;
}

/** Reads a comment, after its `<!--`. `--` must not be in it. */
function readComment(cursor: XmlCursor): XmlToken {
  const text = cursor.takeUntil('--');
  if (!cursor.take('>')) cursor.fail('-- in a comment');
  return { kind: 'comment', text };
}

/** Reads a directive such as `<!DOCTYPE …>`, after its `<!`, up to the matching `>`. Comments in it become a space. */
function readDirective(cursor: XmlCursor): string {
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

/** Reads the attributes of a start tag, up to its `>` or `/>`. */
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
