/**
 * The bound of a JSON line: a writer for the traffic of the generator alone, which writes the whole line from the fragments, byte for
 * byte as `archiveLines` does, and keeps it in memory of its own.
 *
 * It reads each byte of a trace, in one walk: texts in words, because they may need an escape or be invalid UTF-8. Resources, scopes
 * and attributes that came before are compared, eight bytes at a time, and their JSON is copied. What came behind an attribute the
 * last time is compared first, without a hash. Of attributes whose values do not recur, the JSON of the key is copied. The columns
 * come from the same walk.
 *
 * Left out: any check of lengths, types and the order of fields; attributes with one key; spans that arrived twice, or unfinished;
 * trace states; traces without a root, or of more than one line; other types of attributes, or longer keys than 127 bytes; room for
 * what grows: the buffer is large.
 */
import { formatUtc } from '../../../lib/archive/hours.ts';
import type { ArchiveColumns } from '../../../lib/archive/line-columns.ts';
import { copyPiece, json } from '../../../lib/otlp/json-encode/piece.ts';
import { writeDecimal, writeDouble, writeNanos } from '../../../lib/otlp/json-encode/write-numbers.ts';
import { copyText, writeHexString } from '../../../lib/otlp/json-encode/write-text.ts';
import { writeTraceId } from '../../../lib/otlp/json-encode/write-trace-id.ts';
import type { StoredTrace } from '../stored-traces.ts';
import { afterValue, afterVarint } from './wire.ts';

const out = Buffer.alloc(8 << 20);
const view = new DataView(out.buffer);
let at = 0;
let bytes: Uint8Array = out;
let source: DataView = view;

/** As much as a round keeps of its lines. */
const kept = Buffer.alloc(8 << 20);
let keptAt = 0;

/** Of the columns, in halves of 32 bits: the earliest start, the latest end, and the start of the earliest root. */
let [startHigh, startLow, endHigh, endLow, rootHigh, rootLow] = [0, 0, 0, 0, 0, 0];
let [spanCount, errorCount] = [0, 0];
let [rootFrom, rootTo] = [0, 0];
let rootSource: DataView = view;
let [service, rootService] = ['', ''];
let services: string[] = [];

const OPEN = json('{"resourceSpans":[');
const COLUMN_TRACE_ID = json('],"trace_id":');
const QUOTE = json('"');

/** The line, which stays until as many follow as take 8 MiB. */
export function leastLine({ traceId, fragments }: StoredTrace, columns: ArchiveColumns): Uint8Array {
  startHigh = rootHigh = 0x7fffffff;
  startLow = endHigh = endLow = rootLow = spanCount = errorCount = 0;
  services = [];
  at = copyPiece(view, 0, OPEN);
  for (const fragment of fragments) {
    bytes = fragment;
    source = new DataView(fragment.buffer, fragment.byteOffset, fragment.byteLength);
    for (let from = 0; from < fragment.length; ) {
      const to = afterValue(fragment, 0x0a, from + 1);
      writeOwned(resources, afterVarint(fragment, from + 1), to);
      from = to;
    }
  }
  at--;
  at = copyPiece(view, at, COLUMN_TRACE_ID);
  writeColumns(traceId, columns);
  if (keptAt + at > kept.length) keptAt = 0;
  const start = keptAt;
  keptAt += at;
  out.copy(kept, start, 0, at);
  return kept.subarray(start, keptAt);
}

function writeColumns(traceId: string, { policy, adjustedCount, decidedAtMs, firstSeq }: ArchiveColumns): void {
  const start = (BigInt(startHigh) << 32n) | BigInt(startLow);
  const end = (BigInt(endHigh) << 32n) | BigInt(endLow);
  writeAscii(`"${traceId}","start_time":"${formatUtc(Number(start / 1_000_000n))}","duration_ms":`);
  at = writeDouble(view, at, Number(end - start) / 1e6);
  writeAscii(`,"root_service":"${rootService}","root_name":"`);
  at = copyPiece(view, copyText(view, at, rootSource, rootFrom, rootTo), QUOTE);
  const status = errorCount > 0 ? 'ERROR' : 'OK';
  writeAscii(
    `,"services":["${services.sort().join('","')}"],"span_count":${spanCount},"error_count":${errorCount},"status":"${status}","sampling_policy":"${policy}","sample_weight":${adjustedCount},"decided_at":"${decidedAt(decidedAtMs)}","seq":${firstSeq}}\n`,
  );
}

