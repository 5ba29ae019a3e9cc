import { InvalidQueryError } from '../condition.ts';

/**
 * A word of TraceQL (https://grafana.com/docs/tempo/latest/traceql/).
 *
 * | kind | of |
 * |---|---|
 * | `attribute` | `.http.route`, `span.http.route`, `resource."a key with spaces"` |
 * | `word` | an intrinsic (`name`, `span:name`), a keyword (`error`, `true`), a function (`count`) |
 * | `text` | `"GET"`, or with backquotes |
 * | `number` | `200`, `0.5` |
 * | `duration` | `1h30m`, `250ms` |
 * | `sign` | operators and brackets |
 * | `end` | behind the last word |
 */
export type Token = AttributeToken | DurationToken | PlainToken;

interface PlainToken {
  readonly kind: 'word' | 'text' | 'number' | 'sign' | 'end';
  /** As it is written; of a text, what it says. */
  readonly text: string;
  readonly at: number;
}

export interface AttributeToken {
  readonly kind: 'attribute';
  /** `span`, `resource`, `event`, `link`, `instrumentation`, `parent`; empty: of the span or its resource. */
  readonly scope: string;
  readonly key: string;
  readonly text: string;
  readonly at: number;
}

interface DurationToken {
  readonly kind: 'duration';
  readonly nanos: number;
  readonly text: string;
  readonly at: number;
}

/** A query that is not TraceQL, or not the part of it that is answered. @param at where, from 0 on */
export function traceqlError(at: number, message: string): InvalidQueryError {
  return new InvalidQueryError(`TraceQL, position ${at + 1}: ${message}`);
}

const SPACE = /\s+/y;
const SCOPE = /(?:(span|resource|event|link|instrumentation|parent)\.|\.(?!\d))/y;
/** What ends the key of an attribute is in the brackets: everything else may be in one. */
const KEY = /[^\s"{}()=~!<>&|^,]+/y;
const WORD = /(?:(?:trace|span|event|link|instrumentation):)?[A-Za-z_]\w*/y;
const NUMBER = /(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?/y;
const AMOUNT = String.raw`(\d+(?:\.\d*)?|\.\d+)(ns|us|µs|μs|ms|s|m|h|d|w|y)`;
const DURATION = new RegExp(`(?:${AMOUNT})+`, 'y');
/** Longer ones first. */
const SIGN = /&>>|&<<|!>>|!<<|&&|\|\||=~|!~|!=|>=|<=|>>|<<|&>|&<|&~|!>|!<|[{}()=<>!|~,+\-*/%^]/y;

const SECOND = 1e9;
const DAY = 86_400 * SECOND;
const UNIT_NANOS: Readonly<Record<string, number>> = {
  ns: 1,
  us: 1e3,
  µs: 1e3,
  μs: 1e3,
  ms: 1e6,
  s: SECOND,
  m: 60 * SECOND,
  h: 3600 * SECOND,
  d: DAY,
  w: 7 * DAY,
  y: 365 * DAY,
};

/** The words of a query, and `end`. @throws {InvalidQueryError} */
export function tokensOf(query: string): readonly Token[] {
  const tokens: Token[] = [];
  let at = 0;
  for (;;) {
    at += matchAt(SPACE, query, at)?.[0].length ?? 0;
    if (at >= query.length) return [...tokens, { kind: 'end', text: 'the end', at }];
    const [token, end] = tokenAt(query, at);
    tokens.push(token);
    at = end;
  }
}

function tokenAt(query: string, at: number): readonly [Token, end: number] {
  if (query[at] === '"' || query[at] === '`') {
    const { text, end } = quotedAt(query, at);
    return [{ kind: 'text', text, at }, end];
  }
  const scope = matchAt(SCOPE, query, at);
  if (scope !== undefined) {
    const { key, end } = keyAt(query, at + scope[0].length);
    const text = query.slice(at, end);
    if (key === '') throw traceqlError(at, `expected the key of an attribute behind ${text}`);
    return [{ kind: 'attribute', scope: scope[1] ?? '', key, text, at }, end];
  }
  const duration = matchAt(DURATION, query, at)?.[0];
  if (duration !== undefined) {
    return [{ kind: 'duration', nanos: nanosOf(duration), text: duration, at }, at + duration.length];
  }
  for (const [kind, pattern] of [
    ['number', NUMBER],
    ['word', WORD],
    ['sign', SIGN],
  ] as const) {
    const text = matchAt(pattern, query, at)?.[0];
    if (text !== undefined) return [{ kind, text, at }, at + text.length];
  }
  const hint = query[at] === "'" ? ': texts stand in double quotes or backquotes' : '';
  throw traceqlError(at, `${JSON.stringify(query[at])} is not expected${hint}`);
}

/** The key of an attribute, of which parts may be in quotes. */
function keyAt(query: string, begin: number): { readonly key: string; readonly end: number } {
  let [key, end] = ['', begin];
  for (;;) {
    const run = matchAt(KEY, query, end)?.[0];
    if (run !== undefined) {
      key += run;
      end += run.length;
    } else if (query[end] === '"') {
      const quoted = quotedAt(query, end);
      key += quoted.text;
      end = quoted.end;
    } else return { key, end };
  }
}

/** The escapes of Go's strings, which TraceQL has; octal ones and those of single bytes are left out. */
const ESCAPE = /\\(?:([abfnrtv\\"])|u([\da-fA-F]{4})|U(00[\da-fA-F]{6}))/y;
const ESCAPED: Readonly<Record<string, string>> = { a: '\x07', b: '\b', f: '\f', n: '\n', r: '\r', t: '\t', v: '\v' };

/** A text in double quotes, which may have escapes in it, or in backquotes. */
function quotedAt(query: string, at: number): { readonly text: string; readonly end: number } {
  const quote = query[at];
  let text = '';
  for (let next = at + 1; next < query.length; ) {
    const character = query[next] as string;
    if (character === quote) return { text, end: next + 1 };
    if (character === '\\' && quote === '"') {
      const [whole, name, four, eight] = escapeAt(query, next);
      const code = Number.parseInt(four ?? eight ?? '', 16);
      text += name === undefined ? String.fromCodePoint(code) : (ESCAPED[name] ?? name);
      next += whole.length;
    } else {
      text += character;
      next += 1;
    }
  }
  throw traceqlError(at, `the text that begins here has no end: a ${quote} is missing`);
}

function escapeAt(query: string, at: number): RegExpExecArray {
  const found = matchAt(ESCAPE, query, at);
  if (found !== undefined && Number.parseInt(found[3] ?? '0', 16) <= 0x10ffff) return found;
  const got = query.slice(at, at + 2);
  throw traceqlError(at, `${got} is not an escape: write \\\\ for a backslash, or put the text in backquotes`);
}

function matchAt(pattern: RegExp, text: string, at: number): RegExpExecArray | undefined {
  pattern.lastIndex = at;
  return pattern.exec(text) ?? undefined;
}

function nanosOf(duration: string): number {
  let nanos = 0;
  for (const [, amount, unit = ''] of duration.matchAll(new RegExp(AMOUNT, 'g'))) {
    nanos += Math.round(Number(amount) * (UNIT_NANOS[unit] ?? 0));
  }
  return nanos;
}
