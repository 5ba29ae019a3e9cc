/**
 * The bound of a JSON body: to find its strings, to read IDs and times, and to copy as many bytes as its protobuf has;
 * then {@link leastRegroup} on that.
 *
 * Nobody who reads JSON avoids this: to look at each byte once, in strings four at a time, because only that shows
 * where a string ends; to look at the end of each key, because that decides what its value is; to turn hex and digits
 * into bytes; to write the protobuf.
 *
 * Left out: which key a key is, but for its end; all other numbers, and escapes; nesting, and the lengths of messages;
 * whether it is JSON, UTF-8, hex or digits at all.
 */
import { mayBeSpecial } from '../../../lib/otlp/json-words.ts';
import { type LeastFragments, leastRegroup } from './regroup.ts';

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COLON = 0x3a;
/** The last two letters of `traceId`, `spanId` and `parentSpanId`, and of `startTimeUnixNano` and `endTimeUnixNano`. */
const ID = endOfKey('Id');
const NANO = endOfKey('no');

function endOfKey(letters: string): number {
  return (letters.charCodeAt(0) << 8) | letters.charCodeAt(1);
}

export interface LeastJson {
  /** Keys and values. */
  readonly strings: number;
  /** The bytes of all IDs, added up. */
  readonly idSum: number;
  /** The last nine digits of all times, added up. */
  readonly nanosSum: number;
}

/** @param protobuf the same request, which this copies instead of making it */
export function leastFromJson(json: Uint8Array, protobuf: Uint8Array): LeastFragments & LeastJson {
  const found = leastJson(json);
  return { ...leastRegroup(copyOf(protobuf)), ...found };
}

export function leastJson(json: Uint8Array): LeastJson {
  const view = new DataView(json.buffer, json.byteOffset, json.byteLength);
  const lastWord = json.length - 4;
  let strings = 0;
  let idSum = 0;
  let nanosSum = 0;
  let key = 0;
  for (let at = 0; at < json.length; at++) {
    if (json[at] !== QUOTE) continue;
    const start = ++at;
    strings++;
    for (;;) {
      while (at <= lastWord && !mayBeSpecial(view.getInt32(at, true))) at += 4;
      // The word has a quote, a backslash, or a byte that only might be special.
      for (let i = 0; i < 3 && json[at] !== QUOTE && json[at] !== BACKSLASH; i++) at++;
      if (json[at] === QUOTE) break;
      at += json[at] === BACKSLASH ? 2 : 1;
    }
    if (json[at + 1] === COLON) key = ((json[at - 2] as number) << 8) | (json[at - 1] as number);
    else if (key === ID) idSum += sumOfHex(json, start, at);
    else if (key === NANO) nanosSum += lastDigits(json, at - 9, at);
  }
  return { strings, idSum, nanosSum };
}

/** Of an ASCII code, the value of the hex digit. */
const DIGITS = Uint8Array.from({ length: 128 }, (_, code) => Number.parseInt(String.fromCharCode(code), 16) || 0);

function sumOfHex(json: Uint8Array, from: number, to: number): number {
  let sum = 0;
  for (let at = from; at < to; at += 2) {
    sum += ((DIGITS[json[at] as number] as number) << 4) | (DIGITS[json[at + 1] as number] as number);
  }
  return sum;
}

/** The ten digits before them, the seconds, can be remembered. */
function lastDigits(json: Uint8Array, from: number, to: number): number {
  let value = 0;
  for (let at = from; at < to; at++) value = value * 10 + ((json[at] as number) & 0xf);
  return value;
}

let copy = Buffer.of();

function copyOf(bytes: Uint8Array): Uint8Array {
  if (copy.length < bytes.length) copy = Buffer.alloc(bytes.length);
  copy.set(bytes);
  return copy.subarray(0, bytes.length);
}
