/**
 * The bound of regrouping: what is left of it when nothing is checked.
 *
 * Nobody who slices the wire format avoids this: to look at the tag of each field of each span, because any of them can
 * be the trace ID; to look at the tags and lengths of each attribute, because a fragment that cannot be decoded must be
 * rejected; to look up each trace ID; to copy each span once, and its resource and scope once for each trace that has
 * spans in them.
 *
 * Left out: whether tags, lengths, wire types and IDs are valid; the fields in events, links and statuses; what is
 * rejected and why; limits; every shape that the generator does not make; trace IDs as text, and an object for each
 * fragment; memory for what is written, which is one buffer for all requests.
 */
import { afterValue, afterVarint } from './wire.ts';

/**
 * The fragments back to back: that of the trace with index i is `bytes[ends[i + 1], ends[i])`. Both are overwritten by
 * the next call.
 */
export interface LeastFragments {
  readonly bytes: Buffer;
  readonly ends: Int32Array;
  /** Where the trace IDs are in the request, by the index of the trace. */
  readonly idOffsets: Int32Array;
  readonly traceCount: number;
  readonly spanCount: number;
  /** Attributes of spans that were looked at, without those that are longer than 127 bytes. */
  readonly attributeCount: number;
}

const RESOURCE_SPANS = 0x0a;
/** A `ScopeSpans` in its `ResourceSpans`, and a `Span` in its `ScopeSpans`. */
const CHILD = 0x12;
/** In a `ResourceSpans` or `ScopeSpans`. */
const RESOURCE_OR_SCOPE = 0x0a;
const ATTRIBUTE_OF_RESOURCE = 0x0a;
const ATTRIBUTE_OF_SCOPE = 0x1a;
const TRACE_ID = 0x0a;
const ATTRIBUTE = 0x4a;
const NONE = -1;

const MOST_SPANS = 1024;
const MOST_BYTES = 4 << 20;
const out = Buffer.alloc(MOST_BYTES);

/** A span: its start, its end, its scope, and the span before it in its trace. */
const spans = new Int32Array(MOST_SPANS * 4);
const SPAN = 4;
const END_OF_SPAN = 1;
const SCOPE = 2;
const PREVIOUS = 3;
const lastSpans = new Int32Array(MOST_SPANS);
const ends = new Int32Array(MOST_SPANS + 1);
/**
 * A scope or resource: its start, its first child, the end of its last child, its end; for a scope the number of its
 * resource.
 */
const scopes = new Int32Array(MOST_SPANS * 5);
const resources = new Int32Array(MOST_SPANS * 5);
const ENVELOPE = 5;
const FIRST_CHILD = 1;
const AFTER_CHILDREN = 2;
const END = 3;
const RESOURCE = 4;
/** Trace number + 1 by the first word of the ID, which is random. */
const places = new Int32Array(MOST_SPANS * 2);
const PLACE_MASK = MOST_SPANS * 2 - 1;
const idOffsets = new Int32Array(MOST_SPANS);

let looks: Looks;
let request: Uint8Array = out;
let view = new DataView(request.buffer, request.byteOffset, request.byteLength);
let spanCount = 0;
let scopeCount = 0;
let resourceCount = 0;
let traceCount = 0;
let attributeCount = 0;

export function leastRegroup(protobuf: Uint8Array): LeastFragments {
  return regroupWith(protobuf, LEAST);
}

/** How messages are looked at, from their start to their end, without tag and length. */
export interface Looks {
  /** @returns the offset of the trace ID */
  span(bytes: Uint8Array, start: number, end: number): number;
  /** Looks at a resource or a scope. */
  message(bytes: Uint8Array, start: number, end: number, attributeTag: number): void;
}

const LEAST: Looks = { span: lookAtSpan, message() {} };

/** {@link leastRegroup}, with another look at the messages. */
export function regroupWith(protobuf: Uint8Array, as: Looks): LeastFragments {
  looks = as;
  request = protobuf;
  view = new DataView(protobuf.buffer, protobuf.byteOffset, protobuf.byteLength);
  spanCount = scopeCount = resourceCount = traceCount = attributeCount = 0;
  places.fill(0);
  readRequest();
  writeFragments();
  return { bytes: out, ends, idOffsets, traceCount, spanCount, attributeCount };
}

function readRequest(): void {
  for (let at = 0; at < request.length; ) {
    const end = afterValue(request, RESOURCE_SPANS, at + 1);
    const row = resourceCount++ * ENVELOPE;
    resources[row] = afterVarint(request, at + 1);
    for (at = beginEnvelope(resources, row, end); at < end; ) {
      const tag = request[at] as number;
      const after = afterValue(request, tag, at + 1);
      if (tag === CHILD) {
        addChild(resources, row, at, after);
        readScopeSpans(afterVarint(request, at + 1), after);
      } else if (tag === RESOURCE_OR_SCOPE) {
        looks.message(request, afterVarint(request, at + 1), after, ATTRIBUTE_OF_RESOURCE);
      }
      at = after;
    }
  }
}

function readScopeSpans(start: number, end: number): void {
  const scope = scopeCount++;
  const row = scope * ENVELOPE;
  scopes[row] = start;
  scopes[row + RESOURCE] = resourceCount - 1;
  for (let at = beginEnvelope(scopes, row, end); at < end; ) {
    const tag = request[at] as number;
    const after = afterValue(request, tag, at + 1);
    if (tag === CHILD) {
      addChild(scopes, row, at, after);
      addSpan(looks.span(request, afterVarint(request, at + 1), after), at, after, scope);
    } else if (tag === RESOURCE_OR_SCOPE) {
      looks.message(request, afterVarint(request, at + 1), after, ATTRIBUTE_OF_SCOPE);
    }
    at = after;
  }
}

