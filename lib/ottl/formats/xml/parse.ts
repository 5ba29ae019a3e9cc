import { OttlEvaluationError } from '../../errors.ts';
import { trimSpace } from '../../go/strings.ts';
import type { OttlMap, OttlValue } from '../../runtime/value.ts';
import { XmlCursor } from './cursor.ts';
import { childrenOf, readXmlDocument, type XmlNode } from './document.ts';
import { readXmlTokens, type XmlAttribute } from './tokens.ts';

/**
 * `ParseSimplifiedXML`: each element is a key of a map. Its value is its text, a map of the elements in it, or a list
 * when several elements have the same name.
 */
export function parseSimplifiedXml(text: string): OttlMap {
  return mapOf(readXmlDocument(text));
}

function mapOf(parent: XmlNode): OttlMap {
  const map = new Map<string, OttlValue>();
  const elements = Map.groupBy([...childrenOf(parent)].filter(isElement), ({ data }) => data);
  for (const [name, sameName] of elements) {
    const filled = sameName.filter(({ first }) => first !== undefined);
    if (filled.length === 0) continue;
    const values = filled.map(valueOfElement).filter((value) => value !== undefined);
    if (sameName.length > 1) map.set(name, values);
    else if (values[0] !== undefined) map.set(name, values[0]);
  }
  return map;
}

/** Undefined for an element without any text inside. */
function valueOfElement(element: XmlNode): OttlValue | undefined {
  const children = [...childrenOf(element)];
  const text = children.some(isElement) ? undefined : children.find(({ type }) => type === 'text' || type === 'cdata');
  if (text !== undefined && text.data !== '') return text.data;
  const map = mapOf(element);
  return map.size === 0 ? undefined : map;
}

function isElement({ type }: XmlNode): boolean {
  return type === 'element';
}

interface OpenElement {
  readonly tag: string;
  readonly attributes: readonly XmlAttribute[];
  readonly children: OttlMap[];
  content: string;
}

/**
 * `ParseXML`: the root element as a map with the keys `tag`, `content`, `attributes` and `children`, without those that
 * the element does not have.
 * @throws {OttlEvaluationError} when there is no element, or something follows it
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
      else throw new OttlEvaluationError('ParseXML: something follows the root element');
    }
  }
  throw new OttlEvaluationError('ParseXML: the document has no element');
}

function toMap({ tag, content, attributes, children }: OpenElement): OttlMap {
  const map = new Map<string, OttlValue>([['tag', tag]]);
  if (content !== '') map.set('content', content);
  if (attributes.length > 0) map.set('attributes', new Map(attributes.map(({ local, value }) => [local, value])));
  if (children.length > 0) map.set('children', children);
  return map;
}
