import { OttlEvaluationError } from '../../ottl-evaluation-error.ts';
import { XmlCursor } from '../../xml/xml-cursor.ts';
import { XmlNamespaces } from '../../xml/xml-namespaces.ts';
import { appendChild, childrenOf, removeNode, type XmlNode, xmlNode } from '../../xml/xml-node.ts';
import { readXmlTokens } from './tokens.ts';

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
      if (document.first === undefined) appendChild(document, xmlNode('declaration', 'xml'));
      namespaces.check(token.name, cursor);
      const element = xmlNode('element', token.name.local);
      appendChild(parent, element);
      parent = element;
    } else if (token.kind === 'instruction') {
      appendChild(parent, xmlNode(token.target === 'xml' ? 'declaration' : 'instruction', token.target));
    } else if (document.first !== undefined) {
      appendChild(parent, xmlNode(token.kind, token.text));
    }
  }
  if (![...childrenOf(document)].some(({ type }) => type === 'element')) {
    throw new OttlEvaluationError('XML: there is no element');
  }
  if (!text.startsWith('<?xml') && document.first !== undefined) removeNode(document.first);
  return document;
}
