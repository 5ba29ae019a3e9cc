import type { XmlCursor, XmlName } from './xml-cursor.ts';
import type { XmlAttribute } from './xml-token.ts';

const XML = 'http://www.w3.org/XML/1998/namespace';

/** The namespaces of the elements that are open, and the prefix that each namespace was last given. */
export class XmlNamespaces {
  readonly #scopes: ReadonlyMap<string, string>[] = [new Map([['xml', XML]])];
  readonly #prefixes = new Map([[XML, { prefix: 'xml', depth: 0 }]]);

  /** Declares those of an element that begins. */
  open(attributes: readonly XmlAttribute[]): void {
    const scope = new Map(this.#scopes.at(-1));
    for (const { prefix, local, value } of attributes) {
      if (prefix === 'xmlns') this.#declare(scope, local, value);
      else if (local === 'xmlns') this.#declareDefault(scope, value);
    }
    this.#scopes.push(scope);
  }

  close(): void {
    this.#scopes.pop();
  }

  /** The namespace of an element, '' for none. One whose prefix is not declared is an error. */
  ofElement(name: XmlName, cursor: XmlCursor): string {
    const namespace = this.#translate(name.prefix);
    if (namespace === '' || this.#prefixes.has(namespace)) return namespace;
    return cursor.fail(`the namespace ${namespace} is not declared`);
  }

  /** A prefix as it is written out again; that of an element only if it had it. */
  writtenPrefix(prefix: string): string {
    if (prefix === '' || prefix === 'xmlns') return prefix;
    const namespace = this.#translate(prefix);
    return this.#prefixes.get(namespace)?.prefix ?? namespace;
  }

  #translate(prefix: string): string {
    return this.#scopes.at(-1)?.get(prefix) ?? prefix;
  }

  #declare(scope: Map<string, string>, prefix: string, namespace: string): void {
    scope.set(prefix, namespace);
    this.#prefixes.set(namespace, { prefix, depth: this.#scopes.length });
  }

  #declareDefault(scope: Map<string, string>, namespace: string): void {
    scope.set('', namespace);
    const known = this.#prefixes.get(namespace);
    if (known !== undefined && known.depth < this.#scopes.length) return;
    this.#prefixes.set(namespace, { prefix: '', depth: this.#scopes.length });
  }
}
