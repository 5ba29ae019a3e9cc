import { copyPiece, type JsonPiece, SLACK } from './piece.ts';
import { TextStore } from './text-store.ts';
import { MAX_DOUBLE_LENGTH, writeDecimal, writeDouble } from './write-numbers.ts';
import { copyPlainString, copyText, MAX_TEXT_GROWTH, writeBase64String, writeHexString } from './write-text.ts';

const encoder = new TextEncoder();

/**
 * Writes JSON texts in UTF-8, piece by piece. It adds nothing between the pieces.
 *
 * Each text is written at the start of one buffer, and copied when it is complete. This takes half the time of writing each where it
 * stays: the start of the buffer is always in the cache of the processor, and the copy needs not read the memory that it overwrites.
 * Who is done with all texts gives their memory back ({@link JsonWriter.recycle}).
 */
export class JsonWriter {
  readonly #capacity: number;
  readonly #texts: TextStore;
  #out: Uint8Array;
  /** The buffer, for writers that {@link reserve} room, write from {@link at} on, and move it behind what they wrote. */
  view: DataView;
  /** The bytes that were read last. */
  #source: Uint8Array = new Uint8Array(0);
  #sourceView: DataView = new DataView(new ArrayBuffer(0));
  /** Where the next byte goes in the buffer. */
  at = 0;

