import type { Hash64 } from '../../otlp/fnv1a-64.ts';
import { NEVER } from './threshold.ts';

const PRIME = (1n << 40n) + 0x1b3n;
/** What a difference between two salted states has become once FNV-1a has taken the 16 bytes of a trace ID on top. */
const FACTOR = BigInt.asUintN(64, PRIME ** 16n);

/**
 * The chance of the FNV-1a hash of a trace ID to be at most `threshold`.
 *
 * @param salted the state of the hash after the salt. States with the same lowest byte stay a fixed distance apart: each
 * further byte changes both in the same way. So their hashes are one source, turned; those of other states are independent.
 */
export function hashChance({ high, low }: Hash64, threshold: bigint): Chance {
  const state = (BigInt(high) << 32n) | BigInt(low);
  return chanceOfArc(`hash ${low & 0xff}`, -state * FACTOR, threshold + 1n);
}

/** The randomness R of a trace, whose 56 bits count as the upper ones of 64. */
const SOURCE = 'R';
const LOWER_BITS = 8n;

/** The chance of R to be at least `threshold`. */
export function randomnessChance(threshold: bigint): Chance {
  return chanceOfArc(SOURCE, threshold << LOWER_BITS, (NEVER - threshold) << LOWER_BITS);
}

/** T, when this is the chance of R >= T and of nothing else. */
export function rejectionThresholdOf({ arcs, isKnown }: Chance): bigint | undefined {
  if (!isKnown || arcs.length === 0 || !arcs.every(isAboveThreshold)) return undefined;
  return arcs.reduce((highest, { start }) => (start > highest ? start : highest), 0n) >> LOWER_BITS;
}

/** Up to the largest value that there is. */
function isAboveThreshold({ source, start, length }: Arc): boolean {
  return source === SOURCE && start + length === NEVER << LOWER_BITS;
}

/** All values of a source of chance. Every source is uniform over 0 … 2^64 - 1, and independent of every other one. */
export const CIRCLE: bigint = 1n << 64n;

/** The values `start`, `start` + 1, … of one source, `length` of them, on a circle: behind the last value comes 0. */
export interface Arc {
  readonly source: string;
  readonly start: bigint;
  /** Fewer than all. */
  readonly length: bigint;
}

/** When a vote comes about, for a trace with given spans: when the values of the sources are in all of these arcs. */
export interface Chance {
  /** Empty: for sure. */
  readonly arcs: readonly Arc[];
  /**
   * False: what a limit says counts too, or something that nobody has asked. Then it comes about at most when the values are
   * in all of the arcs.
   */
  readonly isKnown: boolean;
}

/** A chance, or how to find it out. */
export type FindsChance = Chance | (() => Chance);

const NOWHERE: Arc = { source: '', start: 0n, length: 0n };

export const CERTAIN: Chance = { arcs: [], isKnown: true };
export const IMPOSSIBLE: Chance = { arcs: [NOWHERE], isKnown: true };
export const UNKNOWN: Chance = { arcs: [], isKnown: false };
/** A limit has refused. What it says has nothing to do with the values, so that no other ones would have helped. */
export const REFUSED: Chance = { arcs: [NOWHERE], isKnown: false };

/** The chance of a source to have one of `length` values from `start` on. */
export function chanceOfArc(source: string, start: bigint, length: bigint): Chance {
  if (length <= 0n) return IMPOSSIBLE;
  if (length >= CIRCLE) return CERTAIN;
  return { arcs: [{ source, start: BigInt.asUintN(64, start), length }], isKnown: true };
}

export function chanceOf(finds: FindsChance): Chance {
  return typeof finds === 'function' ? finds() : finds;
}

export function isCertain({ arcs, isKnown }: Chance): boolean {
  return isKnown && arcs.length === 0;
}

export function isImpossible({ arcs }: Chance): boolean {
  return arcs.some(({ length }) => length === 0n);
}

export function bothOf(a: Chance, b: Chance): Chance {
  if (a === CERTAIN) return b;
  if (b === CERTAIN) return a;
  return { arcs: [...a.arcs, ...b.arcs], isKnown: a.isKnown && b.isKnown };
}

export function oppositeOf(chance: Chance): Chance {
  const { arcs, isKnown } = chance;
  const [arc, ...others] = arcs;
  if (arc === undefined) return isKnown ? IMPOSSIBLE : REFUSED;
  if (arc.length === 0n) return isKnown ? CERTAIN : UNKNOWN;
  // What is left of several arcs is not one arc on each source.
  if (others.length > 0 || !isKnown) return UNKNOWN;
  return chanceOfArc(arc.source, arc.start + arc.length, CIRCLE - arc.length);
}
