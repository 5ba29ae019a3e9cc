import { type Comparison, type Condition, comparisonsOf, OPERATORS, type Operator } from '../condition.ts';
import { comparisonOf, fieldOf } from './field.ts';
import { type Token, tokensOf, traceqlError } from './tokens.ts';

/** What a query of TraceQL asks of a trace. */
export interface TraceqlQuery {
  /** That one of its spans fulfils this. Undefined: every span does. */
  readonly condition?: Condition;
  /** How many of its spans fulfil it. */
  readonly matchedCount?: Pick<Comparison, 'operator' | 'value'>;
}

/** Brackets inside brackets. */
const MAX_DEPTH = 20;
const ARITHMETIC = ['+', '-', '*', '/', '%', '^'];

/**
 * Reads the part of TraceQL that is answered: one `{ … }` of comparisons with `&&`, `||` and brackets, and `| count() > 2` behind
 * it. As in TraceQL, all of it holds for the same span, and `&&` and `||` bind alike, from the left.
 *
 * @throws {InvalidQueryError} that names everything else, and where it is: a filter left out would look like an answer
 * @example
 * parseTraceql('{ resource.service.name = "payment" && duration > 250ms } | count() >= 2')
 */
export function parseTraceql(query: string): TraceqlQuery {
  return new Parser(tokensOf(query)).parse();
}

class Parser {
  readonly #tokens: readonly Token[];
  #next = 0;

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens;
  }

  parse(): TraceqlQuery {
    const first = this.#take();
    if (first.text === '(') throw traceqlError(first.at, 'brackets around { … } are not supported');
    if (first.kind === 'word') {
      throw traceqlError(first.at, `${first.text} without a { … } before it is not supported`);
    }
    if (!isSign(first, '{')) throw traceqlError(first.at, `expected {, got ${first.text}`);
    const condition = this.#takeIf('}') ? undefined : this.#expression(0);
    if (condition !== undefined) {
      // Checks that there are not too many.
      comparisonsOf(condition);
      this.#expect('}');
    }
    const matchedCount = this.#takeIf('|') ? this.#count() : undefined;
    const rest = this.#take();
    if (rest.kind !== 'end') throw this.#behind(rest);
    return { ...(condition && { condition }), ...(matchedCount && { matchedCount }) };
  }

  /** `a && b || c` is `(a && b) || c`, and `a || b && c` is `(a || b) && c`. */
  #expression(depth: number): Condition {
    let left = this.#term(depth);
    for (;;) {
      const sign = this.#takeIf('&&') ? 'all' : this.#takeIf('||') ? 'any' : undefined;
      if (sign === undefined) return left;
      const right = this.#term(depth);
      if (sign === 'all') left = { all: [...('all' in left ? left.all : [left]), right] };
      else left = { any: [...('any' in left ? left.any : [left]), right] };
    }
  }

  #term(depth: number): Condition {
    const first = this.#take();
    if (!isSign(first, '(')) return this.#comparison(first);
    if (depth >= MAX_DEPTH) throw traceqlError(first.at, `more than ${MAX_DEPTH} brackets inside brackets`);
    const inner = this.#expression(depth + 1);
    this.#expect(')');
    return inner;
  }

  #comparison(first: Token): Condition {
    const field = fieldOf(first);
    const sign = this.#take();
    const operator = operatorOf(sign);
    if (operator === undefined) {
      if (ARITHMETIC.includes(sign.text)) throw traceqlError(sign.at, `arithmetic (${sign.text}) is not supported`);
      throw traceqlError(sign.at, `expected one of ${OPERATORS.join(' ')} behind ${first.text}, got ${sign.text}`);
    }
    const isNegative = this.#takeIf('-');
    const value = this.#take();
    if (isNegative && value.kind !== 'number' && value.kind !== 'duration') {
      throw traceqlError(value.at, `expected a number or a duration behind -, got ${value.text}`);
    }
    const comparison = comparisonOf(field, operator, value, isNegative);
    const behind = this.#peek();
    if (behind.kind === 'sign' && ARITHMETIC.includes(behind.text)) {
      throw traceqlError(behind.at, `arithmetic (${behind.text}) is not supported`);
    }
    return comparison;
  }

  /** What stands behind `|`. */
  #count(): Pick<Comparison, 'operator' | 'value'> {
    const name = this.#take();
    if (name.text !== 'count') {
      const what = name.kind === 'word' ? `${name.text}(…)` : name.text;
      throw traceqlError(name.at, `| ${what} is not supported: behind { … } there may be | count() > 2`);
    }
    this.#expect('(');
    this.#expect(')');
    const sign = this.#take();
    const operator = operatorOf(sign);
    if (operator === undefined || operator === '=~' || operator === '!~') {
      throw traceqlError(sign.at, `expected =, !=, >, >=, < or <= behind count(), got ${sign.text}`);
    }
    const value = this.#take();
    if (value.kind !== 'number') throw traceqlError(value.at, `expected a number behind count(), got ${value.text}`);
    return { operator, value: Number(value.text) };
  }

  #behind({ kind, text, at }: Token): Error {
    if (text === 'with') return traceqlError(at, 'with(…) is not supported');
    if (text === '|') return traceqlError(at, 'more than one | is not supported');
    if (kind === 'sign' && !['{', '}', '(', ')'].includes(text)) {
      return traceqlError(at, `${text} behind { … } is not supported: there is one { … } in a query`);
    }
    return traceqlError(at, `expected the end, got ${text}`);
  }

  #peek(): Token {
    return this.#tokens[Math.min(this.#next, this.#tokens.length - 1)] as Token;
  }

  #take(): Token {
    const token = this.#peek();
    this.#next += 1;
    return token;
  }

  #takeIf(sign: string): boolean {
    const isNext = isSign(this.#peek(), sign);
    if (isNext) this.#next += 1;
    return isNext;
  }

  #expect(sign: string): void {
    const token = this.#take();
    if (!isSign(token, sign)) throw traceqlError(token.at, `expected ${sign}, got ${token.text}`);
  }
}

function isSign(token: Token, sign: string): boolean {
  return token.kind === 'sign' && token.text === sign;
}

function operatorOf(token: Token): Operator | undefined {
  return token.kind === 'sign' ? OPERATORS.find((one) => one === token.text) : undefined;
}