let [lastMs, lastText] = [0, ''];
function decidedAt(ms: number): string {
  if (ms !== lastMs) [lastMs, lastText] = [ms, formatUtc(ms)];
  return lastText;
}

function writeAscii(text: string): void {
  at += out.write(text, at, 'latin1');
}

/** A resource or scope that came before: its message, and its JSON up to the bracket of its children. */
interface Known {
  readonly message: Float64Array;
  readonly length: number;
  readonly last: number;
  readonly head: Uint8Array;
  readonly service: string;
}

interface Owners {
  readonly open: ReturnType<typeof json>;
  readonly children: ReturnType<typeof json>;
  readonly isResource: boolean;
  known: Known[];
}

const resources: Owners = {
  open: json('{"resource":{'),
  children: json('},"scopeSpans":['),
  isResource: true,
  known: [],
};
const scopes: Owners = { open: json('{"scope":{'), children: json('},"spans":['), isResource: false, known: [] };
const CLOSE_CHILDREN = json(']},');
const SCHEMA_URL = json('],"schemaUrl":"');
const CLOSE_SCHEMA_URL = json('"},');
const CLOSE_SPAN = json('},');

/** A `ResourceSpans` or `ScopeSpans`, and a comma. */
function writeOwned(owners: Owners, from: number, to: number): void {
  let [urlFrom, urlTo] = [0, 0];
  for (let next = from; next < to; ) {
    const tag = bytes[next] as number;
    const start = afterVarint(bytes, next + 1);
    next = afterValue(bytes, tag, next + 1);
    if (tag === 0x0a) {
      const known = knownOf(owners, start, next);
      out.set(known.head, at);
      at += known.head.length;
      if (owners.isResource) {
        service = known.service;
        if (!services.includes(service)) services.push(service);
      }
    } else if (tag === 0x12) {
      if (owners.isResource) writeOwned(scopes, start, next);
      else writeSpan(start, next);
    } else {
      urlFrom = start;
      urlTo = next;
    }
  }
  at--;
  if (urlTo === 0) at = copyPiece(view, at, CLOSE_CHILDREN);
  else {
    at = copyText(view, copyPiece(view, at, SCHEMA_URL), source, urlFrom, urlTo);
    at = copyPiece(view, at, CLOSE_SCHEMA_URL);
  }
}

function knownOf(owners: Owners, from: number, to: number): Known {
  const { known } = owners;
  for (let i = 0; i < known.length; i++) {
    const one = known[i] as Known;
    if (isKnown(one, from, to)) return one;
  }
  const start = at;
  const added = { ...remember(from, to), ...writeOwner(owners, from, to) };
  at = start;
  known.push(added);
  return added;
}

function isKnown({ length, last, message }: Known, from: number, to: number): boolean {
  if (length !== to - from || source.getFloat64(to - 8, true) !== last) return false;
  // From the end, where the resources of one deployment differ.
  for (let i = message.length - 1; i >= 0; i--) {
    if (source.getFloat64(from + i * 8, true) !== message[i]) return false;
  }
  return true;
}

function remember(from: number, to: number) {
  const message = Float64Array.from({ length: (to - from) >> 3 }, (_, i) => source.getFloat64(from + i * 8, true));
  return { message, length: to - from, last: source.getFloat64(to - 8, true) };
}

