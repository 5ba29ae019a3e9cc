/**
 * Which attributes occur in an object: a Bloom filter over (scope, key, value as text). It answers "no" for sure, so that a
 * search for one order among a hundred thousand traces unpacks a handful of objects; and "perhaps" else.
 */

/** With 14 bits and 6 probes for each entry, one in 500 answers of "perhaps" is wrong. */
const BITS_PER_ENTRY = 14;
const PROBES = 6;

const FNV_OFFSET = 0x811c9dc5;
const FNV_PRIME = 0x01000193;

export type AttributeScope = 'span' | 'resource';

/** Longer values are told apart by this many characters and their length. */
const HASHED_LENGTH = 256;

/** The start of the hashes of a key's values. */
export function hashOfKey(scope: AttributeScope, key: string): number {
  return mix(mix(FNV_OFFSET, scope), key);
}

/** @param ofKey from {@link hashOfKey} */
export function hashOfValue(ofKey: number, value: string): number {
  return mix(ofKey, value);
}

/** FNV-1a over UTF-16 units, and over the length, so that what follows cannot be taken for a part. */
function mix(start: number, text: string): number {
  let hash = start;
  const length = Math.min(text.length, HASHED_LENGTH);
  for (let at = 0; at < length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), FNV_PRIME);
  return Math.imul(hash ^ text.length ^ 0x10000, FNV_PRIME);
}

/** Spreads the bits: FNV leaves the high ones of similar texts alike. */
function scramble(hash: number): number {
  const a = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  const b = Math.imul(a ^ (a >>> 13), 0xc2b2ae35);
  return (b ^ (b >>> 16)) >>> 0;
}

/** @param hashes different ones */
export function createAttributeFilter(hashes: ReadonlySet<number>): Uint32Array {
  const words = new Uint32Array(Math.max(1, Math.ceil((hashes.size * BITS_PER_ENTRY) / 32)));
  const bits = words.length * 32;
  for (const hash of hashes) {
    const step = stepOf(hash);
    let at = scramble(hash);
    for (let probe = 0; probe < PROBES; probe++, at = (at + step) >>> 0) {
      const bit = at % bits;
      words[bit >>> 5] = (words[bit >>> 5] as number) | (1 << (bit & 31));
    }
  }
  return words;
}

/** False: no attribute in the object has this hash. */
export function mayContain(words: Uint32Array, hash: number): boolean {
  const bits = words.length * 32;
  const step = stepOf(hash);
  let at = scramble(hash);
  for (let probe = 0; probe < PROBES; probe++, at = (at + step) >>> 0) {
    const bit = at % bits;
    if (((words[bit >>> 5] as number) & (1 << (bit & 31))) === 0) return false;
  }
  return true;
}

function stepOf(hash: number): number {
  return (scramble(~hash) | 1) >>> 0;
}
