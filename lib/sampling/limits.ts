/** Limits that all deciders share, and the token buckets that count for them. */
import type { DynamicSampler } from './dynamic/share-table.ts';

/** The state that all traces share. Apart from the trace itself, it is the only input of a policy. */
export interface Allowances {
  /**
   * Takes `cost`, a whole number, from what is left of the limit and returns true, if all of it is available. Otherwise
   * it takes nothing, and the policy must behave as without a budget.
   */
  take(limit: Limit, cost: number): boolean;

  /**
   * Counts the trace for its key, and returns the share of the traces with this key to keep, above 0 and up to 1. Every
   * evaluation of a trace under the same key gets the same answer.
   */
  shareOf(sampler: DynamicSampler, key: string): number;
}

/** A budget that all deciders share: how much may be kept in a period of time. */
export type Limit = RateLimit | SecondLimit;

/**
 * A token bucket, as in golang.org/x/time/rate: it starts full, refills continuously at `perSecond`, and holds at most
 * `burst`.
 */
export interface RateLimit {
  readonly kind: 'rate';
  /** The path of the policy. It is unique, and it stays the same as long as the policy does. */
  readonly key: string;
  readonly perSecond: number;
  /** A trace that costs more than this never passes. */
  readonly burst: number;
}

/** A counter up to `perSecond` that starts again at every second of Unix time. */
export interface SecondLimit {
  readonly kind: 'second';
  /** As for a {@link RateLimit}. */
  readonly key: string;
  readonly perSecond: number;
}

/**
 * Converts a count of the configuration (an int64 there) to a number: at least 0, and at most the largest exact one.
 */
export function countOf(value: bigint): number {
  if (value <= 0n) return 0;
  return value < BigInt(Number.MAX_SAFE_INTEGER) ? Number(value) : Number.MAX_SAFE_INTEGER;
}

/**
 * The counter behind a limit. Its whole state is one whole number, the *level*, so that taking tokens is one
 * conditional addition (GCRA, the virtual scheduling form of a leaky bucket). The level says how much has been taken,
 * in thousandths of a token, on a scale on which `perSecond` thousandths are forgiven each millisecond since the epoch.
 * If the level is missing, or lower than what has been forgiven, the bucket is full.
 *
 * The numbers are bigint, because a rate of gigabytes times the milliseconds since 1970 is no longer exact in a double.
 */
export interface TokenBucket {
  /** Buckets with the same key share their tokens. */
  readonly key: string;
  /** Refill, in tokens. */
  readonly perSecond: number;
  readonly capacity: number;
  /** A trace that costs more than this never passes. */
  readonly largestCost: number;
  /** From this time on, in milliseconds since the epoch, nothing uses the bucket. Undefined: the bucket has no end. */
  readonly endsAtMs?: number;
}

/**
 * The bucket on which a limit draws now. The rate is part of its name, because levels of different rates cannot be
 * compared.
 */
export function bucketOf(limit: Limit, nowMs: number): TokenBucket {
  const { key, perSecond } = limit;
  if (limit.kind === 'rate') {
    const capacity = limit.burst + toleratedShortfall(perSecond);
    return { key: `${key}#rate#${perSecond}`, perSecond, capacity, largestCost: limit.burst };
  }
  const second = Math.floor(nowMs / 1000);
  const endsAtMs = (second + 1) * 1000;
  return { key: `${key}#second#${second}`, perSecond: 0, capacity: perSecond, largestCost: perSecond, endsAtMs };
}

/** x/time/rate counts waits in nanoseconds, so it ignores a shortfall that refills in less than one nanosecond. */
function toleratedShortfall(perSecond: number): number {
  return Math.max(0, Math.ceil(perSecond / 1e9) - 1);
}

/** Whole tokens in the bucket. @param level undefined: nothing was ever taken */
export function tokensIn(bucket: TokenBucket, level: bigint | undefined, nowMs: number): number {
  const owed = (level ?? 0n) - forgiven(bucket, nowMs);
  const thousandths = BigInt(bucket.capacity) * 1000n - (owed > 0n ? owed : 0n);
  return thousandths > 0n ? Number(thousandths / 1000n) : 0;
}

/** The level after `tokens` have been taken. The bucket must have them. */
export function levelAfter(bucket: TokenBucket, level: bigint | undefined, nowMs: number, tokens: number): bigint {
  const full = forgiven(bucket, nowMs);
  return (level === undefined || level < full ? full : level) + thousandthsOf(tokens);
}

/** The level of a bucket that is exactly full: everything that has been forgiven since the epoch. */
export function forgiven({ perSecond }: TokenBucket, nowMs: number): bigint {
  return BigInt(perSecond) * BigInt(Math.floor(nowMs));
}

export function thousandthsOf(tokens: number): bigint {
  return BigInt(tokens) * 1000n;
}
