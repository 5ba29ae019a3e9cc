import { readXmlDocument } from '../formats/xml/document.ts';
import type { OttlMap, OttlValue } from '../runtime/value.ts';
import { childrenOf, type XmlNode } from './xml-node.ts';

/** Elements as keys: of a text, of a map of what they have, or of a list where several have the same name. */
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

/** Undefined for an element without any text in it. */
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
