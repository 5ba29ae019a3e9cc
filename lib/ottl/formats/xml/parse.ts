import { OttlEvaluationError } from '../../ottl-evaluation-error.ts';
import type { OttlMap, OttlValue } from '../../runtime/value.ts';
import { trimSpace } from '../../trim-space.ts';
import { XmlCursor } from '../../xml/xml-cursor.ts';
import type { XmlAttribute } from '../../xml/xml-token.ts';
import { readXmlTokens } from './tokens.ts';

interface OpenElement {
  readonly tag: string;
  readonly attributes: readonly XmlAttribute[];
  readonly children: OttlMap[];
  content: string;
}

/**
 * The first element of a document as a map of its `tag`, `content`, `attributes` and `children`; what it does not have is
 * left out. Nothing may stand behind it.
 */
export function parseXml(text: string): OttlMap {
  const cursor = new XmlCursor(text, { canDecode: false });
  const open: OpenElement[] = [];
  for (const token of readXmlTokens(cursor)) {
    if (token.kind === 'start') {
      open.push({ tag: token.name.local, attributes: token.attributes, children: [], content: '' });
    } else if (token.kind === 'text' || token.kind === 'cdata') {
      const element = open.at(-1);
      if (element !== undefined) element.content += trimSpace(token.text);
    } else if (token.kind === 'end') {
      const closed = open.pop();
      if (closed === undefined) break;
      const parent = open.at(-1);
      if (parent !== undefined) parent.children.push(toMap(closed));
      else if (cursor.isAtEnd) return toMap(closed);
      else throw new OttlEvaluationError('ParseXML: there is something behind the element');
    }
  }
  throw new OttlEvaluationError('ParseXML: there is no element');
}

function toMap({ tag, content, attributes, children }: OpenElement): OttlMap {
  const map = new Map<string, OttlValue>([['tag', tag]]);
  if (content !== '') map.set('content', content);
  if (attributes.length > 0) map.set('attributes', new Map(attributes.map(({ local, value }) => [local, value])));
  if (children.length > 0) map.set('children', children);
  return map;
}
