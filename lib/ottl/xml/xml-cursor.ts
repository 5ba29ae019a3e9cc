import { OttlEvaluationError } from '../ottl-evaluation-error.ts';
import { shown } from '../shown.ts';

const NAME = /[\w:.\-\u0080-\u{10ffff}]+/uy;
const VALID_NAME = /^[\p{L}_:][\p{L}\p{N}\p{M}_:.\u00b7-]*$/u;
const SPACE = /[ \t\r\n]*/y;

/** A name with its prefix, which is empty when there is none. */
export interface XmlName {
  readonly prefix: string;
  readonly local: string;
}

/** Where in a document the reader is. All methods throw {@link OttlEvaluationError} for what must not stand there. */
export class XmlCursor {
  #text: string;
  /** Once at most: a document that asks for it again and again would be read as often, and could grow each time. */
  #canDecode: boolean;
  at = 0;

  constructor(text: string, { canDecode }: { readonly canDecode: boolean }) {
    this.#text = text;
    this.#canDecode = canDecode;
  }

  get text(): string {
    return this.#text;
  }

  /** Reads the bytes of the rest in another encoding, as the document asks for. */
  decodeRest(encoding: string): void {
    if (!this.#canDecode) this.fail(`encoding ${shown(encoding)} is not supported here`);
    this.#canDecode = false;
    const bytes = new TextEncoder().encode(this.#text.slice(this.at));
    try {
      this.#text = this.#text.slice(0, this.at) + new TextDecoder(encoding).decode(bytes);
    } catch {
      this.fail(`unknown encoding ${shown(encoding)}`);
    }
  }

  get isAtEnd(): boolean {
    return this.at >= this.#text.length;
  }

  startsWith(expected: string): boolean {
    return this.#text.startsWith(expected, this.at);
  }

  /** Goes over a text if it stands here. */
  take(expected: string): boolean {
    if (!this.startsWith(expected)) return false;
    this.at += expected.length;
    return true;
  }

  expect(expected: string): void {
    if (!this.take(expected)) this.fail(`expected ${expected}`);
  }

  /** What stands before a text, and goes behind that. */
  takeUntil(end: string): string {
    const found = this.#text.indexOf(end, this.at);
    if (found < 0) return this.fail(`${end} is missing`);
    const taken = this.#text.slice(this.at, found);
    this.at = found + end.length;
    return taken;
  }

  skipSpace(): void {
    SPACE.lastIndex = this.at;
    SPACE.exec(this.#text);
    this.at = SPACE.lastIndex;
  }

  takeName(): string {
    NAME.lastIndex = this.at;
    const name = NAME.exec(this.#text)?.[0] ?? '';
    if (!VALID_NAME.test(name)) return this.fail(`expected a name, got ${shown(name)}`);
    this.at += name.length;
    return name;
  }

  takeQualifiedName(): XmlName {
    const name = this.takeName();
    const [prefix = '', local = '', ...rest] = name.split(':');
    if (rest.length > 0) return this.fail(`two colons in the name ${shown(name)}`);
    return prefix === '' || local === '' ? { prefix: '', local: name } : { prefix, local };
  }

  fail(message: string): never {
    throw new OttlEvaluationError(`XML: ${message} at character ${this.at}`);
  }
}
