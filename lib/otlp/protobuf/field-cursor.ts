import { WireCursor } from './wire-cursor.ts';
import { FIXED64, LENGTH_DELIMITED, VARINT, varint32At } from './wire-values.ts';

/** Larger than any offset, and still a small integer for V8. */
const NOT_YET = 0x3fffffff;

/**
 * Iterates over the fields of one protobuf message without decoding them: after each {@link next} that returns true,
 * `field` is the number of the field, and its value (without tag and length) is in `bytes[from, to)`.
 *
 * Ingest has validated every message in depth, so the wire type of a known field needs no check here. The cursor never
 * reads outside the message.
 */
export class FieldCursor extends WireCursor {
  field = 0;
  from = 0;
  to = 0;

  /**
   * Moves to the next field; returns false at the end of the message.
   * @throws {MalformedOtlpError} if the field does not fit into the message
   */
  next(): boolean {
    const { bytes, end } = this;
    let at = this.offset;
    if (at >= end) return false;
    const tag = bytes[at++] as number;
    let to = NOT_YET;
    if (tag > 7 && tag < 0x80) {
      const wireType = tag & 7;
      if (wireType === LENGTH_DELIMITED) {
        const length = bytes[at++] as number;
        if (length < 0x80) to = at + length;
        else {
          const high = bytes[at++] as number;
          if (high < 0x80) to = at + ((length & 0x7f) | (high << 7));
        }
      } else if (wireType === FIXED64) to = at + 8;
      else if (wireType === VARINT && (bytes[at] as number) < 0x80) to = at + 1;
    }
    if (to > end) return nextOfAnyForm(this);
    this.field = tag >>> 3;
    this.from = at;
    this.to = to;
    this.offset = to;
    return true;
  }

  /** The current field, a varint, as an unsigned 32-bit number; higher bits are cut off. */
  uint32(): number {
    const byte = this.bytes[this.from] as number;
    return byte < 0x80 ? byte : varint32At(this.bytes, this.from);
  }
}

/** Slow path of `next`, for fields that are large, rare or damaged. */
function nextOfAnyForm(cursor: FieldCursor): boolean {
  const tag = cursor.tag();
  cursor.field = tag >>> 3;
  if ((tag & 7) === LENGTH_DELIMITED) {
    cursor.to = cursor.lengthDelimitedEnd();
    cursor.from = cursor.offset;
    cursor.offset = cursor.to;
  } else {
    cursor.from = cursor.offset;
    cursor.skip(tag);
    cursor.to = cursor.offset;
  }
  return true;
}

/** A message in `bytes[from, to)`. */
export interface MessageRange {
  readonly bytes: Uint8Array;
  readonly from: number;
  readonly to: number;
}

export const EMPTY_MESSAGE: MessageRange = { bytes: new Uint8Array(0), from: 0, to: 0 };

/**
 * The message in field `field` of the message in `bytes[start, end)`; undefined if it is absent. If a message field
 * occurs several times, its occurrences are parts of one message, and are joined (protobuf encoding guide, "Last One
 * Wins"); otherwise the message stays where it is, so that offsets in errors are those in `bytes`.
 */
export function joinFields(bytes: Uint8Array, start: number, end: number, field: number): MessageRange | undefined {
  const parts: MessageRange[] = [];
  let length = 0;
  const cursor = new FieldCursor(bytes, start, end);
  while (cursor.next()) {
    if (cursor.field !== field) continue;
    const { from, to } = cursor;
    parts.push({ bytes, from, to });
    length += to - from;
  }
  if (parts.length < 2) return parts[0];
  const joined = new Uint8Array(length);
  let at = 0;
  for (const { from, to } of parts) {
    joined.set(bytes.subarray(from, to), at);
    at += to - from;
  }
  return { bytes: joined, from: 0, to: length };
}

/**
 * Skips fields that all have this one-byte tag, are length-delimited and shorter than 16 KiB, and returns the end of
 * the run of them that starts at `start`. Anything may end the run, including damaged bytes.
 */
export function endOfShortRun(bytes: Uint8Array, start: number, end: number, tag: number): number {
  let at = start;
  while (bytes[at] === tag) {
    const length = bytes[at + 1] as number;
    let to = at + 2 + length;
    if (length > 0x7f) {
      const high = bytes[at + 2] as number;
      if (high > 0x7f) return at;
      to = at + 3 + ((length & 0x7f) | (high << 7));
    }
    // Also if there is no length, which makes `to` NaN.
    if (!(to <= end)) return at;
    at = to;
  }
  return at;
}