function writeOwner(owners: Owners, from: number, to: number): { head: Uint8Array; service: string } {
  const start = at;
  at = copyPiece(view, at, owners.open);
  if (owners.isResource) writeAttributes(from, to, 0x0a);
  else {
    for (let next = from; next < to; ) {
      const end = afterValue(bytes, bytes[next] as number, next + 1);
      at = copyPiece(view, at, bytes[next] === 0x0a ? SCOPE_NAME : SCOPE_VERSION);
      at = copyPiece(view, copyText(view, at, source, next + 2, end), QUOTE);
      next = end;
    }
  }
  // What comes first has a comma before it.
  out.copy(out, start + owners.open.length, start + owners.open.length + 1, at--);
  at = copyPiece(view, at, owners.children);
  const head = new Uint8Array(out.subarray(start, at));
  const name = /"service.name","value":\{"stringValue":"([^"]*)"/.exec(Buffer.from(head).toString())?.[1] ?? '';
  return { head, service: name };
}

const SCOPE_NAME = json(',"name":"');
const SCOPE_VERSION = json(',"version":"');
const SPAN_ID = json(',"spanId":');
const PARENT_SPAN_ID = json(',"parentSpanId":');
const NAME = json(',"name":"');
const KIND = json(',"kind":');
const START_TIME = json(',"startTimeUnixNano":"');
const END_TIME = json('","endTimeUnixNano":"');
const EVENTS = json(',"events":[');
const LINKS = json(',"links":[');
const CLOSE_ARRAY = json(']');
const STATUS = json(',"status":{}');
const STATUS_MESSAGE = json(',"status":{"message":"');
const CODE = json('","code":');
const FLAGS = json(',"flags":');
const TIME = json('{"timeUnixNano":"');
const EVENT_NAME = json('","name":"');
const CLOSE = json('}');

/** The cases are tags of the fields of `Span`: number * 8 + wire type. */
function writeSpan(from: number, to: number): void {
  const before = at;
  let isRoot = true;
  let [nameFrom, nameTo, high, low] = [0, 0, 0, 0];
  for (let next = from; next < to; ) {
    const tag = bytes[next] as number;
    const length = bytes[next + 1] as number;
    switch (tag) {
      case 0x0a:
        at = writeTraceId(view, at, bytes, source, next + 2);
        next += 18;
        break;
      case 0x22:
      case 0x12:
        if (tag === 0x22) isRoot = false;
        at = copyPiece(view, at, tag === 0x12 ? SPAN_ID : PARENT_SPAN_ID);
        at = writeHexString(view, at, bytes, next + 2, next + 10);
        next += 10;
        break;
      case 0x2a:
        nameFrom = next + 2;
        nameTo = next = nameFrom + length;
        at = copyPiece(view, copyText(view, copyPiece(view, at, NAME), source, nameFrom, nameTo), QUOTE);
        break;
      case 0x30:
        at = copyPiece(view, at, KIND);
        out[at++] = 0x30 + length;
        next += 2;
        break;
      case 0x39:
        low = source.getUint32(next + 1, true);
        high = source.getUint32(next + 5, true);
        if (high < startHigh || (high === startHigh && low < startLow)) [startHigh, startLow] = [high, low];
        at = writeNanos(view, copyPiece(view, at, START_TIME), high, low);
        next += 9;
        break;
      case 0x41: {
        const endOfLow = source.getUint32(next + 1, true);
        const endOfHigh = source.getUint32(next + 5, true);
        if (endOfHigh > endHigh || (endOfHigh === endHigh && endOfLow > endLow)) {
          endHigh = endOfHigh;
          endLow = endOfLow;
        }
        at = writeNanos(view, copyPiece(view, at, END_TIME), endOfHigh, endOfLow);
        at = copyPiece(view, at, QUOTE);
        next += 9;
        break;
      }
      case 0x4a:
        next = writeAttributes(next, to, 0x4a);
        break;
      case 0x5a:
      case 0x6a:
        next = writeRun(next, to, tag);
        break;
      case 0x7a:
        if (length === 0) at = copyPiece(view, at, STATUS);
        else writeStatus(next + 2);
        next += 2 + length;
        break;
      default:
        at = writeDecimal(view, copyPiece(view, at, FLAGS), 0, source.getInt32(next + 2, true));
        next += 6;
    }
  }
  view.setUint8(before, 0x7b);
  at = copyPiece(view, at, CLOSE_SPAN);
  spanCount++;
  if (isRoot && (high < rootHigh || (high === rootHigh && low < rootLow))) {
    rootHigh = high;
    rootLow = low;
    rootService = service;
    rootSource = source;
    rootFrom = nameFrom;
    rootTo = nameTo;
  }
}

