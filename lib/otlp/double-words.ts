/**
 * Bytes in words of eight, as little-endian doubles: to compare two takes one comparison, to copy one no more than a byte. Doubles do
 * this for nearly all words; {@link areExact} says for which.
 */

/** Bytes in a word. */
export const WORD = 8;

/**
 * Whether the words of `bytes[from, to)`, of which the last one ends at `to`, stay as they are when copied as doubles, and are equal
 * only to themselves. All are but NaN, whose bits V8 need not keep, and 0, which equals -0: valid UTF-8 without NUL has no such
 * words, but the numbers between texts may make one. There must be at least one word.
 */
export function areExact(bytes: DataView, from: number, to: number): boolean {
  for (let at = from; at < to; at += WORD) {
    const word = bytes.getFloat64(Math.min(at, to - WORD), true);
    if (Number.isNaN(word) || word === 0) return false;
  }
  return true;
}

/** Whether `bytes[start, end)` are those of `message`, which has words that {@link areExact}. */
export function areEqual(message: DataView, bytes: DataView, start: number, end: number): boolean {
  const length = message.byteLength;
  if (end - start !== length) return false;
  const last = length - WORD;
  for (let at = 0; at < last; at += WORD) {
    if (message.getFloat64(at, true) !== bytes.getFloat64(start + at, true)) return false;
  }
  return message.getFloat64(last, true) === bytes.getFloat64(start + last, true);
}
