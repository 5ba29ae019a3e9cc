import type { Fault } from '../errors.ts';
import { messageNumber } from '../protobuf/schema.ts';
import { validateField } from '../protobuf/validate.ts';
import type { FaultCursor } from '../protobuf/wire-cursor.ts';
import { isZeroAt, LENGTH_DELIMITED, tagOf } from '../protobuf/wire-values.ts';
import type { SpanProblem } from '../rejected-spans.ts';
import { plainFieldsEnd } from './plain-span.ts';

const SPAN = messageNumber('Span');
const LINK = messageNumber('Link');
const TRACE_ID = tagOf(1, LENGTH_DELIMITED);
const SPAN_ID = tagOf(2, LENGTH_DELIMITED);
const PARENT_SPAN_ID = tagOf(4, LENGTH_DELIMITED);
const LINKS = tagOf(13, LENGTH_DELIMITED);
const ABSENT = -1;
const WRONG_LENGTH = -2;

/**
 * Validates one span and finds its IDs. An ID that comes several times has its last value, as every protobuf field. The
 * object is reused from span to span, so that a span costs no allocation.
 */
export class SpanScan {
  /** Offset of the 16 bytes of the trace ID. Meaningless when there is a problem. */
  traceIdOffset = ABSENT;
  /** Whether the span has no parent span ID, or one that is all zero (which the Collector reads as none). */
  isRoot = false;
  /** Why the span must be rejected; undefined for an accepted span. */
  problem: SpanProblem | undefined;
  /** The part of the span that cannot be read; undefined when there is none. */
  fault: Fault | undefined;

  /** Reads the span from `cursor.offset` to `end`, and takes the fault from the cursor. */
  read(cursor: FaultCursor, end: number): void {
    let traceId = ABSENT;
    let spanId = ABSENT;
    let parentSpanId = ABSENT;
    let hasInvalidLink = false;
    const { bytes, view, end: outerEnd } = cursor;
    cursor.end = end;
    // Encoders write the IDs first.
    let at = cursor.offset;
    if (bytes[at] === TRACE_ID && bytes[at + 1] === 16 && at + 18 <= end) {
      traceId = at + 2;
      at += 18;
    }
    if (bytes[at] === SPAN_ID && bytes[at + 1] === 8 && at + 10 <= end) {
      spanId = at + 2;
      at += 10;
    }
    if (bytes[at] === PARENT_SPAN_ID && bytes[at + 1] === 8 && at + 10 <= end) {
      parentSpanId = at + 2;
      at += 10;
    }
    for (;;) {
      const tagOffset = plainFieldsEnd(bytes, view, at, end);
      cursor.offset = tagOffset;
      if (tagOffset >= end) break;
      const tag = cursor.tag();
      switch (tag) {
        case TRACE_ID:
          traceId = readId(cursor, 16);
          break;
        case SPAN_ID:
          spanId = readId(cursor, 8);
          break;
        case PARENT_SPAN_ID:
          parentSpanId = readId(cursor, 8);
          break;
        case LINKS:
          if (!readLink(cursor, cursor.lengthDelimitedEnd())) hasInvalidLink = true;
          break;
        default:
          validateField(cursor, SPAN, tag, tagOffset, 0);
      }
      at = cursor.offset;
    }
    cursor.end = outerEnd;
    this.traceIdOffset = traceId;
    // Few IDs begin with zero: the others need no further look.
    this.isRoot =
      parentSpanId === ABSENT || (parentSpanId >= 0 && bytes[parentSpanId] === 0 && isZeroAt(bytes, parentSpanId, 8));
    this.fault = cursor.fault === undefined ? undefined : cursor.takeFault();
    if (this.fault !== undefined) this.problem = 'span';
    else if (traceId < 0 || (bytes[traceId] === 0 && isZeroAt(bytes, traceId, 16))) this.problem = 'trace_id';
    else if (spanId < 0 || (bytes[spanId] === 0 && isZeroAt(bytes, spanId, 8))) this.problem = 'span_id';
    else if (parentSpanId === WRONG_LENGTH) this.problem = 'parent_span_id';
    else this.problem = hasInvalidLink ? 'link' : undefined;
  }
}

/** Validates a link and returns whether its IDs are valid: each has its length or is absent. */
function readLink(cursor: FaultCursor, end: number): boolean {
  let traceId = ABSENT;
  let spanId = ABSENT;
  const outerEnd = cursor.end;
  cursor.end = end;
  while (cursor.offset < end) {
    const tagOffset = cursor.offset;
    const tag = cursor.tag();
    if (tag === TRACE_ID) traceId = readId(cursor, 16);
    else if (tag === SPAN_ID) spanId = readId(cursor, 8);
    else validateField(cursor, LINK, tag, tagOffset, 0);
  }
  cursor.end = outerEnd;
  return traceId !== WRONG_LENGTH && spanId !== WRONG_LENGTH;
}

/** The offset of an ID of this length, or {@link ABSENT} (no bytes) or {@link WRONG_LENGTH}. */
function readId(cursor: FaultCursor, length: number): number {
  const end = cursor.lengthDelimitedEnd();
  const start = cursor.offset;
  cursor.offset = end;
  if (end - start === length) return start;
  return end === start ? ABSENT : WRONG_LENGTH;
}
