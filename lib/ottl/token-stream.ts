import { OttlSyntaxError } from './errors.ts';
import { MAX_CONDITION_DEPTH } from './max-depth.ts';
import { tokenize } from './parser/lexer.ts';
import type { Token } from './token.ts';

/** The tokens of a condition and where reading has come to. */
export class TokenStream {
  /** Number of the next token; may be set back. */
  position = 0;
  readonly #tokens: readonly Token[];
  #depth = 0;

  /** @throws {OttlSyntaxError} */
  constructor(text: string) {
    this.#tokens = tokenize(text);
  }

  /** The token `ahead` of the next one. */
  peek(ahead = 0): Token {
    const last = this.#tokens.length - 1;
    return this.#tokens[Math.min(this.position + ahead, last)] as Token;
  }

  next(): Token {
    const token = this.peek();
    this.position++;
    return token;
  }

  /** Whether the next token is this operator or keyword. */
  isNext(text: string, ahead = 0): boolean {
    const token = this.peek(ahead);
    return token.text === text && (token.kind === 'operator' || token.kind === 'name');
  }

  /** Steps over the operator or keyword if it is the next token. */
  take(text: string): boolean {
    const found = this.isNext(text);
    if (found) this.position++;
    return found;
  }

  expect(text: string): void {
    if (!this.take(text)) this.fail(text);
  }

  /** Reads something that is inside of another. @throws {OttlSyntaxError} when that is too deep. */
  nested<T>(read: () => T): T {
    this.#depth++;
    try {
      this.checkDepth(0);
      return read();
    } finally {
      this.#depth--;
    }
  }

  /** @throws {OttlSyntaxError} when this many levels more are too deep. */
  checkDepth(more: number): void {
    if (this.#depth + more <= MAX_CONDITION_DEPTH) return;
    const message = `a condition must not be nested more than ${MAX_CONDITION_DEPTH} levels deep`;
    throw new OttlSyntaxError(`${message}; write several conditions`, this.peek().from);
  }

  /** @throws {OttlSyntaxError} always: the next token is not what is expected. */
  fail(expected: string): never {
    const { kind, text, from } = this.peek();
    const got = kind === 'end' ? 'the end of the condition' : kind === 'string' ? JSON.stringify(text) : text;
    throw new OttlSyntaxError(`expected ${expected}, got ${got}`, from);
  }
}