  /** @param capacity the size of a buffer, in bytes; a larger text gets a larger one */
  constructor(capacity: number) {
    this.#capacity = capacity;
    this.#texts = new TextStore(capacity);
    this.#out = new Uint8Array(capacity);
    this.view = new DataView(this.#out.buffer);
  }

  /** The length of the text so far, in bytes. Set it to a smaller value to discard what was written after that. */
  get length(): number {
    return this.at;
  }

  set length(length: number) {
    this.at = length;
  }

  /** Ends the text and returns it. The next text starts empty. */
  take(): Uint8Array {
    const text = this.#out.subarray(0, this.at);
    this.at = 0;
    if (this.#out.length === this.#capacity) return this.#texts.keep(text);
    // A large text keeps its buffer.
    this.#continueIn(new Uint8Array(this.#capacity));
    return text;
  }

  /** Gives up all texts, taken or not: the next ones overwrite them. At most 8 MiB are kept for that. */
  recycle(): void {
    this.#texts.recycle();
    this.at = 0;
    if (this.#out.length > this.#capacity) this.#continueIn(new Uint8Array(this.#capacity));
  }

  /** A copy of the text from byte `from` on. */
  copy(from: number): Uint8Array {
    return this.#out.slice(from, this.at);
  }

  /** Writes one byte as it is. */
  byte(byte: number): void {
    this.reserve(1);
    this.#out[this.at++] = byte;
  }

  /** Writes a constant piece. */
  piece(piece: JsonPiece): void {
    this.reserve(piece.length + SLACK);
    this.at = copyPiece(this.view, this.at, piece);
  }

  /** Writes bytes that already are JSON. */
  raw(bytes: Uint8Array): void {
    this.reserve(bytes.length);
    this.#out.set(bytes, this.at);
    this.at += bytes.length;
  }

  /** Writes any text as it is. */
  verbatim(text: string): void {
    this.reserve(text.length * 3);
    this.at += encoder.encodeInto(text, this.#out.subarray(this.at)).written;
  }

  /** Writes a text as a string, with quotes and escapes. */
  quoted(text: string): void {
    this.reserve(text.length + 2);
    const end = copyPlainString(this.view, this.at + 1, text);
    if (end < 0) {
      this.verbatim(JSON.stringify(text));
      return;
    }
    this.#out[this.at] = QUOTE;
    this.#out[end] = QUOTE;
    this.at = end + 1;
  }

  /** Writes a comma before a value or a key, unless it is the first in its array or object. */
  separate(): void {
    const last = this.#out[this.at - 1];
    if (last !== OPEN_BRACE && last !== OPEN_BRACKET) this.byte(COMMA);
  }

  /**
   * Turns members that have been written from `length` on, each with a comma before it, into the start of an array or
   * object: `bracket` replaces the first comma.
   */
  open(length: number, bracket: number): void {
    if (this.length === length) this.byte(bracket);
    else this.#out[length] = bracket;
  }

  /** Writes a string without its quotes, from UTF-8 in `bytes[from, to)`. Invalid UTF-8 becomes U+FFFD. */
  text(bytes: Uint8Array, from: number, to: number): void {
    this.reserve((to - from) * MAX_TEXT_GROWTH);
    this.at = copyText(this.view, this.at, this.viewOf(bytes), from, to);
  }

  /** Writes a string with its quotes. */
  string(bytes: Uint8Array, from: number, to: number): void {
    this.reserve((to - from) * MAX_TEXT_GROWTH + 2);
    this.#out[this.at] = QUOTE;
    const at = copyText(this.view, this.at + 1, this.viewOf(bytes), from, to);
    this.#out[at] = QUOTE;
    this.at = at + 1;
  }

  /** Writes bytes as a string of lower-case hex. */
  hex(bytes: Uint8Array, from: number, to: number): void {
    this.reserve((to - from) * 2 + 2);
    this.at = writeHexString(this.view, this.at, bytes, from, to);
  }

  /** Writes bytes as a string of standard base64 with padding. */
  base64(bytes: Uint8Array, from: number, to: number): void {
    this.reserve(Math.ceil((to - from) / 3) * 4 + 2);
    this.at = writeBase64String(this.#out, this.at, bytes, from, to);
  }

  /** Writes an integer of up to 32 bits as a number. */
  integer(value: number): void {
    this.reserve(11);
    let at = this.at;
    if (value < 0) this.#out[at++] = MINUS;
    this.at = writeDecimal(this.view, at, 0, Math.abs(value));
  }

  /** Writes an unsigned 64-bit integer, given in two halves, as a string of decimal digits. */
  uint64(high: number, low: number): void {
    this.reserve(22);
    this.#out[this.at] = QUOTE;
    const at = writeDecimal(this.view, this.at + 1, high, low);
    this.#out[at] = QUOTE;
    this.at = at + 1;
  }

  /** Writes a signed 64-bit integer, given in two unsigned halves, as a string of decimal digits. */
  int64(high: number, low: number): void {
    if (high < 0x80000000) {
      this.uint64(high, low);
      return;
    }
    this.reserve(23);
    const out = this.#out;
    out[this.at] = QUOTE;
    out[this.at + 1] = MINUS;
    const negatedLow = -low >>> 0;
    const at = writeDecimal(this.view, this.at + 2, (~high + (negatedLow === 0 ? 1 : 0)) >>> 0, negatedLow);
    out[at] = QUOTE;
    this.at = at + 1;
  }

  /**
   * Writes a double as a number that reads back equal, including -0, or as a string for NaN and the infinities (proto3
   * JSON mapping).
   */
  double(value: number): void {
    this.reserve(MAX_DOUBLE_LENGTH);
    this.at = writeDouble(this.view, this.at, value);
  }

  /** A view of the bytes that are being read. It is kept for the next call. */
  viewOf(bytes: Uint8Array): DataView {
    if (bytes !== this.#source) {
      this.#source = bytes;
      this.#sourceView = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    }
    return this.#sourceView;
  }

  /** Makes room for `count` more bytes. This may replace the buffer and {@link at}. */
  reserve(count: number): void {
    if (this.at + count > this.#out.length) this.#grow(count);
  }

  #grow(count: number): void {
    const larger = new Uint8Array((this.at + count) * 2);
    larger.set(this.#out.subarray(0, this.at));
    this.#continueIn(larger);
  }

  #continueIn(buffer: Uint8Array): void {
    this.#out = buffer;
    this.view = new DataView(buffer.buffer);
  }
}

const COMMA = 0x2c;
const OPEN_BRACE = 0x7b;
const OPEN_BRACKET = 0x5b;
const QUOTE = 0x22;
const MINUS = 0x2d;
