import { OttlEvaluationError } from '../ottl-evaluation-error.ts';
import { trimSpace } from '../trim-space.ts';
import { readXmlTokens } from './read-xml-tokens.ts';
import { XmlCursor } from './xml-cursor.ts';
import { XmlNamespaces } from './xml-namespaces.ts';
import { appendChild, childrenOf, removeNode, type XmlNode, type XmlNodeAttribute, xmlNode } from './xml-node.ts';
import type { XmlToken } from './xml-token.ts';

/**
 * Reads a document as the Collector does for its XML functions. What stands before the first element or instruction is
 * dropped, and so is the XML declaration unless the document begins with it.
 * @throws {OttlEvaluationError} when it is no XML, or has no element.
 */
export function readXmlDocument(text: string): XmlNode {
  const cursor = new XmlCursor(text, { canDecode: true });
  const document = xmlNode('document', '');
  const namespaces = new XmlNamespaces();
  let parent = document;
  for (const token of readXmlTokens(cursor)) {
    if (token.kind === 'end') {
      namespaces.close();
      parent = parent.parent ?? document;
    } else if (token.kind === 'start') {
      namespaces.open(token.attributes);
      if (document.first === undefined) appendChild(document, declaration());
      const element = elementOf(token, namespaces, cursor);
      appendChild(parent, element);
      parent = element;
    } else if (token.kind === 'instruction') appendChild(parent, instructionOf(token.target, token.text));
    else if (document.first !== undefined) appendChild(parent, xmlNode(token.kind, token.text));
  }
  if (![...childrenOf(document)].some(({ type }) => type === 'element')) {
    throw new OttlEvaluationError('XML: there is no element');
  }
  if (!text.startsWith('<?xml') && document.first !== undefined) removeNode(document.first);
  return document;
}

function declaration(): XmlNode {
  return instructionOf('xml', 'version="1.0"');
}

function elementOf(
  { name, attributes }: Extract<XmlToken, { kind: 'start' }>,
  namespaces: XmlNamespaces,
  cursor: XmlCursor,
): XmlNode {
  const element = xmlNode('element', name.local);
  element.namespace = namespaces.ofElement(name, cursor);
  if (namespaces.writtenPrefix(name.prefix) === name.prefix) element.prefix = name.prefix;
  element.attributes = attributes.map(({ prefix, local, value }) => ({
    prefix: namespaces.writtenPrefix(prefix),
    local,
    value,
  }));
  return element;
}

function instructionOf(target: string, text: string): XmlNode {
  const node = xmlNode(target === 'xml' ? 'declaration' : 'instruction', target);
  node.instruction = trimSpace(text);
  for (const pair of text.split(' ').map(trimSpace)) addPair(node.attributes, pair);
  return node;
}

function addPair(attributes: XmlNodeAttribute[], pair: string): void {
  const at = pair.indexOf('=');
  if (at <= 0) return;
  const name = pair.slice(0, at);
  const colon = name.indexOf(':');
  const [prefix, local] = colon > 0 ? [name.slice(0, colon), name.slice(colon + 1)] : ['', name];
  if (attributes.some((other) => other.prefix === prefix && other.local === local)) return;
  attributes.push({ prefix, local, value: pair.slice(at + 1).replace(/^["']+|["']+$/g, '') });
}
