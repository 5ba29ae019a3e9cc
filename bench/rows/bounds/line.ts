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
import { writeAttributes } from './line-attributes.ts';
import { decidedAt, knownOf, type Owners, resources, scopes } from './line-owners.ts';
import { out, pen, view } from './line-pen.ts';
import { afterValue, afterVarint } from './wire.ts';

/** As much as a round keeps of its lines. */
const kept = Buffer.alloc(8 << 20);
let keptAt = 0;

/** Of the columns, in halves of 32 bits: the earliest start, the latest end, and the start of the earliest root. */
let [startHigh, startLow, endHigh, endLow, rootHigh, rootLow] = [0, 0, 0, 0, 0, 0];
let [spanCount, errorCount] = [0, 0];
let [rootFrom, rootTo] = [0, 0];
let rootSource: DataView = view;
let [service, rootService, services] = ['', '', [] as string[]];

const OPEN = json('{"resourceSpans":[');
const COLUMN_TRACE_ID = json('],"trace_id":');
const QUOTE = json('"');

/** The line, which stays until as many follow as take 8 MiB. */
export function leastLine({ traceId, fragments }: StoredTrace, columns: ArchiveColumns): Uint8Array {
  startHigh = rootHigh = 0x7fffffff;
  startLow = endHigh = endLow = rootLow = spanCount = errorCount = 0;
  services = [];
  pen.at = copyPiece(view, 0, OPEN);
  for (const fragment of fragments) {
    pen.bytes = fragment;
    pen.source = new DataView(fragment.buffer, fragment.byteOffset, fragment.byteLength);
    for (let from = 0; from < fragment.length; ) {
      const to = afterValue(fragment, 0x0a, from + 1);
      writeOwned(resources, afterVarint(fragment, from + 1), to);
      from = to;
    }
  }
  pen.at--;
  pen.at = copyPiece(view, pen.at, COLUMN_TRACE_ID);
  writeColumns(traceId, columns);
  if (keptAt + pen.at > kept.length) keptAt = 0;
  const start = keptAt;
  keptAt += pen.at;
  out.copy(kept, start, 0, pen.at);
  return kept.subarray(start, keptAt);
}

function writeColumns(traceId: string, { policy, adjustedCount, decidedAtMs, firstSeq }: ArchiveColumns): void {
  const start = (BigInt(startHigh) << 32n) | BigInt(startLow);
  const end = (BigInt(endHigh) << 32n) | BigInt(endLow);
  writeAscii(`"${traceId}","start_time":"${formatUtc(Number(start / 1_000_000n))}","duration_ms":`);
  pen.at = writeDouble(view, pen.at, Number(end - start) / 1e6);
  writeAscii(`,"root_service":"${rootService}","root_name":"`);
  pen.at = copyPiece(view, copyText(view, pen.at, rootSource, rootFrom, rootTo), QUOTE);
  const status = errorCount > 0 ? 'ERROR' : 'OK';
  writeAscii(
    `,"services":["${services.sort().join('","')}"],"span_count":${spanCount},"error_count":${errorCount},"status":"${status}","sampling_policy":"${policy}","sample_weight":${adjustedCount},"decided_at":"${decidedAt(decidedAtMs)}","seq":${firstSeq}}\n`,
  );
}

function writeAscii(text: string): void {
  pen.at += out.write(text, pen.at, 'latin1');
}

const CLOSE_CHILDREN = json(']},');
const SCHEMA_URL = json('],"schemaUrl":"');
const CLOSE_SCHEMA_URL = json('"},');
const CLOSE_SPAN = json('},');

