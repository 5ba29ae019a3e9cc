import { areExact, WORD } from '../double-words.ts';

/*
 * Attributes that recur: most attributes of real traffic have one of a few values. To compare such a message with one that has been
 * written, and to copy its JSON, both in words of eight bytes, takes a fraction of writing it.
 *
 *   message in the trace    slot, by its hash    length equal? all words equal?
 *   0a k key… 12 v value…  ──▶  or the one beside it  ──▶  copy ,{"key":"…","value":{…}}
 *
 * The memory is fixed, about 170 KiB, whatever comes. An attribute is remembered when it comes the second time, as far as the
 * hashes of those that came once are kept: so values that never come again displace nothing.
 */

/** A power of two. */
const SLOTS = 512;
/** From a hash of 32 bits to the number of a slot. */
const SLOT_SHIFT = 23;
/** Of a message: as many bytes as a length of one byte can say. The last word, which overlaps, is always at the end. */
const MESSAGE_WORDS = 16;
/** {@link hashOf} reads so far. */
const LEAST_MESSAGE = WORD;
const MOST_MESSAGE = 127;
/** Of the JSON: enough for nearly all messages of that length. */
const JSON_WORDS = 24;
const CANDIDATES = 1024;
const CANDIDATE_SHIFT = 22;
const PRIME = 0x9e3779b1;

/** As doubles, because that is one comparison for eight bytes. See {@link areExact}. */
const messages = new Float64Array(SLOTS * MESSAGE_WORDS);
const texts = new Float64Array(SLOTS * JSON_WORDS);
/** In bytes; 0 in a free slot. */
const messageLengths = new Uint8Array(SLOTS);
const textLengths = new Uint8Array(SLOTS);
const keyHashes = new Uint16Array(SLOTS);
/** Hashes of attributes that came once. */
const candidates = new Int32Array(CANDIDATES);

/** Which of its two slots an attribute gets: they take turns. */
let isSecond = false;

/** Instead of a slot. */
export const NOT_REMEMBERED = -1;

/** The longest JSON that is remembered: how far {@link copyRecurring} touches the buffer at most. */
export const MOST_RECURRING = JSON_WORDS * WORD;

/** Whether a message of this length can be remembered. */
export function mayRecur(length: number): boolean {
  return length >= LEAST_MESSAGE && length <= MOST_MESSAGE;
}

/** By a few words, because messages are compared with all bytes anyway. They {@link mayRecur}. */
export function hashOf(bytes: DataView, from: number, to: number): number {
  const length = to - from;
  const middle = Math.imul(bytes.getInt32(from + (length >> 1), true) ^ length, PRIME);
  const end = Math.imul(bytes.getInt32(to - 8, true), PRIME) ^ bytes.getInt32(to - 4, true);
  return Math.imul(middle ^ (middle >>> 15) ^ end, PRIME);
}

/** The slot of the message in `bytes[from, to)`; {@link NOT_REMEMBERED} if there is none. */
export function slotOf(bytes: DataView, from: number, to: number, hash: number): number {
  const slot = hash >>> SLOT_SHIFT;
  if (isAt(slot, bytes, from, to)) return slot;
  return isAt(slot ^ 1, bytes, from, to) ? slot ^ 1 : NOT_REMEMBERED;
}

function isAt(slot: number, bytes: DataView, from: number, to: number): boolean {
  if (messageLengths[slot] !== to - from) return false;
  const last = to - WORD;
  let word = slot * MESSAGE_WORDS;
  if (bytes.getFloat64(last, true) !== messages[word + MESSAGE_WORDS - 1]) return false;
  for (let at = from; at < last; at += WORD, word++) {
    if (bytes.getFloat64(at, true) !== messages[word]) return false;
  }
  return true;
}

/** The hash of the key with which the attribute was remembered. */
export function keyHashAt(slot: number): number {
  return keyHashes[slot] as number;
}

/** Writes the JSON at `at`, and returns the offset after it. There must be room for {@link MOST_RECURRING}. */
export function copyRecurring(out: DataView, at: number, slot: number): number {
  const length = textLengths[slot] as number;
  // What the last word has behind the JSON, the next piece overwrites.
  for (let i = 0, word = slot * JSON_WORDS; i < length; i += WORD, word++) {
    out.setFloat64(at + i, texts[word] as number, true);
  }
  return at + length;
}

/**
 * Remembers that the JSON of the message in `bytes[from, to)` is `out[start, end)`, if the message has come before. It writes zeros
 * into the eight bytes behind the JSON.
 */
export function rememberAttribute(
  bytes: DataView,
  from: number,
  to: number,
  hash: number,
  keyHash: number,
  out: DataView,
  start: number,
  end: number,
): void {
  if (candidates[hash >>> CANDIDATE_SHIFT] !== hash) {
    candidates[hash >>> CANDIDATE_SHIFT] = hash;
    return;
  }
  if (end - start > MOST_RECURRING || !areExact(bytes, from, to)) return;
  isSecond = !isSecond;
  const slot = (hash >>> SLOT_SHIFT) ^ (isSecond ? 1 : 0);
  const last = to - WORD;
  let word = slot * MESSAGE_WORDS;
  messages[word + MESSAGE_WORDS - 1] = bytes.getFloat64(last, true);
  for (let at = from; at < last; at += WORD, word++) messages[word] = bytes.getFloat64(at, true);
  word = slot * JSON_WORDS;
  // No word of valid UTF-8 is NaN, and none that ends with zeros.
  out.setFloat64(end, 0, true);
  for (let at = start; at < end; at += WORD, word++) texts[word] = out.getFloat64(at, true);
  messageLengths[slot] = to - from;
  textLengths[slot] = end - start;
  keyHashes[slot] = keyHash;
}
