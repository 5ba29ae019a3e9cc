import { endOfShortRun } from '../protobuf/field-cursor.ts';
import { fixed32At, isZeroAt, shortEnd, shortStart } from '../protobuf/wire-values.ts';
import { writeKeyValues } from './any-value.ts';
import { writeDecimal } from './write-numbers.ts';
import { copyText, MAX_TEXT_GROWTH, writeHexString } from './write-text.ts';
import { copyPiece, type JsonPiece, type JsonWriter, json } from './writer.ts';

const TRACE_ID = json(',"traceId":');
const SPAN_ID = json(',"spanId":');
const TRACE_STATE = json(',"traceState":"');
const PARENT_SPAN_ID = json(',"parentSpanId":');
const NAME = json(',"name":"');
const KIND = json(',"kind":');
const START_TIME = json(',"startTimeUnixNano":"');
const END_TIME = json(',"endTimeUnixNano":"');
const ATTRIBUTES = json(',"attributes":');
const STATUS = json(',"status":{}');
const STATUS_CODE = json(',"status":{"code":');
const FLAGS = json(',"flags":');
const QUOTE = json('"');
const CLOSE = json('}');
const ZERO = 0x30;

/** More than all fields take together, besides texts and attributes. */
const MOST_OF_FIELDS = 512;
const MAX_ID_BYTES = 16;
const ATTRIBUTE_TAG = 0x4a;

/** What {@link writePlainFields} returns for a span whose fields are in another order. */
const NOT_IN_ORDER = -1;

/**
 * Writes the fields of the span in `bytes[start, end)` in the form that encoders write (opentelemetry/proto/trace/v1/trace.proto),
 * each with a comma before it: in ascending order, lengths of at most two bytes, and no events or links. A switch over
 * bytes costs a fraction of what looking up the format of each field does.
 *
 * @param withTraceState whether to write the trace state
 * @returns the offset of the first field that has not been written, `end` if all have; {@link NOT_IN_ORDER} if the fields must be
 * written in another order than they are in, for which the caller takes back what has been written
 */
export function writePlainFields(
  out: JsonWriter,
  bytes: Uint8Array,
  start: number,
  end: number,
  withTraceState: boolean,
): number {
  let at = start;
  for (let last = 0; at < end; ) {
    const tag = bytes[at] as number;
    if (tag <= last) return NOT_IN_ORDER;
    last = tag;
    const next = writePlainField(out, bytes, at, end, withTraceState);
    if (next <= at) {
      // A tag of two bytes may be that of any field.
      return tag > 0x7f ? NOT_IN_ORDER : at;
    }
    at = next;
  }
  return at;
}

/** Writes the field at `at`. @returns the offset after it, or `at` if it is of any other form */
function writePlainField(out: JsonWriter, bytes: Uint8Array, at: number, end: number, withTraceState: boolean): number {
  out.reserve(MOST_OF_FIELDS);
  // The tag is field number * 8 + wire type.
  switch (bytes[at]) {
    case 0x0a:
      return writeId(out, TRACE_ID, bytes, at, end);
    case 0x12:
      return writeId(out, SPAN_ID, bytes, at, end);
    case 0x1a: {
      const next = shortEnd(bytes, at + 1);
      return withTraceState || next > end ? writeText(out, TRACE_STATE, bytes, at, end) : next;
    }
    case 0x22: {
      const next = at + 2 + (bytes[at + 1] as number);
      // As the Collector's JSON encoder.
      return next <= end && isZeroAt(bytes, at + 2, next - at - 2)
        ? next
        : writeId(out, PARENT_SPAN_ID, bytes, at, end);
    }
    case 0x2a:
      return writeText(out, NAME, bytes, at, end);
    case 0x30: {
      const kind = bytes[at + 1] as number;
      if (at + 2 > end || kind > 9) return at;
      if (kind > 0) writeDigit(out, KIND, kind);
      return at + 2;
    }
    case 0x39:
      return writeTime(out, START_TIME, bytes, at, end);
    case 0x41:
      return writeTime(out, END_TIME, bytes, at, end);
    case ATTRIBUTE_TAG: {
      const next = endOfShortRun(bytes, at, end, ATTRIBUTE_TAG);
      if (next === at) return at;
      out.piece(ATTRIBUTES);
      writeKeyValues(out, bytes, at, next, ATTRIBUTE_TAG >>> 3);
      return next;
    }
    case 0x7a:
      return writeStatus(out, bytes, at, end);
    case 0x85:
      return writeFlags(out, bytes, at, end);
    default:
      return at;
  }
}

function writeId(out: JsonWriter, key: JsonPiece, bytes: Uint8Array, at: number, end: number): number {
  const length = bytes[at + 1] as number;
  const next = at + 2 + length;
  if (!(next <= end) || length > MAX_ID_BYTES) return at;
  if (length > 0) out.at = writeHexString(out.view, copyPiece(out.view, out.at, key), bytes, at + 2, next);
  return next;
}

/** @param key with the opening quote */
function writeText(out: JsonWriter, key: JsonPiece, bytes: Uint8Array, at: number, end: number): number {
  const from = shortStart(bytes, at + 1);
  const to = shortEnd(bytes, at + 1);
  if (!(to > at && to <= end)) return at;
  if (from === to) return to;
  out.reserve((to - from) * MAX_TEXT_GROWTH + MOST_OF_FIELDS);
  const { view } = out;
  const textEnd = copyText(view, copyPiece(view, out.at, key), out.viewOf(bytes), from, to);
  out.at = copyPiece(view, textEnd, QUOTE);
  return to;
}

/** @param key with the opening quote */
function writeTime(out: JsonWriter, key: JsonPiece, bytes: Uint8Array, at: number, end: number): number {
  if (at + 9 > end) return at;
  const source = out.viewOf(bytes);
  const low = source.getUint32(at + 1, true);
  const high = source.getUint32(at + 5, true);
  if (low === 0 && high === 0) return at + 9;
  const { view } = out;
  out.at = copyPiece(view, writeDecimal(view, copyPiece(view, out.at, key), high, low), QUOTE);
  return at + 9;
}

function writeDigit(out: JsonWriter, key: JsonPiece, digit: number): void {
  const at = copyPiece(out.view, out.at, key);
  out.view.setUint8(at, ZERO + digit);
  out.at = at + 1;
}

/** An empty one, or one that has just a code. */
function writeStatus(out: JsonWriter, bytes: Uint8Array, at: number, end: number): number {
  const length = bytes[at + 1];
  if (length === 0 && at + 2 <= end) {
    out.piece(STATUS);
    return at + 2;
  }
  const code = bytes[at + 3] as number;
  if (length !== 2 || at + 4 > end || bytes[at + 2] !== 0x18 || code === 0 || code > 9) return at;
  writeDigit(out, STATUS_CODE, code);
  out.piece(CLOSE);
  return at + 4;
}

/** Tag 16 * 8 + 5 in two bytes. */
function writeFlags(out: JsonWriter, bytes: Uint8Array, at: number, end: number): number {
  if (bytes[at + 1] !== 0x01 || at + 6 > end) return at;
  const flags = fixed32At(bytes, at + 2);
  if (flags !== 0) out.at = writeDecimal(out.view, copyPiece(out.view, out.at, FLAGS), 0, flags);
  return at + 6;
}