/** A `ResourceSpans` or `ScopeSpans`, and a comma. */
function writeOwned(owners: Owners, from: number, to: number): void {
  let [urlFrom, urlTo] = [0, 0];
  for (let next = from; next < to; ) {
    const tag = pen.bytes[next] as number;
    const start = afterVarint(pen.bytes, next + 1);
    next = afterValue(pen.bytes, tag, next + 1);
    if (tag === 0x0a) {
      const known = knownOf(owners, start, next);
      out.set(known.head, pen.at);
      pen.at += known.head.length;
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
  pen.at--;
  if (urlTo === 0) pen.at = copyPiece(view, pen.at, CLOSE_CHILDREN);
  else {
    pen.at = copyText(view, copyPiece(view, pen.at, SCHEMA_URL), pen.source, urlFrom, urlTo);
    pen.at = copyPiece(view, pen.at, CLOSE_SCHEMA_URL);
  }
}

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
  const before = pen.at;
  let isRoot = true;
  let [nameFrom, nameTo, high, low] = [0, 0, 0, 0];
  for (let next = from; next < to; ) {
    const tag = pen.bytes[next] as number;
    const length = pen.bytes[next + 1] as number;
    switch (tag) {
      case 0x0a:
        pen.at = writeTraceId(view, pen.at, pen.bytes, pen.source, next + 2);
        next += 18;
        break;
      case 0x22:
      case 0x12:
        if (tag === 0x22) isRoot = false;
        pen.at = copyPiece(view, pen.at, tag === 0x12 ? SPAN_ID : PARENT_SPAN_ID);
        pen.at = writeHexString(view, pen.at, pen.bytes, next + 2, next + 10);
        next += 10;
        break;
      case 0x2a:
        nameFrom = next + 2;
        nameTo = next = nameFrom + length;
        pen.at = copyPiece(view, copyText(view, copyPiece(view, pen.at, NAME), pen.source, nameFrom, nameTo), QUOTE);
        break;
      case 0x30:
        pen.at = copyPiece(view, pen.at, KIND);
        out[pen.at++] = 0x30 + length;
        next += 2;
        break;
      case 0x39:
        low = pen.source.getUint32(next + 1, true);
        high = pen.source.getUint32(next + 5, true);
        if (high < startHigh || (high === startHigh && low < startLow)) [startHigh, startLow] = [high, low];
        pen.at = writeNanos(view, copyPiece(view, pen.at, START_TIME), high, low);
        next += 9;
        break;
      case 0x41: {
        const endOfLow = pen.source.getUint32(next + 1, true);
        const endOfHigh = pen.source.getUint32(next + 5, true);
        if (endOfHigh > endHigh || (endOfHigh === endHigh && endOfLow > endLow)) {
          endHigh = endOfHigh;
          endLow = endOfLow;
        }
        pen.at = writeNanos(view, copyPiece(view, pen.at, END_TIME), endOfHigh, endOfLow);
        pen.at = copyPiece(view, pen.at, QUOTE);
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
        if (length === 0) pen.at = copyPiece(view, pen.at, STATUS);
        else writeStatus(next + 2);
        next += 2 + length;
        break;
      default:
        pen.at = writeDecimal(view, copyPiece(view, pen.at, FLAGS), 0, pen.source.getInt32(next + 2, true));
        next += 6;
    }
  }
  view.setUint8(before, 0x7b);
  pen.at = copyPiece(view, pen.at, CLOSE_SPAN);
  spanCount++;
  if (isRoot && (high < rootHigh || (high === rootHigh && low < rootLow))) {
    rootHigh = high;
    rootLow = low;
    rootService = service;
    rootSource = pen.source;
    rootFrom = nameFrom;
    rootTo = nameTo;
  }
}

/** A message and a code. */
function writeStatus(from: number): void {
  const end = from + 2 + (pen.bytes[from + 1] as number);
  pen.at = copyText(view, copyPiece(view, pen.at, STATUS_MESSAGE), pen.source, from + 2, end);
  pen.at = copyPiece(view, pen.at, CODE);
  out[pen.at++] = 0x30 + (pen.bytes[end + 1] as number);
  pen.at = copyPiece(view, pen.at, CLOSE);
  if (pen.bytes[end + 1] === 2) errorCount++;
}

/** Events or links. @returns the end of the last one */
function writeRun(from: number, to: number, tag: number): number {
  pen.at = copyPiece(view, pen.at, tag === 0x5a ? EVENTS : LINKS);
  let next = from;
  while (next < to && pen.bytes[next] === tag) {
    const start = afterVarint(pen.bytes, next + 1);
    next = afterValue(pen.bytes, tag, next + 1);
    if (tag === 0x5a) {
      const time = pen.source.getInt32(start + 1, true);
      pen.at = writeNanos(view, copyPiece(view, pen.at, TIME), pen.source.getInt32(start + 5, true), time);
      const name = start + 11;
      const nameEnd = name + (pen.bytes[name - 1] as number);
      pen.at = copyText(view, copyPiece(view, pen.at, EVENT_NAME), pen.source, name, nameEnd);
      pen.at = copyPiece(view, pen.at, QUOTE);
      if (nameEnd < next) writeAttributes(nameEnd, next, 0x1a);
    } else {
      const brace = pen.at;
      pen.at = writeTraceId(view, pen.at, pen.bytes, pen.source, start + 2);
      view.setUint8(brace, 0x7b);
      pen.at = writeHexString(view, copyPiece(view, pen.at, SPAN_ID), pen.bytes, start + 20, start + 28);
    }
    pen.at = copyPiece(view, pen.at, CLOSE_SPAN);
  }
  pen.at = copyPiece(view, pen.at - 1, CLOSE_ARRAY);
  return next;
}
