import { MalformedOtlpError } from '../errors.ts';
import type { JsonWords } from '../json-words.ts';
import { viewOf } from '../protobuf/wire-values.ts';

export const QUOTE = 0x22;
const COMMA = 0x2c;
export const COLON = 0x3a;
export const BACKSLASH = 0x5c;
export const OPEN_BRACKET = 0x5b;
export const CLOSE_BRACKET = 0x5d;
export const OPEN_BRACE = 0x7b;
export const CLOSE_BRACE = 0x7d;
const NULL = ascii('null');
const TRUE = ascii('true');
const FALSE = ascii('false');
const SIMPLE_ESCAPES = '"\\/bfnrt';

/**
 * Reads JSON text (RFC 8259) from bytes, one token at a time. Every method throws {@link MalformedOtlpError} if the
 * text is not JSON.
 */
export class JsonCursor {
  readonly bytes: Uint8Array;
  /** Of `bytes`. */
  readonly view: DataView;
  offset: number;
  /** The closing brackets that are still expected while a value is skipped. */
  #closing = new Uint8Array(64);

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
    this.view = viewOf(bytes);
    // RFC 8259 forbids a byte order mark, but allows parsers to ignore one.
    this.offset = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? 3 : 0;
  }

  /** Skips white space and returns the next byte without consuming it; -1 at the end. */
  peek(): number {
    const { bytes } = this;
    let byte = bytes[this.offset] as number;
    while (byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09) byte = bytes[++this.offset] as number;
    return this.offset < bytes.length ? byte : -1;
  }

  /** Consumes these bytes if they come next. Does not skip white space. */
  skip(expected: Uint8Array): boolean {
    const { bytes, offset } = this;
    const { length } = expected;
    for (let i = 0; i < length; i++) if (bytes[offset + i] !== expected[i]) return false;
    this.offset = offset + length;
    return true;
  }

  /** Consumes this text if it comes next. Does not skip white space. */
  skipWords(expected: JsonWords): boolean {
    if (!expected.isAt(this.view, this.offset)) return false;
    this.offset += expected.length;
    return true;
  }

  expect(byte: number): void {
    if (this.peek() !== byte) throw this.error(`expected "${String.fromCharCode(byte)}"`);
    this.offset++;
  }

  /** Consumes the comma before the next member (true) or the closing bracket (false). */
  hasNext(close: number): boolean {
    const byte = this.peek();
    if (byte !== COMMA && byte !== close) throw this.error(`expected "," or "${String.fromCharCode(close)}"`);
    this.offset++;
    return byte === COMMA;
  }

  /** Consumes the opening bracket, and the closing one as well if there is nothing in between (false). */
  open(open: number, close: number): boolean {
    this.expect(open);
    if (this.peek() !== close) return true;
    this.offset++;
    return false;
  }

  expectEnd(): void {
    if (this.peek() !== -1) throw this.error('expected nothing after the request');
  }

  /**
   * The offset after a literal or number that starts here, or after anything else that is neither a bracket nor a
   * string.
   */
  wordEnd(): number {
    const { bytes } = this;
    let end = this.offset;
    for (;;) {
      const byte = bytes[end] as number;
      const isWordByte =
        (byte >= 0x30 && byte <= 0x39) || (byte | 0x20) > 0x60 || byte === 0x2e || byte === 0x2b || byte === 0x2d;
      if (!isWordByte || (byte | 0x20) > 0x7a) return end;
      end++;
    }
  }

  /** Consumes `null`, or throws an error that says that it was expected. */
  expectNull(): void {
    if (!this.skip(NULL)) throw this.error('expected null');
  }

  /** Consumes `true` or `false` and returns it. Otherwise consumes nothing and returns undefined. */
  bool(): boolean | undefined {
    if (this.skip(TRUE)) return true;
    return this.skip(FALSE) ? false : undefined;
  }

  /** Consumes a string and returns the offset of its closing quote. */
  skipString(): number {
    this.expect(QUOTE);
    for (;;) {
      const byte = this.bytes[this.offset] as number;
      if (byte === QUOTE) return this.offset++;
      if (byte === BACKSLASH) this.#skipEscape();
      else if (byte >= 0x20) this.offset++;
      else throw this.error(this.offset < this.bytes.length ? 'control character in a string' : 'unterminated string');
    }
  }

  /** Reads a string as text. Only for rare cases, because it is not fast. */
  string(): string {
    this.peek();
    const start = this.offset;
    this.skipString();
    return JSON.parse(new TextDecoder().decode(this.bytes.subarray(start, this.offset)));
  }

  /** Consumes any value, however deeply it is nested. */
  skipValue(): void {
    let depth = 0;
    for (;;) {
      const byte = this.peek();
      if (byte === OPEN_BRACE || byte === OPEN_BRACKET) {
        const close = byte === OPEN_BRACE ? CLOSE_BRACE : CLOSE_BRACKET;
        if (this.open(byte, close)) {
          this.#setClosing(depth++, close);
          if (byte === OPEN_BRACE) this.#skipKey();
          continue;
        }
      } else if (byte === QUOTE) {
        this.skipString();
      } else {
        this.#skipWord();
      }
      // A value has ended, and perhaps the arrays and objects that contain it.
      while (depth > 0 && !this.hasNext(this.#closing[depth - 1] as number)) depth--;
      if (depth === 0) return;
      if (this.#closing[depth - 1] === CLOSE_BRACE) this.#skipKey();
    }
  }

  /** Reads the four hex digits of a `\u` escape. `offset` is at the `u`. */
  codeUnit(): number {
    let unit = 0;
    for (let i = 1; i <= 4; i++) {
      const digit = HEX_VALUES[this.bytes[this.offset + i] as number] ?? -1;
      if (digit < 0) throw this.error('expected four hex digits');
      unit = unit * 16 + digit;
    }
    this.offset += 5;
    return unit;
  }

  error(problem: string): MalformedOtlpError {
    return new MalformedOtlpError(problem, this.offset);
  }

  #setClosing(depth: number, close: number): void {
    if (depth === this.#closing.length) {
      const grown = new Uint8Array(depth * 2);
      grown.set(this.#closing);
      this.#closing = grown;
    }
    this.#closing[depth] = close;
  }

  #skipKey(): void {
    this.skipString();
    this.expect(COLON);
  }

  /** Consumes a literal or a number. */
  #skipWord(): void {
    const start = this.offset;
    const end = this.wordEnd();
    const isLiteral = this.skip(NULL) || this.skip(TRUE) || this.skip(FALSE);
    if (isLiteral ? this.offset !== end : numberEnd(this.bytes, start, end) !== end) {
      throw new MalformedOtlpError('expected a JSON value', start);
    }
    this.offset = end;
  }

  #skipEscape(): void {
    this.offset++;
    const escaped = this.bytes[this.offset];
    if (escaped === 0x75) this.codeUnit();
    else if (escaped !== undefined && SIMPLE_ESCAPES.includes(String.fromCharCode(escaped))) this.offset++;
    else throw this.error('unknown escape');
  }
}

