import { tokenize } from './lexer.ts';
import { OttlSyntaxError } from './ottl-syntax-error.ts';
import type { Token } from './token.ts';

/** The tokens of a condition and where reading has come to. */
export class TokenStream {
  /** Number of the next token; may be set back. */
  position = 0;
  readonly #tokens: readonly Token[];

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

  /** @throws {OttlSyntaxError} always: the next token is not what is expected. */
  fail(expected: string): never {
    const { kind, text, from } = this.peek();
    const got = kind === 'end' ? 'the end of the condition' : kind === 'string' ? JSON.stringify(text) : text;
    throw new OttlSyntaxError(`expected ${expected}, got ${got}`, from);
  }
}
