import { quotedExcerpt } from '../../../text/messages.ts';
import { OttlEvaluationError } from '../../errors.ts';

/** A qualified name. The prefix is '' when there is none. */
export interface XmlName {
  readonly prefix: string;
  readonly local: string;
}

const NAME = /[\w:.\-\u0080-\u{10ffff}]+/uy;
const VALID_NAME = /^[\p{L}_:][\p{L}\p{N}\p{M}_:.\u00b7-]*$/u;
const SPACE = /[ \t\r\n]*/y;

/**
 * The position of a reader in a document. Every method throws {@link OttlEvaluationError} when the document has
 * something else at the position than the method reads.
 */
export class XmlCursor {
  #text: string;
  /** A document may change its encoding once: one that did so again and again could grow each time. */
  #canDecode: boolean;
  at = 0;

  constructor(text: string, { canDecode }: { readonly canDecode: boolean }) {
    this.#text = text;
    this.#canDecode = canDecode;
  }

  get text(): string {
    return this.#text;
  }

  /** Decodes the rest of the document again, in the encoding that its XML declaration names. */
  decodeRest(encoding: string): void {
    if (!this.#canDecode) this.fail(`encoding ${quotedExcerpt(encoding)} is not supported here`);
    this.#canDecode = false;
    const bytes = new TextEncoder().encode(this.#text.slice(this.at));
    try {
      this.#text = this.#text.slice(0, this.at) + new TextDecoder(encoding).decode(bytes);
    } catch {
      this.fail(`unknown encoding ${quotedExcerpt(encoding)}`);
    }
  }

  get isAtEnd(): boolean {
    return this.at >= this.#text.length;
  }

  startsWith(expected: string): boolean {
    return this.#text.startsWith(expected, this.at);
  }

  /** Consumes the text if it comes next. */
  take(expected: string): boolean {
    if (!this.startsWith(expected)) return false;
    this.at += expected.length;
    return true;
  }

  expect(expected: string): void {
    if (!this.take(expected)) this.fail(`expected ${expected}`);
  }

  /** Consumes everything up to and including `end`, and returns what comes before it. */
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
    if (!VALID_NAME.test(name)) return this.fail(`expected a name, got ${quotedExcerpt(name)}`);
    this.at += name.length;
    return name;
  }

  takeQualifiedName(): XmlName {
    const name = this.takeName();
    const [prefix = '', local = '', ...rest] = name.split(':');
    if (rest.length > 0) return this.fail(`two colons in the name ${quotedExcerpt(name)}`);
    return prefix === '' || local === '' ? { prefix: '', local: name } : { prefix, local };
  }

  fail(message: string): never {
    throw new OttlEvaluationError(`XML: ${message} at character ${this.at}`);
  }
}
