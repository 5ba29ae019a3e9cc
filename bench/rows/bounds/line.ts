/**
 * The bound of a JSON line: to walk the spans of a trace, to write their texts, IDs and times, to copy the rest of the
 * line, and to put the line where it stays.
 *
 * Nobody avoids this: to look at the tag of each field of each span and at both tags of each attribute; to look at each
 * byte of a text, here four at a time, because it may need an escape or be invalid UTF-8; to write each text at its
 * place, and between two of them what JSON wants there; to turn IDs into hex, and times into digits; to look at each
 * byte of a resource and a scope, here eight at a time, because only that shows whether their JSON is one that is known; to
 * keep the line in memory of its own, because it waits for the others of its object.
 *
 * Left out, and copied from the finished line: numbers in attributes, the seconds of times, which can be remembered, as
 * resources and scopes can; the columns of the trace; the fields in events, links and statuses; texts beyond 127 bytes.
 * Left out altogether: spans that arrived twice, the order of fields, whether anything is valid.
 */
import { mayBeSpecial } from '../../../lib/otlp/json-words.ts';
import type { StoredTrace } from '../stored-traces.ts';
import { afterValue, afterVarint } from './wire.ts';

/** Of a `ResourceSpans` or `ScopeSpans`: its resource or scope, and the messages in it. */
const OWNER = 0x0a;
const CHILD = 0x12;
const RESOURCE_SPANS = 0x0a;
const TRACE_ID = 0x0a;
const SPAN_ID = 0x12;
const PARENT_SPAN_ID = 0x22;
const NAME = 0x2a;
const START = 0x39;
const END = 0x41;
const ATTRIBUTE = 0x4a;
const STRING = 0x0a;
/** `{"key":"","value":{"stringValue":""}},`, which stands around each key and value. */
const AROUND_TEXTS = '{"key":"","value":{"stringValue":""}},'.length;
const SECONDS_DIGITS = 10;

export interface LeastLine {
  readonly length: number;
  /** The part that did not come from the finished line as one piece. It stays until as many lines follow as take 8 MiB. */
  readonly written: Buffer;
  /** Bytes of names, keys and texts of spans. */
  readonly textBytes: number;
  /** Bytes of resources and scopes. */
  readonly ownerBytes: number;
  readonly ownerSum: number;
  /** Words in which something may need an escape. */
  readonly specialWords: number;
}

let out = Buffer.alloc(1 << 16);
let outView = new DataView(out.buffer);
let lineView: DataView = outView;
let bytes: Uint8Array = out;
let view: DataView = outView;
let at = 0;
let textBytes = 0;
let ownerBytes = 0;
/** What the bytes of resources and scopes were compared by: a sum, so that no byte can be left out. */
let ownerSum = 0;
let specialWords = 0;

/** As much as a round keeps of its lines. */
const kept = Buffer.alloc(8 << 20);
let keptAt = 0;

/** @param finished the line itself: what is between the texts comes from there */
export function leastLine({ fragments }: StoredTrace, finished: Uint8Array): LeastLine {
  // The last word of a text may be longer than it.
  if (out.length < finished.length + 4) {
    out = Buffer.alloc(finished.length * 2);
    outView = new DataView(out.buffer);
  }
  lineView = new DataView(finished.buffer, finished.byteOffset, finished.byteLength);
  at = textBytes = ownerBytes = ownerSum = specialWords = 0;
  for (const fragment of fragments) {
    bytes = fragment;
    view = new DataView(fragment.buffer, fragment.byteOffset, fragment.byteLength);
    for (let from = 0; from < fragment.length; ) {
      const to = afterValue(fragment, RESOURCE_SPANS, from + 1);
      eachChild(afterVarint(fragment, from + 1), to, writeScope);
      from = to;
    }
  }
  out.set(finished.subarray(at), at);
  if (keptAt + finished.length > kept.length) keptAt = 0;
  const start = keptAt;
  keptAt += finished.length;
  out.copy(kept, start, 0, finished.length);
  const written = kept.subarray(start, start + at);
  return { length: finished.length, written, textBytes, ownerBytes, ownerSum, specialWords };
}

