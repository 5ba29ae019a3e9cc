/** The ASCII codes of the hex digits. */
const HEX: Uint8Array = new TextEncoder().encode('0123456789abcdef');

/** `bytes[start, end)` in lower-case hex. */
export function toHex(bytes: Uint8Array, start: number, end: number): string {
  let hex = '';
  let at = start;
  for (; at + 8 <= end; at += 8) hex += hexOfEight(bytes, at);
  for (; at < end; at++) {
    const byte = bytes[at] as number;
    hex += String.fromCharCode(HEX[byte >> 4] as number, HEX[byte & 15] as number);
  }
  return hex;
}

/**
 * One call for eight bytes: a string that is concatenated from pairs takes several times the memory until it is first
 * read. Without a call for each digit, which costs most in a process that has compiled nothing yet.
 */
function hexOfEight(bytes: Uint8Array, at: number): string {
  const a = bytes[at] as number;
  const b = bytes[at + 1] as number;
  const c = bytes[at + 2] as number;
  const d = bytes[at + 3] as number;
  const e = bytes[at + 4] as number;
  const f = bytes[at + 5] as number;
  const g = bytes[at + 6] as number;
  const h = bytes[at + 7] as number;
  return String.fromCharCode(
    HEX[a >> 4] as number,
    HEX[a & 15] as number,
    HEX[b >> 4] as number,
    HEX[b & 15] as number,
    HEX[c >> 4] as number,
    HEX[c & 15] as number,
    HEX[d >> 4] as number,
    HEX[d & 15] as number,
    HEX[e >> 4] as number,
    HEX[e & 15] as number,
    HEX[f >> 4] as number,
    HEX[f & 15] as number,
    HEX[g >> 4] as number,
    HEX[g & 15] as number,
    HEX[h >> 4] as number,
    HEX[h & 15] as number,
  );
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
