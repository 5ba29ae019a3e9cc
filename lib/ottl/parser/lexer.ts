import { OttlSyntaxError } from '../errors.ts';
import { unquote } from '../string-literal.ts';
import type { Token, TokenKind } from '../token.ts';

/** In the order in which they are tried, as in the OTTL grammar. */
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
 * Cuts a condition into tokens; the last one is the end.
 * @throws {OttlSyntaxError}
 */
export function tokenize(text: string): readonly Token[] {
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