/** A message and a code. */
function writeStatus(from: number): void {
  const end = from + 2 + (bytes[from + 1] as number);
  at = copyText(view, copyPiece(view, at, STATUS_MESSAGE), source, from + 2, end);
  at = copyPiece(view, at, CODE);
  out[at++] = 0x30 + (bytes[end + 1] as number);
  at = copyPiece(view, at, CLOSE);
  if (bytes[end + 1] === 2) errorCount++;
}

/** Events or links. @returns the end of the last one */
function writeRun(from: number, to: number, tag: number): number {
  at = copyPiece(view, at, tag === 0x5a ? EVENTS : LINKS);
  let next = from;
  while (next < to && bytes[next] === tag) {
    const start = afterVarint(bytes, next + 1);
    next = afterValue(bytes, tag, next + 1);
    if (tag === 0x5a) {
      const time = source.getInt32(start + 1, true);
      at = writeNanos(view, copyPiece(view, at, TIME), source.getInt32(start + 5, true), time);
      const name = start + 11;
      const nameEnd = name + (bytes[name - 1] as number);
      at = copyText(view, copyPiece(view, at, EVENT_NAME), source, name, nameEnd);
      at = copyPiece(view, at, QUOTE);
      if (nameEnd < next) writeAttributes(nameEnd, next, 0x1a);
    } else {
      const brace = at;
      at = writeTraceId(view, at, bytes, source, start + 2);
      view.setUint8(brace, 0x7b);
      at = writeHexString(view, copyPiece(view, at, SPAN_ID), bytes, start + 20, start + 28);
    }
    at = copyPiece(view, at, CLOSE_SPAN);
  }
  at = copyPiece(view, at - 1, CLOSE_ARRAY);
  return next;
}

const ATTRIBUTES = json(',"attributes":');
/** Slots of messages; behind them, those of keys. */
const SLOTS = 1024;
const WORDS = 16;
const JSON_WORDS = 24;
const messages = new Float64Array(SLOTS * 2 * WORDS);
const texts = new Float64Array(SLOTS * 2 * JSON_WORDS);
const messageLengths = new Uint8Array(SLOTS * 2);
const textLengths = new Uint8Array(SLOTS * 2);
/** The slot that came behind this one. */
const successors = new Int16Array(SLOTS * 2);
const misses = new Int32Array(SLOTS * 2);
const candidates = new Int32Array(4096);
/** A key with so many values is one whose values do not recur. */
const MOST_VALUES = 1000;
const PRIME = 0x9e3779b1;

function isAt(slot: number, from: number, length: number): boolean {
  if (messageLengths[slot] !== length) return false;
  const last = from + length - 8;
  let word = slot * WORDS;
  if (source.getFloat64(last, true) !== messages[word + WORDS - 1]) return false;
  for (let i = from; i < last; i += 8, word++) if (source.getFloat64(i, true) !== messages[word]) return false;
  return true;
}

function copyKnown(slot: number): void {
  const length = textLengths[slot] as number;
  const start = at;
  for (let i = 0, word = slot * JSON_WORDS; i < length; i += 8, word++) {
    view.setFloat64(start + i, texts[word] as number, true);
  }
  at = start + length;
}

function rememberAt(slot: number, from: number, length: number, start: number): void {
  if (length < 8 || at - start > JSON_WORDS * 8 - 8) return;
  messageLengths[slot] = length;
  textLengths[slot] = at - start;
  messages[slot * WORDS + WORDS - 1] = source.getFloat64(from + length - 8, true);
  for (let i = 0; i < length - 8; i += 8) messages[slot * WORDS + (i >> 3)] = source.getFloat64(from + i, true);
  view.setFloat64(at, 0, true);
  for (let i = 0; i < at - start; i += 8) texts[slot * JSON_WORDS + (i >> 3)] = view.getFloat64(start + i, true);
}

