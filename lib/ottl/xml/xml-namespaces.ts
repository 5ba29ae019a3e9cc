import { shown } from '../shown.ts';
import type { XmlCursor, XmlName } from './xml-cursor.ts';
import type { XmlAttribute } from './xml-token.ts';

const XML = 'http://www.w3.org/XML/1998/namespace';

/** The namespaces of the elements that are open. */
export class XmlNamespaces {
  /** By prefix; the last one counts. Nothing is copied for an element, which may have thousands beside it and around it. */
  readonly #declared = new Map<string, string[]>([['xml', [XML]]]);
  /** The prefixes that each open element declares. */
  readonly #open: (readonly string[])[] = [];
  /** All that have been declared so far. */
  readonly #known = new Set([XML]);

  /** Declares those of an element that begins. */
  open(attributes: readonly XmlAttribute[]): void {
    const prefixes: string[] = [];
    for (const { prefix, local, value } of attributes) {
      if (prefix === 'xmlns') this.#declare(prefixes, local, value);
      else if (local === 'xmlns') this.#declare(prefixes, '', value);
    }
    this.#open.push(prefixes);
  }

  close(): void {
    for (const prefix of this.#open.pop() ?? []) this.#declared.get(prefix)?.pop();
  }

  /** @throws {OttlEvaluationError} for an element whose prefix is not declared. */
  check({ prefix }: XmlName, cursor: XmlCursor): void {
    const namespace = this.#declared.get(prefix)?.at(-1) ?? prefix;
    if (namespace !== '' && !this.#known.has(namespace)) {
      cursor.fail(`the namespace ${shown(namespace)} is not declared`);
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