/** The end of the JSON number that starts at `start`, at most `end`; -1 if there is no number. */
export function numberEnd(bytes: Uint8Array, start: number, end: number): number {
  let at = start;
  if (bytes[at] === 0x2d) at++;
  const wholeEnd = digitsEnd(bytes, at, end);
  if (wholeEnd === at || (bytes[at] === 0x30 && wholeEnd > at + 1)) return -1;
  at = wholeEnd;
  if (at < end && bytes[at] === 0x2e) {
    const fractionEnd = digitsEnd(bytes, at + 1, end);
    if (fractionEnd === at + 1) return -1;
    at = fractionEnd;
  }
  if (at < end && ((bytes[at] as number) | 0x20) === 0x65) {
    const next = bytes[at + 1];
    const first = next === 0x2b || next === 0x2d ? at + 2 : at + 1;
    const exponentEnd = digitsEnd(bytes, first, end);
    if (exponentEnd <= first) return -1;
    at = exponentEnd;
  }
  return at;
}

/** The end of the decimal digits that start at `start`, at most `end`. */
export function digitsEnd(bytes: Uint8Array, start: number, end: number): number {
  let at = start;
  while (at < end && (bytes[at] as number) >= 0x30 && (bytes[at] as number) <= 0x39) at++;
  return at;
}

function ascii(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

/** The value of a hex digit by its ASCII code; -1 for other bytes. */
export const HEX_VALUES: Int8Array = new Int8Array(256).fill(-1);
for (const [value, digit] of [...'0123456789abcdef'].entries()) {
  HEX_VALUES[digit.charCodeAt(0)] = value;
  HEX_VALUES[digit.toUpperCase().charCodeAt(0)] = value;
}
