/**
 * The probability of a vote, kept as the outcomes for which it comes about, so that probabilities of policies that
 * share a source of randomness can be combined exactly ({@link keptProbability} computes the number).
 *
 * A *source* is a value that is uniform over {@link SAMPLE_SPACE} and independent of every other source: the randomness
 * R of the trace (https://opentelemetry.io/docs/specs/otel/trace/tracestate-probability-sampling/), or the FNV-1a hash
 * of its ID with a salt.
 */
import { NEVER } from './threshold.ts';

/** The number of values of a source: 0 to 2^64 - 1. */
export const SAMPLE_SPACE: bigint = 1n << 64n;

/** The values `start`, `start` + 1, … of a source, `length` of them; 0 follows the last value of the sample space. */
export interface Interval {
  readonly source: string;
  readonly start: bigint;
  /** Less than {@link SAMPLE_SPACE}; 0 when no value makes the vote come about. */
  readonly length: bigint;
}

/** When a vote comes about, for traces with the same spans: the values of the sources are in all of the intervals. */
export interface Probability {
  /** Empty: whatever the values are. */
  readonly intervals: readonly Interval[];
  /**
   * False when something else decides, too: the state of a limit, or a policy that has not been evaluated. The
   * intervals are then only an upper bound.
   */
  readonly isKnown: boolean;
}

/** A probability, or the function that finds it out. */
export type LazyProbability = Probability | (() => Probability);

export function probabilityOf(lazy: LazyProbability): Probability {
  return typeof lazy === 'function' ? lazy() : lazy;
}

const EMPTY: Interval = { source: '', start: 0n, length: 0n };
export const CERTAIN: Probability = { intervals: [], isKnown: true };
export const IMPOSSIBLE: Probability = { intervals: [EMPTY], isKnown: true };
export const UNKNOWN: Probability = { intervals: [], isKnown: false };

/** A limit has refused the trace. That does not depend on any source: no other values would have passed. */
export const REFUSED: Probability = { intervals: [EMPTY], isKnown: false };

/** The probability that a source has one of the `length` values from `start` on. */
export function intervalProbability(source: string, start: bigint, length: bigint): Probability {
  if (length <= 0n) return IMPOSSIBLE;
  if (length >= SAMPLE_SPACE) return CERTAIN;
  return { intervals: [{ source, start: BigInt.asUintN(64, start), length }], isKnown: true };
}

export function isCertain({ intervals, isKnown }: Probability): boolean {
  return isKnown && intervals.length === 0;
}

export function isImpossible({ intervals }: Probability): boolean {
  return intervals.some(({ length }) => length === 0n);
}

/** The probability that both come about. */
export function bothOf(a: Probability, b: Probability): Probability {
  if (a === CERTAIN) return b;
  if (b === CERTAIN) return a;
  return { intervals: [...a.intervals, ...b.intervals], isKnown: a.isKnown && b.isKnown };
}

/**
 * The probability that it does not come about. Unknown for several intervals: their complement is not one per source.
 */
export function oppositeOf(probability: Probability): Probability {
  const { intervals, isKnown } = probability;
  const [interval, ...others] = intervals;
  if (interval === undefined) return isKnown ? IMPOSSIBLE : REFUSED;
  if (interval.length === 0n) return isKnown ? CERTAIN : UNKNOWN;
  if (others.length > 0 || !isKnown) return UNKNOWN;
  return intervalProbability(interval.source, interval.start + interval.length, SAMPLE_SPACE - interval.length);
}

/** The randomness R of a trace. Its 56 bits are the upper bits of a value of the sample space. */
const RANDOMNESS = 'R';
const LOWER_BITS = 8n;

/** The probability of R >= `threshold`, a rejection threshold of 56 bits. */
export function randomnessProbability(threshold: bigint): Probability {
  return intervalProbability(RANDOMNESS, threshold << LOWER_BITS, (NEVER - threshold) << LOWER_BITS);
}

/** T when the probability is that of R >= T and of nothing else; otherwise undefined. */
export function rejectionThresholdOf({ intervals, isKnown }: Probability): bigint | undefined {
  if (!isKnown || intervals.length === 0 || !intervals.every(isAboveThreshold)) return undefined;
  return intervals.reduce((highest, { start }) => (start > highest ? start : highest), 0n) >> LOWER_BITS;
}

/** Whether the interval reaches up to the largest R. */
function isAboveThreshold({ source, start, length }: Interval): boolean {
  return source === RANDOMNESS && start + length === NEVER << LOWER_BITS;
}