function writeScope(from: number, to: number): void {
  eachChild(from, to, writeSpan);
}

function eachChild(from: number, to: number, work: (from: number, to: number) => void): void {
  for (let next = from; next < to; ) {
    const tag = bytes[next] as number;
    const after = afterValue(bytes, tag, next + 1);
    if (tag === CHILD) work(afterVarint(bytes, next + 1), after);
    else if (tag === OWNER) lookAt(afterVarint(bytes, next + 1), after);
    next = after;
  }
}

function lookAt(from: number, to: number): void {
  const source = view;
  let sum = source.getFloat64(to - 8, true);
  for (let i = from; i < to - 8; i += 8) sum += source.getFloat64(i, true);
  ownerSum += sum;
  ownerBytes += to - from;
}

function writeSpan(from: number, to: number): void {
  for (let next = from; next < to; ) {
    const tag = bytes[next] as number;
    const length = bytes[next + 1] as number;
    switch (tag) {
      case ATTRIBUTE:
        if (length < 0x80) {
          writeAttribute(next + 2);
          next += 2 + length;
        } else next += 3 + ((length & 0x7f) | ((bytes[next + 2] as number) << 7));
        break;
      case TRACE_ID:
      case SPAN_ID:
      case PARENT_SPAN_ID:
        writeHex(next + 2, length);
        next += 2 + length;
        break;
      case START:
      case END:
        writeTime(next + 1);
        next += 9;
        break;
      case NAME:
        writeText(next + 2, length);
        next += 2 + length;
        break;
      default:
        // The tag of the flags has two bytes.
        next = tag > 0x7f ? next + 6 : afterValue(bytes, tag, next + 1);
    }
  }
}

/** Of `0a length key 12 length 0a length text` the key with what is around it in one piece, then the text. */
function writeAttribute(from: number): void {
  const keyLength = bytes[from + 1] as number;
  const value = from + 2 + keyLength;
  writePiece(keyLength + AROUND_TEXTS);
  textBytes += keyLength;
  if (bytes[value + 2] === STRING) writeText(value + 4, bytes[value + 3] as number);
}

function writeText(from: number, length: number): void {
  const source = view;
  const target = outView;
  const start = at;
  for (let i = 0; i < length; i += 4) {
    const word = source.getInt32(from + i, true);
    if (mayBeSpecial(word)) specialWords++;
    target.setInt32(start + i, word, true);
  }
  at = start + length;
  textBytes += length;
}

function writePiece(length: number): void {
  const source = lineView;
  const target = outView;
  const start = at;
  for (let i = 0; i < length; i += 4) target.setInt32(start + i, source.getInt32(start + i, true), true);
  at = start + length;
}

/** Two digits in each number, the first in the low byte. */
const HEX = pairs(256, 16);
const DECIMAL = pairs(100, 10);

function pairs(count: number, radix: number): Uint16Array {
  return Uint16Array.from({ length: count }, (_, value) =>
    Buffer.from(value.toString(radix).padStart(2, '0')).readUInt16LE(),
  );
}

function writeHex(from: number, length: number): void {
  for (let i = 0; i < length; i++) outView.setUint16(at + i * 2, HEX[bytes[from + i] as number] as number, true);
  at += length * 2;
}

/** The nanoseconds of a `fixed64` after its seconds. */
function writeTime(from: number): void {
  writePiece(SECONDS_DIGITS);
  const high = view.getUint32(from + 4, true);
  const low = view.getUint32(from, true);
  // The quotient may be one too large; the remainder is right in the low 32 bits.
  const seconds = Math.floor((high * 0x100000000 + low) / 1e9);
  let nanos = (low - Math.imul(seconds | 0, 1e9)) | 0;
  if (nanos < 0) nanos += 1e9;
  for (let i = 7; i > 0; i -= 2) {
    const rest = Math.floor(nanos / 100);
    outView.setUint16(at + i, DECIMAL[nanos - rest * 100] as number, true);
    nanos = rest;
  }
  out[at] = 0x30 + nanos;
  at += 9;
}
