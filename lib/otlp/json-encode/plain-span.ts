import { endOfShortRun } from '../protobuf/field-cursor.ts';
import { isZeroAt, NO_END, shortEnd, shortStart } from '../protobuf/wire-values.ts';
import { writeKeyValues } from './any-value.ts';
import { copyPiece, type JsonPiece, json } from './piece.ts';
import { writeDecimal, writeNanos } from './write-numbers.ts';
import { copyText, MAX_TEXT_GROWTH, writeHexString } from './write-text.ts';
import { writeTraceId } from './write-trace-id.ts';
import type { JsonWriter } from './writer.ts';

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
 * bytes, with what it needs in local variables, costs a fraction of what looking up the format of each field does.
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
  out.reserve(MOST_OF_FIELDS);
  const source = out.viewOf(bytes);
  let { view, at } = out;
  let last = 0;
  let field = start;
  while (field < end) {
    // The tag is field number * 8 + wire type.
    const tag = bytes[field] as number;
    if (tag <= last) return NOT_IN_ORDER;
    last = tag;
    let next = field;
    switch (tag) {
      case 0x0a: // trace_id
      case 0x12: // span_id
      case 0x22: // parent_span_id, where zeros mean none, as in the Collector's JSON encoder
        next = shortIdEnd(bytes, field + 1, end);
        if (tag === 0x0a && next === field + 18) at = writeTraceId(view, at, bytes, source, field + 2);
        else if (next > field + 2 && !(tag === 0x22 && isZeroAt(bytes, field + 2, next - field - 2))) {
          at = copyPiece(view, at, tag === 0x0a ? TRACE_ID : tag === 0x12 ? SPAN_ID : PARENT_SPAN_ID);
          at = writeHexString(view, at, bytes, field + 2, next);
        }
        break;
      case 0x1a: // trace_state
      case 0x2a: {
        // name
        next = shortEnd(bytes, field + 1);
        const from = shortStart(bytes, field + 1);
        if (!(next > from && next <= end) || (tag === 0x1a && !withTraceState)) break;
        out.at = at;
        out.reserve((next - from) * MAX_TEXT_GROWTH + MOST_OF_FIELDS);
        ({ view, at } = out);
        at = copyText(view, copyPiece(view, at, tag === 0x1a ? TRACE_STATE : NAME), source, from, next);
        at = copyPiece(view, at, QUOTE);
        break;
      }
      case 0x30: {
        const kind = bytes[field + 1] as number;
        if (kind > 9 || field + 2 > end) break;
        next = field + 2;
        if (kind > 0) at = writeDigit(view, copyPiece(view, at, KIND), kind);
        break;
      }
      case 0x39: // start_time_unix_nano
      case 0x41: // end_time_unix_nano
        next = field + 9;
        if (next <= end) at = writeTime(view, at, tag === 0x39 ? START_TIME : END_TIME, source, field + 1);
        break;
      case ATTRIBUTE_TAG:
        next = endOfShortRun(bytes, field, end, ATTRIBUTE_TAG);
        if (next === field) break;
        out.at = copyPiece(view, at, ATTRIBUTES);
        writeKeyValues(out, bytes, field, next, ATTRIBUTE_TAG >>> 3);
        out.reserve(MOST_OF_FIELDS);
        ({ view, at } = out);
        break;
      case 0x7a: {
        // status: an empty one, or one that has just a code
        const code = bytes[field + 3] as number;
        if (bytes[field + 1] === 0) {
          next = field + 2;
          if (next <= end) at = copyPiece(view, at, STATUS);
        } else if (bytes[field + 1] === 2 && bytes[field + 2] === 0x18 && code > 0 && code <= 9 && field + 4 <= end) {
          next = field + 4;
          at = copyPiece(view, writeDigit(view, copyPiece(view, at, STATUS_CODE), code), CLOSE);
        }
        break;
      }
      case 0x85: // flags: its tag has two bytes
        if (bytes[field + 1] !== 0x01 || field + 6 > end) break;
        next = field + 6;
        at = writeFlags(view, at, source, field + 2);
        break;
      default:
    }
    out.at = at;
    // A tag of two bytes may be that of any field.
    if (!(next > field && next <= end)) return tag > 0x7f ? NOT_IN_ORDER : field;
    field = next;
  }
  return field;
}

/** The end of an ID whose length is at `at`; `NO_END` if it is longer than any ID, or cut off. */
function shortIdEnd(bytes: Uint8Array, at: number, end: number): number {
  const length = bytes[at] as number;
  return length <= MAX_ID_BYTES && at + 1 + length <= end ? at + 1 + length : NO_END;
}

/** @param key with the opening quote */
function writeTime(out: DataView, at: number, key: JsonPiece, source: DataView, from: number): number {
  const low = source.getInt32(from, true);
  const high = source.getInt32(from + 4, true);
  if (low === 0 && high === 0) return at;
  return copyPiece(out, writeNanos(out, copyPiece(out, at, key), high, low), QUOTE);
}

function writeFlags(out: DataView, at: number, source: DataView, from: number): number {
  const flags = source.getInt32(from, true);
  return flags === 0 ? at : writeDecimal(out, copyPiece(out, at, FLAGS), 0, flags);
}

function writeDigit(out: DataView, at: number, digit: number): number {
  out.setUint8(at, ZERO + digit);
  return at + 1;
}
