import type { Hash64 } from '../otlp/fnv1a-64.ts';
import { type Chance, chanceOfArc } from './probability/chance.ts';

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