/** Begins with no child. @returns its start */
function beginEnvelope(envelopes: Int32Array, row: number, end: number): number {
  envelopes[row + FIRST_CHILD] = envelopes[row + AFTER_CHILDREN] = envelopes[row + END] = end;
  return envelopes[row] as number;
}

function addChild(envelopes: Int32Array, row: number, start: number, end: number): void {
  if (envelopes[row + FIRST_CHILD] === envelopes[row + END]) envelopes[row + FIRST_CHILD] = start;
  envelopes[row + AFTER_CHILDREN] = end;
}

/** Looks at each tag. @returns the offset of the trace ID */
function lookAtSpan(bytes: Uint8Array, start: number, end: number): number {
  let traceId = 0;
  let attributes = 0;
  for (let at = start; at < end; ) {
    const tag = bytes[at] as number;
    let length = bytes[at + 1] as number;
    if (tag === ATTRIBUTE && length < 0x80) {
      attributes += lookAtAttribute(at + 2, at + 2 + length);
      at += 2 + length;
    } else if ((tag & 7) === 2) {
      at += 2;
      if (length > 0x7f) length = (length & 0x7f) | ((bytes[at++] as number) << 7);
      if (tag === TRACE_ID) traceId = at;
      at += length;
    } else if ((tag & 7) === 1) at += 9;
    else if ((tag & 7) === 0) at = afterVarint(bytes, at + 1);
    // The flags, with a tag of two bytes.
    else at += 6;
  }
  attributeCount += attributes;
  return traceId;
}

/** Looks at the tag and length of the key and of the value. @returns 1 if they fit into the attribute */
function lookAtAttribute(start: number, end: number): number {
  const value = start + 2 + (request[start + 1] as number);
  const isPair = request[start] === 0x0a && request[value] === 0x12;
  return isPair && value + 2 + (request[value + 1] as number) === end ? 1 : 0;
}

function addSpan(traceId: number, start: number, end: number, scope: number): void {
  const trace = traceOf(traceId);
  const row = spanCount * SPAN;
  spans[row] = start;
  spans[row + END_OF_SPAN] = end;
  spans[row + SCOPE] = scope;
  spans[row + PREVIOUS] = lastSpans[trace] as number;
  lastSpans[trace] = spanCount++;
}

function traceOf(id: number): number {
  const word = view.getInt32(id, true);
  for (let place = word & PLACE_MASK; ; place = (place + 1) & PLACE_MASK) {
    const trace = (places[place] as number) - 1;
    if (trace === NONE) break;
    const known = idOffsets[trace] as number;
    const isEqual =
      view.getInt32(known, true) === word &&
      view.getInt32(known + 4, true) === view.getInt32(id + 4, true) &&
      view.getInt32(known + 8, true) === view.getInt32(id + 8, true) &&
      view.getInt32(known + 12, true) === view.getInt32(id + 12, true);
    if (isEqual) return trace;
  }
  return addTrace(id, word);
}

function addTrace(id: number, word: number): number {
  let place = word & PLACE_MASK;
  while (places[place] !== 0) place = (place + 1) & PLACE_MASK;
  places[place] = traceCount + 1;
  idOffsets[traceCount] = id;
  lastSpans[traceCount] = NONE;
  return traceCount++;
}

/** From the end, so that each length is known when it is written. */
function writeFragments(): void {
  const source = Buffer.from(request.buffer, request.byteOffset, request.byteLength);
  let at = out.length;
  ends[0] = at;
  for (let trace = 0; trace < traceCount; trace++) {
    let span = lastSpans[trace] as number;
    while (span !== NONE) {
      const resource = scopes[(spans[span * SPAN + SCOPE] as number) * ENVELOPE + RESOURCE] as number;
      const resourceRow = resource * ENVELOPE;
      const resourceEnd = at;
      at = copyBack(
        source,
        at,
        resources[resourceRow + AFTER_CHILDREN] as number,
        resources[resourceRow + END] as number,
      );
      while (span !== NONE) {
        const scope = spans[span * SPAN + SCOPE] as number;
        const scopeRow = scope * ENVELOPE;
        if (scopes[scopeRow + RESOURCE] !== resource) break;
        const scopeEnd = at;
        at = copyBack(source, at, scopes[scopeRow + AFTER_CHILDREN] as number, scopes[scopeRow + END] as number);
        while (span !== NONE && spans[span * SPAN + SCOPE] === scope) {
          at = copyBack(source, at, spans[span * SPAN] as number, spans[span * SPAN + END_OF_SPAN] as number);
          span = spans[span * SPAN + PREVIOUS] as number;
        }
        at = copyBack(source, at, scopes[scopeRow] as number, scopes[scopeRow + FIRST_CHILD] as number);
        at = writeTagAndLength(at, scopeEnd - at, CHILD);
      }
      at = copyBack(source, at, resources[resourceRow] as number, resources[resourceRow + FIRST_CHILD] as number);
      at = writeTagAndLength(at, resourceEnd - at, RESOURCE_SPANS);
    }
    ends[trace + 1] = at;
  }
}

/** @returns the start of the copy that ends at `end` */
function copyBack(source: Buffer, end: number, from: number, to: number): number {
  if (from === to) return end;
  const start = end - (to - from);
  source.copy(out, start, from, to);
  return start;
}

function writeTagAndLength(end: number, length: number, tag: number): number {
  let at = end - (length < 0x80 ? 1 : length < 0x4000 ? 2 : length < 0x200000 ? 3 : 4);
  const start = at - 1;
  out[start] = tag;
  let rest = length;
  for (; rest > 0x7f; rest >>>= 7) out[at++] = (rest & 0x7f) | 0x80;
  out[at] = rest;
  return start;
}
