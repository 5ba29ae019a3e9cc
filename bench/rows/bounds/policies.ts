/**
 * The bound of the policies errors, slow and route: one walk over the spans of a trace.
 *
 * Nobody avoids this: to look at the tag of each field of each span, because the status comes last; to read both times;
 * to look at each key of its attributes, and of its resource's, until one is the policy's.
 *
 * Left out: spans that arrived twice; whether anything is valid; keys and values beyond 127 bytes; values that are not
 * text; votes as objects, and everything that other policies would need.
 */
import type { StoredTrace } from '../stored-traces.ts';
import { afterValue, afterVarint } from './wire.ts';

const CHILD = 0x12;
const RESOURCE = 0x0a;
const RESOURCE_ATTRIBUTE = 0x0a;
const START = 0x39;
const END = 0x41;
const ATTRIBUTE = 0x4a;
const STATUS = 0x7a;
const STATUS_CODE = 0x18;
const ERROR = 2;
const SLOW_NANOS = 2e9;
const KEY = new TextEncoder().encode('http.route');
const VALUE = new TextEncoder().encode('/api/refunds');

let hasError = false;
let hasRoute = false;
let start = 0;
let end = 0;

/** As {@link votesOfObjects}. */
export function leastVotes({ fragments }: StoredTrace): string {
  hasError = hasRoute = false;
  start = Number.POSITIVE_INFINITY;
  end = 0;
  for (const bytes of fragments) {
    for (let at = 0; at < bytes.length; at = afterValue(bytes, 0x0a, at + 1)) {
      readResourceSpans(bytes, afterVarint(bytes, at + 1), afterValue(bytes, 0x0a, at + 1));
    }
  }
  return `${hasError},${end - start >= SLOW_NANOS},${hasRoute}`;
}

function readResourceSpans(bytes: Uint8Array, from: number, to: number): void {
  for (let at = from; at < to; ) {
    const tag = bytes[at] as number;
    const after = afterValue(bytes, tag, at + 1);
    const value = afterVarint(bytes, at + 1);
    if (tag === CHILD) readScopeSpans(bytes, value, after);
    else if (tag === RESOURCE) readResource(bytes, value, after);
    at = after;
  }
}

function readResource(bytes: Uint8Array, from: number, to: number): void {
  for (let at = from; at < to; at = afterValue(bytes, bytes[at] as number, at + 1)) {
    if (bytes[at] === RESOURCE_ATTRIBUTE && isRoute(bytes, at + 2)) hasRoute = true;
  }
}

function readScopeSpans(bytes: Uint8Array, from: number, to: number): void {
  for (let at = from; at < to; ) {
    const tag = bytes[at] as number;
    const after = afterValue(bytes, tag, at + 1);
    if (tag === CHILD) readSpan(bytes, afterVarint(bytes, at + 1), after);
    at = after;
  }
}

function readSpan(bytes: Uint8Array, from: number, to: number): void {
  for (let at = from; at < to; ) {
    const tag = bytes[at] as number;
    if (tag === ATTRIBUTE) {
      // An attribute of more than 127 bytes has a length of two.
      const length = bytes[at + 1] as number;
      if (length < 0x80) {
        if (isRoute(bytes, at + 2)) hasRoute = true;
        at += 2 + length;
      } else at += 3 + ((length & 0x7f) | ((bytes[at + 2] as number) << 7));
    } else if (tag === START) {
      start = Math.min(start, fixed64At(bytes, at + 1));
      at += 9;
    } else if (tag === END) {
      end = Math.max(end, fixed64At(bytes, at + 1));
      at += 9;
    } else if (tag > 0x7f) at += 6;
    else {
      const after = afterValue(bytes, tag, at + 1);
      // The code is the last field of a status.
      if (tag === STATUS && bytes[after - 2] === STATUS_CODE && bytes[after - 1] === ERROR) hasError = true;
      at = after;
    }
  }
}

/** Whether the `KeyValue` at `at` has the policy's key and value: `0a length key 12 length 0a length value`. */
function isRoute(bytes: Uint8Array, at: number): boolean {
  if (bytes[at + 1] !== KEY.length || bytes[at + 2] !== KEY[0]) return false;
  const value = at + 2 + KEY.length + 4;
  return isAt(bytes, at + 2, KEY) && bytes[value - 1] === VALUE.length && isAt(bytes, value, VALUE);
}

function isAt(bytes: Uint8Array, at: number, text: Uint8Array): boolean {
  for (let i = 0; i < text.length; i++) if (bytes[at + i] !== text[i]) return false;
  return true;
}

/** As a double, which is wrong by up to 128 ns. */
function fixed64At(bytes: Uint8Array, at: number): number {
  return uint32At(bytes, at) + uint32At(bytes, at + 4) * 0x100000000;
}

function uint32At(bytes: Uint8Array, at: number): number {
  const low = (bytes[at] as number) | ((bytes[at + 1] as number) << 8) | ((bytes[at + 2] as number) << 16);
  return low + (bytes[at + 3] as number) * 0x1000000;
}
