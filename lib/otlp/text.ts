const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

/** Texts up to this length are remembered: those of attributes are mostly the same few. */
const SHORT = 48;
/** Power of two. */
const SLOTS = 1024;
const remembered: string[] = new Array(SLOTS).fill('');

/** Decodes `bytes[start, end)`; what is not valid UTF-8 becomes U+FFFD (Encoding standard, "UTF-8 decode without BOM"). */
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
