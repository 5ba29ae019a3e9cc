/** The ASCII codes of the two hex digits of each byte. */
const DIGITS = Uint8Array.from({ length: 512 }, (_, i) => {
  const byte = i >> 1;
  return (i % 2 === 0 ? byte >> 4 : byte & 15).toString(16).charCodeAt(0);
});

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
  if (end - start > SHORT) return decoder.decode(bytes.subarray(start, end));
  let hash = end - start;
  let union = 0;
  for (let at = start; at < end; at++) {
    const byte = bytes[at] as number;
    union |= byte;
    hash = Math.imul(hash ^ byte, 0x01000193);
  }
  if (union > 0x7f) return decoder.decode(bytes.subarray(start, end));
  const slot = (hash ^ (hash >>> 15)) & (SLOTS - 1);
  const known = remembered[slot] as string;
  if (isAsciiAt(bytes, start, end, known)) return known;
  const text = decoder.decode(bytes.subarray(start, end));
  remembered[slot] = text;
  return text;
}

function isAsciiAt(bytes: Uint8Array, start: number, end: number, text: string): boolean {
  const length = end - start;
  if (text.length !== length) return false;
  for (let i = 0; i < length; i++) {
    if (text.charCodeAt(i) !== bytes[start + i]) return false;
  }
  return true;
}
