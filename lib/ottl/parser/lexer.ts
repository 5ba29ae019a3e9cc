import { OttlSyntaxError } from '../errors.ts';
import { decodeGoString, escapeLooseBytes } from '../go/go-string.ts';
import { MAX_CONDITION_DEPTH } from '../runtime/work.ts';

/**
 * `name` is lower case (`start_time`), `symbol` upper case (`STATUS_CODE_OK`), `mixed` both (`IsMatch`, `replacePattern`).
 */
export type TokenKind = 'bytes' | 'float' | 'int' | 'string' | 'operator' | 'name' | 'symbol' | 'mixed' | 'end';

export interface Token {
  readonly kind: TokenKind;
  /** As written, but for strings, where it is what they mean. */
  readonly text: string;
  /** Where it starts and ends in the condition. */
  readonly from: number;
  readonly to: number;
}

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

const ESCAPES: ReadonlyMap<string, number> = new Map([
  ['a', 0x07],
  ['b', 0x08],
  ['f', 0x0c],
  ['n', 0x0a],
  ['r', 0x0d],
  ['t', 0x09],
  ['v', 0x0b],
  ['\\', 0x5c],
  ['"', 0x22],
]);

const PART = /\\(?:x([0-9a-fA-F]{2})|([0-7]{3})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|(.))|([^\\]+)/gsu;

const encoder = new TextEncoder();

/**
 * What a string in double quotes means, by the rules of Go (`strconv.Unquote`). `\xHH` and `\OOO` are bytes of UTF-8.
 * @param offset Where the string starts, for errors.
 * @throws {OttlSyntaxError} for an escape that is none, such as `\d`, and for a line break.
 */
export function unquote(raw: string, offset: number): string {
  if (raw.includes('\n')) throw new OttlSyntaxError('a string must not contain a line break; write \\n', offset);
  const body = raw.slice(1, -1);
  if (!body.includes('\\')) return body;

  const bytes: number[] = [];
  for (const match of body.matchAll(PART)) {
    const [written, hex, octal, unicode, longUnicode, letter, plain] = match;
    const at = offset + 1 + match.index;
    if (plain !== undefined) for (const byte of encoder.encode(plain)) bytes.push(byte);
    else if (hex !== undefined) bytes.push(Number.parseInt(hex, 16));
    else if (octal !== undefined) bytes.push(byteOf(octal, written, at));
    else if (letter !== undefined) bytes.push(escapeOf(letter, at));
    else bytes.push(...encoder.encode(characterOf(unicode ?? longUnicode ?? '', written, at)));
  }
  return decodeGoString(Uint8Array.from(bytes));
}

function escapeOf(letter: string, at: number): number {
  const byte = ESCAPES.get(letter);
  if (byte !== undefined) return byte;
  throw new OttlSyntaxError(`\\${letter} is no escape; for a backslash write two: \\\\${letter}`, at);
}

function byteOf(octal: string, written: string, at: number): number {
  const byte = Number.parseInt(octal, 8);
  if (byte > 0xff) throw new OttlSyntaxError(`${written} is more than a byte`, at);
  return byte;
}

function characterOf(hex: string, written: string, at: number): string {
  const code = Number.parseInt(hex, 16);
  const isSurrogate = code >= 0xd800 && code <= 0xdfff;
  if (code > 0x10ffff || isSurrogate) throw new OttlSyntaxError(`${written} is no character`, at);
  return String.fromCodePoint(code);
}

/** A string literal that means this text. */
export function quote(text: string): string {
  const escaped = text.replace(/[\\"]/g, '\\$&').replace(/\n/g, '\\n').replace(/\r/g, '\\r');
  return `"${escapeLooseBytes(escaped)}"`;
}

const MAX_INT64 = 2n ** 63n - 1n;

/** An integer as OTTL reads it: a leading 0 makes it octal (Go's `strconv.ParseInt` with base 0). */
export function parseInt64(text: string, at: number): bigint {
  const isOctal = text.length > 1 && text.startsWith('0');
  if (isOctal && !/^[0-7]+$/.test(text)) {
    throw new OttlSyntaxError(`${text} is no octal number, which a leading 0 means`, at);
  }
  const value = isOctal ? BigInt(`0o${text}`) : BigInt(text);
  if (value > MAX_INT64) throw new OttlSyntaxError(`${text} does not fit into 64 bits`, at);
  return value;
}

export function parseFloat64(text: string, at: number): number {
  const value = Number(text);
  if (!Number.isFinite(value)) throw new OttlSyntaxError(`${text} is too large for a number`, at);
  return value;
}

/** Bytes written as `0x0a1b`. */
export function parseBytes(text: string, at: number): Uint8Array {
  const digits = text.slice(2);
  if (digits.length % 2 !== 0) {
    throw new OttlSyntaxError(`bytes have an even number of hexadecimal digits, got ${text}`, at);
  }
  return Uint8Array.from({ length: digits.length / 2 }, (_, i) => Number.parseInt(digits.slice(2 * i, 2 * i + 2), 16));
}

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
