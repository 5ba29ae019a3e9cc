import { quotedExcerpt } from '../../../text/messages.ts';
import { OttlEvaluationError } from '../../errors.ts';
import { XmlCursor, type XmlName } from './cursor.ts';
import { readXmlTokens, type XmlAttribute } from './tokens.ts';

/** A node of a document, linked as in antchfx/xmlquery, the library of the Collector. */
export interface XmlNode {
  type: 'document' | 'declaration' | 'element' | 'text' | 'cdata' | 'comment' | 'directive' | 'instruction';
  /** The name of an element or an instruction, the text of others. */
  data: string;
  parent: XmlNode | undefined;
  first: XmlNode | undefined;
  last: XmlNode | undefined;
  previous: XmlNode | undefined;
  next: XmlNode | undefined;
}

/**
 * Parses a document with the rules of antchfx/xmlquery. Text and comments before the first element or instruction are
 * dropped, and so is an XML declaration that the document does not begin with.
 * @throws {OttlEvaluationError} when the text is not XML, or has no element
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
    throw new OttlEvaluationError('XML: the document has no element');
  }
  if (!text.startsWith('<?xml') && document.first !== undefined) removeNode(document.first);
  return document;
}

export function* childrenOf(node: XmlNode): Generator<XmlNode, void, undefined> {
  for (let child = node.first; child !== undefined; child = child.next) yield child;
}

function xmlNode(type: XmlNode['type'], data: string): XmlNode {
  return {
    type,
    data,
    parent: undefined,
    first: undefined,
    last: undefined,
    previous: undefined,
    next: undefined,
  };
}

function appendChild(parent: XmlNode, child: XmlNode): void {
  child.parent = parent;
  child.previous = parent.last;
  child.next = undefined;
  if (parent.last === undefined) parent.first = child;
  else parent.last.next = child;
  parent.last = child;
}

function removeNode(node: XmlNode): void {
  const { parent, previous, next } = node;
  if (parent === undefined) return;
  if (previous === undefined) parent.first = next;
  else previous.next = next;
  if (next === undefined) parent.last = previous;
  else next.previous = previous;
  node.parent = undefined;
  node.previous = undefined;
  node.next = undefined;
}

const XML = 'http://www.w3.org/XML/1998/namespace';

/** The namespaces declared by the open elements. */
class XmlNamespaces {
  /**
   * Namespaces by prefix, innermost last. One table for all elements: a copy for each would be quadratic in their
   * number.
   */
  readonly #declared = new Map<string, string[]>([['xml', [XML]]]);
  /** The prefixes that each open element declares. */
  readonly #open: (readonly string[])[] = [];
  /** All namespaces declared so far, also by closed elements. */
  readonly #known = new Set([XML]);

  /** An element with these attributes begins. */
  open(attributes: readonly XmlAttribute[]): void {
    const prefixes: string[] = [];
    for (const { prefix, local, value } of attributes) {
      if (prefix === 'xmlns') this.#declare(prefixes, local, value);
      else if (local === 'xmlns') this.#declare(prefixes, '', value);
    }
    this.#open.push(prefixes);
  }

  /** The innermost element ends. */
  close(): void {
    for (const prefix of this.#open.pop() ?? []) this.#declared.get(prefix)?.pop();
  }

  /** @throws {OttlEvaluationError} when the prefix of an element is not declared */
  check({ prefix }: XmlName, cursor: XmlCursor): void {
    const namespace = this.#declared.get(prefix)?.at(-1) ?? prefix;
    if (namespace !== '' && !this.#known.has(namespace)) {
      cursor.fail(`the namespace ${quotedExcerpt(namespace)} is not declared`);
    }
  }

  #declare(prefixes: string[], prefix: string, namespace: string): void {
    const declared = this.#declared.get(prefix);
    if (declared === undefined) this.#declared.set(prefix, [namespace]);
    else declared.push(namespace);
    prefixes.push(prefix);
    this.#known.add(namespace);
  }
}
