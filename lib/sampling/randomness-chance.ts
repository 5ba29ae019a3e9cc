import { type Arc, type Chance, chanceOfArc } from './probability/chance.ts';
import { NEVER } from './probability/threshold.ts';

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
