/** The ASCII codes of the two hex digits of each byte. */
const DIGITS = new Uint8Array(512);
for (let i = 0; i < DIGITS.length; i++) {
  const digit = i % 2 === 0 ? i >> 5 : (i >> 1) & 15;
  DIGITS[i] = digit < 10 ? 0x30 + digit : 0x57 + digit;
}

/** `bytes[start, end)` in lower-case hex. */
export function toHex(bytes: Uint8Array, start: number, end: number): string {
  let hex = '';
  let at = start;
  for (; at + 8 <= end; at += 8) hex += hexOfEight(bytes, at);
  for (; at < end; at++) hex += String.fromCharCode(digit(bytes, at, 0), digit(bytes, at, 1));
  return hex;
}

/**
 * One call for eight bytes: a string that is concatenated from pairs takes several times the memory until it is first
 * read.
 */
function hexOfEight(bytes: Uint8Array, at: number): string {
  return String.fromCharCode(
    digit(bytes, at, 0),
    digit(bytes, at, 1),
    digit(bytes, at + 1, 0),
    digit(bytes, at + 1, 1),
    digit(bytes, at + 2, 0),
    digit(bytes, at + 2, 1),
    digit(bytes, at + 3, 0),
    digit(bytes, at + 3, 1),
    digit(bytes, at + 4, 0),
    digit(bytes, at + 4, 1),
    digit(bytes, at + 5, 0),
    digit(bytes, at + 5, 1),
    digit(bytes, at + 6, 0),
    digit(bytes, at + 6, 1),
    digit(bytes, at + 7, 0),
    digit(bytes, at + 7, 1),
  );
}

function digit(bytes: Uint8Array, at: number, half: 0 | 1): number {
  return DIGITS[(bytes[at] as number) * 2 + half] as number;
}

const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

/** Texts up to this length are cached, because attributes mostly have the same few. */
const SHORT = 48;
/** A power of two. */
const SLOTS = 1024;
const remembered: string[] = new Array(SLOTS).fill('');

/** Decodes `bytes[start, end)`. Invalid UTF-8 becomes U+FFFD (Encoding standard, "UTF-8 decode without BOM"). */
export function readUtf8(bytes: Uint8Array, start: number, end: number): string {
  const length = end - start;
  if (length > SHORT) return decoder.decode(bytes.subarray(start, end));
  const slot = slotOf(bytes, start, end);
  const known = remembered[slot] as string;
  if (isAsciiAt(bytes, start, end, known)) return known;
  const text = decoder.decode(bytes.subarray(start, end));
  // Otherwise it is not ASCII. (Invalid bytes may become as many characters, which are equal to no byte.)
  if (text.length === length) remembered[slot] = text;
  return text;
}

/** A hash of the bytes in which texts of one kind differ: mostly the first, the last, and those in the middle. */
function slotOf(bytes: Uint8Array, start: number, end: number): number {
  const length = end - start;
  let hash = length ^ (bytes[start + (length >> 1)] as number);
  for (let at = start, to = Math.min(start + 4, end); at < to; at++)
    hash = Math.imul(hash ^ (bytes[at] as number), PRIME);
  for (let at = Math.max(start, end - 6); at < end; at++) hash = Math.imul(hash ^ (bytes[at] as number), PRIME);
  return (hash ^ (hash >>> 15)) & (SLOTS - 1);
}

/** Of FNV-1a. */
const PRIME = 0x01000193;

function isAsciiAt(bytes: Uint8Array, start: number, end: number, text: string): boolean {
  const length = end - start;
  if (text.length !== length) return false;
  for (let i = 0; i < length; i++) {
    if (text.charCodeAt(i) !== bytes[start + i]) return false;
  }
  return true;
}
