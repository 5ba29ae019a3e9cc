/**
 * A node of a document. Its parts may be changed, and are linked as in antchfx/xmlquery, which the Collector uses: a node
 * that becomes the child of another is not taken out of where it was.
 */
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

export function xmlNode(type: XmlNode['type'], data: string): XmlNode {
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

export function appendChild(parent: XmlNode, child: XmlNode): void {
  child.parent = parent;
  child.previous = parent.last;
  child.next = undefined;
  if (parent.last === undefined) parent.first = child;
  else parent.last.next = child;
  parent.last = child;
}

export function removeNode(node: XmlNode): void {
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

export function* childrenOf(node: XmlNode): Generator<XmlNode, void, undefined> {
  for (let child = node.first; child !== undefined; child = child.next) yield child;
}
