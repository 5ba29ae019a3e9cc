import { encodeFilter } from './segment-filters.ts';

/**
 * Which packs have something of a trace, for the traces of a range of packs. A segment is written once and never changes:
 *
 * - its **entries**, three numbers for each fragment (hash of the trace, pack, tag of the fragment's hash), are divided into
 *   parts by the first bits of the hash. Looking up a trace reads one part;
 * - its **filter** is in memory, so that a new trace costs no read, however many segments there are (`segment-filters.ts`).
 *
 * The hash has 32 bits, so that rarely a pack is named that has nothing of the trace: its directory shows it.
 */
export interface EncodedSegment {
  readonly partBits: number;
  /** By the first {@link partBits} bits of the hash. 32-bit numbers: hash, pack, tag, hash, pack, tag… */
  readonly parts: readonly Uint32Array[];
  readonly filter: Uint32Array;
}

const ENTRIES_PER_PART = 256;

/** Where a fragment is: the pack, and 16 bits of its hash (`tagOfHash`), in one number. */
export type FragmentPlace = number;

const TAGS = 0x10000;

export function placeOf(pack: number, tag: number): FragmentPlace {
  return pack * TAGS + tag;
}

export function packOf(place: FragmentPlace): number {
  return Math.floor(place / TAGS);
}

export function tagAt(place: FragmentPlace): number {
  return place - packOf(place) * TAGS;
}

/** @param traces the fragments of each trace, by its key */
export function encodeSegment(
  traces: ReadonlyMap<string, FragmentPlace | readonly FragmentPlace[]>,
  entryCount: number,
): EncodedSegment {
  const partBits = Math.max(0, Math.ceil(Math.log2(entryCount / ENTRIES_PER_PART)));
  const parts = Array.from({ length: 2 ** partBits }, (): number[] => []);
  const hashes: number[] = [];
  for (const [key, places] of traces) {
    const hash = hashTrace(key);
    hashes.push(hash);
    const part = parts[partOf(hash, partBits)];
    if (typeof places === 'number') part?.push(hash, packOf(places), tagAt(places));
    else for (const place of places) part?.push(hash, packOf(place), tagAt(place));
  }
  return { partBits, parts: parts.map((part) => Uint32Array.from(part)), filter: encodeFilter(hashes) };
}

/** The part that has the entries of the hash. */
export function partOf(hash: number, partBits: number): number {
  return partBits === 0 ? 0 : hash >>> (32 - partBits);
}

/** Adds the fragments of the traces with this hash to `found`. */
export function findInPart(part: Uint32Array, hash: number, found: FragmentPlace[]): void {
  for (let at = 0; at < part.length; at += 3) {
    if (part[at] === hash) found.push(placeOf(part[at + 1] ?? 0, part[at + 2] ?? 0));
  }
}

/** FNV-1a, and the end of MurmurHash3, which spreads trace IDs that differ in few bits. Unsigned. */
export function hashTrace(key: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < key.length; i += 1) hash = Math.imul(hash ^ key.charCodeAt(i), 0x01000193);
  return mix(hash) >>> 0;
}

function mix(hash: number): number {
  let mixed = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return mixed ^ (mixed >>> 16);
}
