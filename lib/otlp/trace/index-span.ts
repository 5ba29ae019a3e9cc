import { endOfShortRun, FieldCursor } from '../protobuf/field-cursor.ts';
import {
  FIXED64,
  fixed32At,
  LENGTH_DELIMITED,
  NO_END,
  shortEnd,
  shortStart,
  tagOf,
  VARINT,
  varint32At,
} from '../protobuf/wire-values.ts';

/** The columns of a span. */
export const SPAN = {
  resourceSpans: 0,
  scopeSpans: 1,
  start: 2,
  end: 3,
  spanId: 4,
  spanIdEnd: 5,
  traceState: 6,
  traceStateEnd: 7,
  parentSpanId: 8,
  parentSpanIdEnd: 9,
  name: 10,
  nameEnd: 11,
  startTime: 12,
  startTimeEnd: 13,
  endTime: 14,
  /** From the tag of the first attribute to the end of the last. */
  attributes: 15,
  attributesEnd: 16,
  /** This column and those after it hold the value itself, not its place. */
  kind: 17,
  flags: 18,
  statusCode: 19,
};

export const SPAN_WIDTH = 20;
const ATTRIBUTE_TAG = tagOf(9, LENGTH_DELIMITED);
/** The first of the two bytes of the tag of `flags`, which is 16 * 8 + FIXED32; the other one is 1. */
const FLAGS_TAG = 0x85;

/**
 * Writes the row of the span in `bytes[start, end)` into `cells`, from `row` on.
 *
 * Fields with a tag of one byte, a length of at most two and a varint of one are found here, in local variables: that
 * is nearly every field of nearly every span. `FieldCursor` finds the others.
 *
 * @throws {MalformedOtlpError} if the span is damaged
 */
export function indexSpan(
  cells: Int32Array,
  row: number,
  resourceSpans: number,
  scopeSpans: number,
  bytes: Uint8Array,
  start: number,
  end: number,
): void {
  let spanId = 0;
  let spanIdEnd = 0;
  let traceState = 0;
  let traceStateEnd = 0;
  let parentSpanId = 0;
  let parentSpanIdEnd = 0;
  let name = 0;
  let nameEnd = 0;
  let startTime = 0;
  let startTimeEnd = 0;
  let endTime = 0;
  let attributes = 0;
  let attributesEnd = 0;
  let kind = 0;
  let flags = 0;
  let statusCode = 0;
  // The fields in the form and order that encoders write them in, up to the attributes: one comparison finds each. The
  // loop after it goes on with the first field that is not there, or has another form.
  let first = start;
  if (bytes[first] === 0x0a && bytes[first + 1] === 16) first += 18; // trace_id
  if (bytes[first] === 0x12 && bytes[first + 1] === 8) {
    spanId = first + 2;
    first += 10;
    spanIdEnd = first;
  }
  if (bytes[first] === 0x22 && bytes[first + 1] === 8) {
    parentSpanId = first + 2;
    first += 10;
    parentSpanIdEnd = first;
  }
  if (bytes[first] === 0x2a && (bytes[first + 1] as number) < 0x80) {
    name = first + 2;
    first = name + (bytes[first + 1] as number);
    nameEnd = first;
  }
  if (bytes[first] === 0x30 && (bytes[first + 1] as number) < 0x80) {
    kind = bytes[first + 1] as number;
    first += 2;
  }
  if (bytes[first] === 0x39) {
    startTime = first + 1;
    first += 9;
    startTimeEnd = first;
  }
  if (bytes[first] === 0x41) {
    endTime = first + 1;
    first += 9;
  }
  if (bytes[first] === ATTRIBUTE_TAG) {
    attributes = first;
    first = endOfShortRun(bytes, first, end, ATTRIBUTE_TAG);
    attributesEnd = first;
    if (first === attributes) attributes = attributesEnd = 0;
  }
  // Cut off: the loop finds out where.
  if (first > end) first = start;
  let cursor: FieldCursor | undefined;
  for (let tagAt = first, next = first; tagAt < end; tagAt = next) {
    const tag = bytes[tagAt] as number;
    let field = tag >>> 3;
    let from = tagAt + 1;
    next = NO_END;
    if (tag < 0x80) {
      const wireType = tag & 7;
      if (wireType === LENGTH_DELIMITED) {
        next = shortEnd(bytes, from);
        from = shortStart(bytes, from);
      } else if (wireType === FIXED64) next = from + 8;
      else if (wireType === VARINT && (bytes[from] as number) < 0x80) next = from + 1;
    } else if (tag === FLAGS_TAG && bytes[from] === 1) {
      field = 16;
      from++;
      next = from + 4;
    }
    if (next === NO_END || next > end || field === 0) {
      cursor ??= new FieldCursor(bytes, start, end);
      cursor.offset = tagAt;
      cursor.next();
      ({ field, from, to: next } = cursor);
    }
    switch (field) {
      case 2:
        spanId = from;
        spanIdEnd = next;
        break;
      case 3:
        traceState = from;
        traceStateEnd = next;
        break;
      case 4:
        parentSpanId = from;
        parentSpanIdEnd = next;
        break;
      case 5:
        name = from;
        nameEnd = next;
        break;
      case 6:
        kind = varint32At(bytes, from) | 0;
        break;
      case 7:
        startTime = from;
        startTimeEnd = next;
        break;
      case 8:
        endTime = from;
        break;
      case 9:
        if (attributes === 0) attributes = tagAt;
        next = endOfShortRun(bytes, next, end, ATTRIBUTE_TAG);
        attributesEnd = next;
        break;
      case 15:
        if (from < next) statusCode = readStatusCode(statusCode, bytes, from, next);
        break;
      case 16:
        flags = fixed32At(bytes, from) | 0;
        break;
      default:
    }
  }
  cells[row + SPAN.resourceSpans] = resourceSpans;
  cells[row + SPAN.scopeSpans] = scopeSpans;
  cells[row + SPAN.start] = start;
  cells[row + SPAN.end] = end;
  cells[row + SPAN.spanId] = spanId;
  cells[row + SPAN.spanIdEnd] = spanIdEnd;
  cells[row + SPAN.traceState] = traceState;
  cells[row + SPAN.traceStateEnd] = traceStateEnd;
  cells[row + SPAN.parentSpanId] = parentSpanId;
  cells[row + SPAN.parentSpanIdEnd] = parentSpanIdEnd;
  cells[row + SPAN.name] = name;
  cells[row + SPAN.nameEnd] = nameEnd;
  cells[row + SPAN.startTime] = startTime;
  cells[row + SPAN.startTimeEnd] = startTimeEnd;
  cells[row + SPAN.endTime] = endTime;
  cells[row + SPAN.attributes] = attributes;
  cells[row + SPAN.attributesEnd] = attributesEnd;
  cells[row + SPAN.kind] = kind;
  cells[row + SPAN.flags] = flags;
  cells[row + SPAN.statusCode] = statusCode;
}

/** The code of a status. A status that comes twice is one message in two parts: one without a code changes nothing. */
function readStatusCode(before: number, bytes: Uint8Array, start: number, end: number): number {
  if (start === end) return before;
  let code = before;
  const cursor = new FieldCursor(bytes, start, end);
  while (cursor.next()) {
    if (cursor.field === 3) code = cursor.uint32() | 0;
  }
  return code;
}
