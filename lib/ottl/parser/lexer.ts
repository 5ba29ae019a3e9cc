import { OttlSyntaxError } from '../errors.ts';
import { unquote } from './literals.ts';

/**
 * Kinds of tokens, named as in the OTTL grammar except for three: `name` is lower case (`start_time`), `symbol` upper
 * case (`STATUS_CODE_OK`), `mixed` both (`IsMatch`, `replacePattern`).
 */
export type TokenKind = 'bytes' | 'float' | 'int' | 'string' | 'operator' | 'name' | 'symbol' | 'mixed' | 'end';

export interface Token {
  readonly kind: TokenKind;
  /** The source text; of a string, its meaning. */
  readonly text: string;
  /** Offsets of its start and its end in the condition. */
  readonly from: number;
  readonly to: number;
}

/**
 * The largest depth of a condition: nested parentheses, lists, maps, calls, indices and `not`. Each operator of a sum
 * or product counts, too, because its left side becomes its operand. Conditions are walked by recursion, so their depth
 * needs a limit.
 */
const MAX_CONDITION_DEPTH = 100;

/** The tokens of a condition, and the position of the parser in them. */
export class TokenStream {
  /** The number of the next token. The parser sets it back to try another rule. */
  position = 0;
  readonly #tokens: readonly Token[];
  #depth = 0;

  /** @throws {OttlSyntaxError} */
  constructor(text: string) {
    this.#tokens = tokenize(text);
  }

  /** The next token, or the one `ahead` tokens after it. */
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

  /** Consumes the next token if it is this operator or keyword. */
  take(text: string): boolean {
    const found = this.isNext(text);
    if (found) this.position++;
    return found;
  }

  /** Consumes this operator or keyword. @throws {OttlSyntaxError} when something else is next */
  expect(text: string): void {
    if (!this.take(text)) this.fail(text);
  }

  /** Runs `read` one level deeper. @throws {OttlSyntaxError} below {@link MAX_CONDITION_DEPTH} */
  nested<T>(read: () => T): T {
    this.#depth++;
    try {
      this.checkDepth(0);
      return read();
    } finally {
      this.#depth--;
    }
  }

  /** @throws {OttlSyntaxError} when `more` further levels exceed {@link MAX_CONDITION_DEPTH} */
  checkDepth(more: number): void {
    if (this.#depth + more <= MAX_CONDITION_DEPTH) return;
    const message = `a condition must not be nested more than ${MAX_CONDITION_DEPTH} levels deep`;
    throw new OttlSyntaxError(`${message}; write several conditions`, this.peek().from);
  }

  /** @throws {OttlSyntaxError} always: says what was expected and what the next token is */
  fail(expected: string): never {
    const { kind, text, from } = this.peek();
    const got = kind === 'end' ? 'the end of the condition' : kind === 'string' ? JSON.stringify(text) : text;
    throw new OttlSyntaxError(`expected ${expected}, got ${got}`, from);
  }
}

/** The rules of the OTTL lexer (pkg/ottl, `buildLexer`), in the order in which they are tried. */
const RULES: readonly (readonly [TokenKind, RegExp])[] = [
  ['bytes', /0x[a-fA-F0-9]+/y],
  ['float', /(?:\d+\.\d*|\d*\.\d+)(?:[eE][-+]?\d+)?/y],
  ['int', /\d+/y],
  ['string', /"(?:\\.|[^\\"])*"/y],
  ['operator', /==|!=|>=|<=|=>|[<>=+\-*/(){}:,.[\]]/y],
  ['symbol', /[A-Z][A-Z0-9_]*(?![A-Za-z0-9_])/y],
  ['name', /[a-z][a-z0-9_]*(?![A-Za-z0-9_])/y],
  ['mixed', /[A-Za-z][A-Za-z0-9_]*/y],
];

const SPACE = /\s*/y;

/**
 * Splits a condition into tokens; the last one has the kind `end`.
 * @throws {OttlSyntaxError}
 */
function tokenize(text: string): readonly Token[] {
  const tokens: Token[] = [];
  let at = 0;
  for (;;) {
    SPACE.lastIndex = at;
    SPACE.exec(text);
    at = SPACE.lastIndex;
    if (at >= text.length) {
      tokens.push({ kind: 'end', text: '', from: at, to: at });
      return tokens;
    }
    const token = tokenAt(text, at);
    tokens.push(token);
    at = token.to;
  }
}

function tokenAt(text: string, from: number): Token {
  for (const [kind, rule] of RULES) {
    rule.lastIndex = from;
    const raw = rule.exec(text)?.[0];
    if (raw === undefined) continue;
    return { kind, text: kind === 'string' ? unquote(raw, from) : raw, from, to: from + raw.length };
  }
  if (text[from] === '"') throw new OttlSyntaxError('a string without its closing quote', from);
  if (text[from] === "'")
    throw new OttlSyntaxError('unexpected \'; strings are written in double quotes: "text"', from);
  if (text[from] === '&' || text[from] === '|' || text[from] === '!') {
    throw new OttlSyntaxError(`unexpected ${text[from]}; write and, or, not`, from);
  }
  throw new OttlSyntaxError(`unexpected character ${JSON.stringify(text[from])}`, from);
}