/** @returns the end of the last one */
function writeAttributes(from: number, to: number, tag: number): number {
  at = copyPiece(view, at, ATTRIBUTES);
  const bracket = at;
  let slot = tag;
  let next = from;
  while (next < to && bytes[next] === tag) {
    const length = bytes[next + 1] as number;
    if (length > 0x7f) {
      const start = next + 3;
      next = start + ((length & 0x7f) | ((bytes[next + 2] as number) << 7));
      slot = writeWithKey(start);
      continue;
    }
    const start = next + 2;
    next = start + length;
    const guess = successors[slot] as number;
    if (guess >= SLOTS ? isAt(guess, start, (bytes[start + 1] as number) + 2) : isAt(guess, start, length)) {
      if (guess >= SLOTS) writeValue(guess, start);
      else copyKnown(guess);
      slot = guess;
      continue;
    }
    const found = writeUnexpected(start, length);
    successors[slot] = found;
    slot = found;
  }
  view.setUint8(bracket, 0x5b);
  at = copyPiece(view, at, CLOSE_ARRAY);
  return next;
}

function hashOf(from: number, length: number): number {
  const middle = Math.imul(source.getInt32(from + (length >> 1), true) ^ length, PRIME);
  const end = source.getInt32(from + length - 4, true) ^ Math.imul(source.getInt32(from + length - 8, true), PRIME);
  return Math.imul(middle ^ (middle >>> 15) ^ end, PRIME);
}

function writeUnexpected(from: number, length: number): number {
  const hash = hashOf(from, length);
  const slot = hash >>> 22;
  if (isAt(slot, from, length)) {
    copyKnown(slot);
    return slot;
  }
  const start = at;
  const key = writeWithKey(from);
  if ((misses[key] as number) > MOST_VALUES) return key;
  misses[key] = (misses[key] as number) + 1;
  if (candidates[hash >>> 20] === hash) rememberAt(slot, from, length, start);
  else candidates[hash >>> 20] = hash;
  return slot;
}

const KEY = json(',{"key":"');
const VALUE = json('","value":{');
const STRING = json('"stringValue":"');
const CLOSE_STRING = json('"}}');
const INT = json('"intValue":"');
const DOUBLE = json('"doubleValue":');
const CLOSE_VALUE = json('}}');
const TRUE = json('"boolValue":true}}');
const FALSE = json('"boolValue":false}}');

/** @returns the slot of the key */
function writeWithKey(from: number): number {
  const length = (bytes[from + 1] as number) + 2;
  const slot = SLOTS + (hashOf(from, length) >>> 22);
  if (!isAt(slot, from, length)) {
    const start = at;
    at = copyText(view, copyPiece(view, at, KEY), source, from + 2, from + length);
    at = copyPiece(view, at, VALUE);
    rememberAt(slot, from, length, start);
    misses[slot] = 0;
    at = start;
    if (!isAt(slot, from, length)) throw new Error('a key is too short or too long');
  }
  writeValue(slot, from);
  return slot;
}

function writeValue(slot: number, from: number): void {
  copyKnown(slot);
  const value = afterVarint(bytes, from + (messageLengths[slot] as number) + 1);
  const tag = bytes[value];
  if (tag === 0x0a) {
    const text = afterVarint(bytes, value + 1);
    at = copyText(view, copyPiece(view, at, STRING), source, text, afterValue(bytes, tag, value + 1));
    at = copyPiece(view, at, CLOSE_STRING);
  } else if (tag === 0x21) {
    at = writeDouble(view, copyPiece(view, at, DOUBLE), source.getFloat64(value + 1, true));
    at = copyPiece(view, at, CLOSE_VALUE);
  } else if (tag === 0x10) {
    at = copyPiece(view, at, bytes[value + 1] === 1 ? TRUE : FALSE);
  } else {
    let number = 0;
    for (let i = value + 1, shift = 0; ; i++, shift += 7) {
      number |= ((bytes[i] as number) & 0x7f) << shift;
      if ((bytes[i] as number) < 0x80) break;
    }
    at = writeDecimal(view, copyPiece(view, at, INT), 0, number);
    at = copyPiece(view, at, CLOSE_STRING);
  }
}
