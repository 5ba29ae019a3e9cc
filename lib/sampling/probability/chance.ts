import type { Hash64 } from '../../otlp/fnv1a-64.ts';
import { NEVER } from './threshold.ts';

const PRIME = (1n << 40n) + 0x1b3n;
/**
 * The factor by which FNV-1a multiplies the difference between two salted states while it hashes the 16 bytes of a
 * trace ID.
 */
const FACTOR = BigInt.asUintN(64, PRIME ** 16n);

/**
 * The probability that the FNV-1a hash of a trace ID is at most `threshold`.
 *
 * @param salted the state of the hash after the salt. States with the same lowest byte keep a fixed distance: each
 * further byte changes both in the same way. Their hashes therefore are one source, rotated; hashes of other states are
 * independent.
 */
export function hashChance({ high, low }: Hash64, threshold: bigint): Chance {
  const state = (BigInt(high) << 32n) | BigInt(low);
  return chanceOfArc(`hash ${low & 0xff}`, -state * FACTOR, threshold + 1n);
}

/** The randomness R of a trace. Its 56 bits count as the upper ones of 64. */
const SOURCE = 'R';
const LOWER_BITS = 8n;

/** The probability that R is at least `threshold`. */
export function randomnessChance(threshold: bigint): Chance {
  return chanceOfArc(SOURCE, threshold << LOWER_BITS, (NEVER - threshold) << LOWER_BITS);
}

/** Returns T if this is the probability of R >= T and of nothing else. */
export function rejectionThresholdOf({ arcs, isKnown }: Chance): bigint | undefined {
  if (!isKnown || arcs.length === 0 || !arcs.every(isAboveThreshold)) return undefined;
  return arcs.reduce((highest, { start }) => (start > highest ? start : highest), 0n) >> LOWER_BITS;
}

/** Whether the arc extends to the largest value. */
function isAboveThreshold({ source, start, length }: Arc): boolean {
  return source === SOURCE && start + length === NEVER << LOWER_BITS;
}

/**
 * The number of values of a random source. Every source is uniform over 0 … 2^64 - 1, and independent of every other
 * one.
 */
export const CIRCLE: bigint = 1n << 64n;

/**
 * `length` consecutive values of one source, from `start` on. The values form a circle: 0 follows the largest value.
 */
export interface Arc {
  readonly source: string;
  readonly start: bigint;
  /** Less than {@link CIRCLE}. */
  readonly length: bigint;
}

/** The event that a vote occurs for a trace with given spans: the values of the sources lie in all of these arcs. */
export interface Chance {
  /** Empty: the vote is certain. */
  readonly arcs: readonly Arc[];
  /**
   * False if a limit, or something that nobody has evaluated, influences the vote too. The event then occurs at most
   * when the values lie in all of the arcs.
   */
  readonly isKnown: boolean;
}

/** A chance, or a function that computes it. */
export type FindsChance = Chance | (() => Chance);

const NOWHERE: Arc = { source: '', start: 0n, length: 0n };

export const CERTAIN: Chance = { arcs: [], isKnown: true };
export const IMPOSSIBLE: Chance = { arcs: [NOWHERE], isKnown: true };
export const UNKNOWN: Chance = { arcs: [], isKnown: false };
/** A limit has refused. Its answer does not depend on the values, so no other values would have helped. */
export const REFUSED: Chance = { arcs: [NOWHERE], isKnown: false };

/** The probability that a source has one of `length` values from `start` on. */
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
  // The complement of several arcs is not one arc per source.
  if (others.length > 0 || !isKnown) return UNKNOWN;
  return chanceOfArc(arc.source, arc.start + arc.length, CIRCLE - arc.length);
}
