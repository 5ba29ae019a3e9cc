import type { DynamicSampler } from './dynamic/dynamic-sampler.ts';

/** A budget that all deciders share: so much may be kept in a stretch of time. */
export type Limit = RateLimit | SecondLimit;

/**
 * A token bucket, as in golang.org/x/time/rate: it starts full, refills all the time at `perSecond`, and holds at most
 * `burst`.
 */
export interface RateLimit {
  readonly kind: 'rate';
  /** The path of the policy. No two policies have the same one, and it stays the same as long as the policy does. */
  readonly key: string;
  readonly perSecond: number;
  /** What costs more than this never passes. */
  readonly burst: number;
}

/** A counter that starts again at every second of Unix time, and goes up to `perSecond`. */
export interface SecondLimit {
  readonly kind: 'second';
  /** As that of a {@link RateLimit}. */
  readonly key: string;
  readonly perSecond: number;
}

/**
 * What policies may keep by what is known of all traces together. Asking it is the one thing that a policy does besides looking
 * at the trace.
 */
export interface Allowances {
  /**
   * Takes `cost`, a whole number, out of what is left of the limit, if all of it is there: true then. Else it takes
   * nothing, and the policy has to answer as when there is no budget.
   */
  take(limit: Limit, cost: number): boolean;

  /**
   * The share to keep of the traces with this key, over 0 up to 1, and counts the trace for the key. Every look at a trace
   * under the same key gets the same answer.
   */
  shareOf(sampler: DynamicSampler, key: string): number;
}

/** A count of the configuration (int64 there) as a number: not below 0, and not above what is exact. */
export function countOf(value: bigint): number {
  if (value <= 0n) return 0;
  return value < BigInt(Number.MAX_SAFE_INTEGER) ? Number(value) : Number.MAX_SAFE_INTEGER;
}
