import type { WireWriter } from '../protobuf/writer.ts';
import type { JsonCursor } from './cursor.ts';

/*
 * Attributes that recur: most attributes of real traffic have one of a few values. To compare such a text with what it was, and to
 * copy its protobuf, both in words of eight bytes, takes a fraction of reading it.
 *
 *   text in the request            set, by its key       one of the eight attributes in the set
 *   {"key":"…","value":{…}}  ──▶   hash of the key  ──▶  last word equal? all words equal? ──▶ copy its message
 *
 * The memory is fixed, about 140 KiB, whatever comes. An attribute is remembered when it comes the second time, as far as the
 * hashes of those that came once are kept: so values that never come again displace nothing.
 */

const WORD = 8;
const SETS = 64;
/** From a hash of 32 bits to the number of a set. */
const SET_SHIFT = 26;
/** Attributes of a set. */
const WAYS = 8;
/** The longest text and the longest message that are remembered, in words. */
const TEXT_WORDS = 18;
const MESSAGE_WORDS = 13;
/** The shortest text. {@link setOf} reads so far. */
const LEAST_TEXT = 32;
const CANDIDATES = 1024;
const CANDIDATE_SHIFT = 22;

/** As doubles, because that is one comparison for eight bytes. See {@link areExact}. */
const texts = new Float64Array(SETS * WAYS * TEXT_WORDS);
const messages = new Float64Array(SETS * WAYS * MESSAGE_WORDS);
const messageBytes = new Uint8Array(messages.buffer);
/** In bytes; 0 behind the last attribute of a set. */
const textLengths = new Uint8Array(SETS * WAYS);
const messageLengths = new Uint8Array(SETS * WAYS);
/** The last eight bytes of each text, which mostly tell the values of one key apart. */
const lastWords = new Float64Array(SETS * WAYS);
/** How many attributes each set has had. */
const counts = new Uint32Array(SETS);
/** Hashes of attributes that came once. */
const candidates = new Int32Array(CANDIDATES);

const PRIME = 0x9e3779b1;

/** The set of the attribute whose text starts here: by parts of `…` in `{"key":"…"`, or what follows a short key. */
function setOf(view: DataView, at: number): number {
  const hash = Math.imul(Math.imul(view.getInt32(at + 11, true), PRIME) ^ view.getInt32(at + 18, true), PRIME);
  return Math.imul(hash ^ view.getInt32(at + 25, true), PRIME) >>> SET_SHIFT;
}

/** Copies the attribute that starts here as a `KeyValue` message, if it is remembered. Otherwise consumes nothing. */
export function copyRecurringAttribute(cursor: JsonCursor, writer: WireWriter): boolean {
  const { view, offset } = cursor;
  const left = view.byteLength - offset;
  if (left < LEAST_TEXT) return false;
  const first = setOf(view, offset) * WAYS;
  for (let way = first; way < first + WAYS; way++) {
    const length = textLengths[way] as number;
    if (length === 0) return false;
    if (length > left || view.getFloat64(offset + length - WORD, true) !== lastWords[way]) continue;
    const last = offset + length - WORD;
    let at = offset;
    let word = way * TEXT_WORDS;
    while (at < last && view.getFloat64(at, true) === texts[word]) {
      at += WORD;
      word++;
    }
    if (at < last) continue;
    cursor.offset = offset + length;
    writer.ensure(MESSAGE_WORDS * WORD);
    const output = writer.view;
    const to = writer.offset;
    const messageLength = messageLengths[way] as number;
    // What the last word has behind the message, the next field overwrites.
    for (let i = 0, j = way * MESSAGE_WORDS; i < messageLength; i += WORD, j++) {
      output.setFloat64(to + i, messages[j] as number, true);
    }
    writer.offset = to + messageLength;
    return true;
  }
  return false;
}

/**
 * Remembers the attribute that was read last, if it has come before: its text starts at `textStart` and ends at the cursor, and the
 * message starts at `messageStart` and ends at the writer's offset.
 */
export function rememberAttribute(
  cursor: JsonCursor,
  textStart: number,
  writer: WireWriter,
  messageStart: number,
): void {
  const length = cursor.offset - textStart;
  const messageLength = writer.offset - messageStart;
  if (length < LEAST_TEXT || length > TEXT_WORDS * WORD || messageLength > MESSAGE_WORDS * WORD) return;
  const { view } = cursor;
  const set = setOf(view, textStart);
  if (!hasComeBefore(cursor, length, set)) return;
  const lastAt = cursor.offset - WORD;
  if (!areExact(view, textStart, lastAt) || !areExact(writer.view, messageStart, writer.offset - WORD)) return;
  if (Number.isNaN(view.getFloat64(lastAt, true))) return;
  const count = counts[set] as number;
  const way = set * WAYS + (count % WAYS);
  for (let at = textStart, word = way * TEXT_WORDS; at < lastAt; at += WORD, word++) {
    texts[word] = view.getFloat64(at, true);
  }
  const firstWord = way * MESSAGE_WORDS;
  messages.fill(0, firstWord, firstWord + MESSAGE_WORDS);
  messageBytes.set(writer.bytes.subarray(messageStart, writer.offset), firstWord * WORD);
  lastWords[way] = view.getFloat64(lastAt, true);
  textLengths[way] = length;
  messageLengths[way] = messageLength;
  counts[set] = count + 1;
}

/** By the end of its text, its length and its set. It says no once, and each time when many others come in between. */
function hasComeBefore({ view, offset }: JsonCursor, length: number, set: number): boolean {
  let hash = Math.imul(view.getInt32(offset - 8, true), PRIME) ^ view.getInt32(offset - 12, true);
  hash = Math.imul(Math.imul(hash, PRIME) ^ view.getInt32(offset - 16, true) ^ set ^ (length << 8), PRIME);
  const candidate = hash >>> CANDIDATE_SHIFT;
  if (candidates[candidate] === hash) return true;
  candidates[candidate] = hash;
  return false;
}

/**
 * Whether the words that start in `bytes[from, to]` stay as they are when copied as doubles, and are equal only to themselves: all
 * but NaN do, and 0 is equal to -0, but no text has zeros.
 */
function areExact(bytes: DataView, from: number, to: number): boolean {
  for (let at = from; at <= to; at += WORD) if (Number.isNaN(bytes.getFloat64(at, true))) return false;
  return true;
}
