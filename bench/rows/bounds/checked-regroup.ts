/**
 * The bound of regrouping in a process that has compiled nothing yet: that of regrouping, and in addition what nobody avoids
 * who must not store what cannot be decoded.
 *
 * In such a process each function costs V8 more than what it does: to parse it, to compile it, to learn the types in it, and
 * to compile it once more, better. Code that validates is at least one more such function, so here the bound validates: each
 * message and value down to the attributes of events and links must end where its parent says, with wire types that exist, and
 * IDs must have their length.
 *
 * Left out is the same as there, and: which fields belong to which message; what lists of values have in them; IDs that are
 * zero; what is wrong, and where. It throws.
 */
import { type LeastFragments, regroupWith } from './regroup.ts';
import { afterValue, afterVarint } from './wire.ts';

const TRACE_ID = 0x0a;
const TRACE_ID_BYTES = 16;
const ATTRIBUTE = 0x4a;
const EVENT = 0x5a;
const ATTRIBUTE_OF_EVENT = 0x1a;
const LINK = 0x6a;
const ATTRIBUTE_OF_LINK = 0x22;
const KEY = 0x0a;
const VALUE = 0x12;

/** As {@link leastRegroup}. @throws {Error} when the request is damaged */
export function checkedRegroup(protobuf: Uint8Array): LeastFragments {
  return regroupWith(protobuf, { span: checkSpan, message: checkMessage });
}

function checkSpan(bytes: Uint8Array, start: number, end: number): number {
  const traceId = checkMessage(bytes, start, end, ATTRIBUTE);
  if (traceId === 0) throw new Error('a span without a trace ID');
  return traceId;
}

/** @returns the offset of the trace ID of a span; meaningless for other messages */
function checkMessage(bytes: Uint8Array, start: number, end: number, attributeTag: number): number {
  const isSpan = attributeTag === ATTRIBUTE;
  let traceId = 0;
  let at = start;
  while (at < end) {
    const tag = bytes[at] as number;
    if (tag === attributeTag) at = checkAttribute(bytes, at + 1);
    else if ((tag & 7) === 2) {
      let length = bytes[at + 1] as number;
      at += 2;
      if (length > 0x7f) length = (length & 0x7f) | ((bytes[at++] as number) << 7);
      if (isSpan && tag === TRACE_ID && length === TRACE_ID_BYTES) traceId = at;
      else if (isSpan && tag === EVENT) checkMessage(bytes, at, at + length, ATTRIBUTE_OF_EVENT);
      else if (isSpan && tag === LINK) checkMessage(bytes, at, at + length, ATTRIBUTE_OF_LINK);
      at += length;
    } else if ((tag & 7) === 1) at += 9;
    else if ((tag & 7) === 0) at = afterVarint(bytes, at + 1);
    // The flags, with a tag of two bytes.
    else if ((tag & 7) === 5) at += 6;
    else throw new Error(`wire type of ${tag}`);
  }
  if (at !== end) throw new Error('a value beyond its message');
  return traceId;
}

/** @param lengthAt where the length of the attribute is @returns its end */
function checkAttribute(bytes: Uint8Array, lengthAt: number): number {
  let at = lengthAt;
  let length = bytes[at++] as number;
  if (length > 0x7f) length = (length & 0x7f) | ((bytes[at++] as number) << 7);
  const end = at + length;
  if (bytes[at] !== KEY) throw new Error('an attribute without a key');
  at += 2 + (bytes[at + 1] as number);
  if (bytes[at++] !== VALUE) throw new Error('an attribute without a value');
  length = bytes[at++] as number;
  if (length > 0x7f) length = (length & 0x7f) | ((bytes[at++] as number) << 7);
  if (at + length !== end || afterValue(bytes, bytes[at] as number, at + 1) !== end) throw new Error('a damaged value');
  return end;
}
