import type { DynamicSampler } from './dynamic/share-table.ts';

/**
 * What counts down for a limit. Its whole state is one whole number, the *level*, so that taking from it is one
 * conditional addition (GCRA, the virtual scheduling of leaky buckets): how much has been taken, in thousandths of a
 * token, on a scale on which `perSecond` thousandths are forgiven each millisecond since the epoch. A level that is
 * lower than what has been forgiven, and none at all, is a full bucket.
 *
 * Whole numbers in bigint: a rate of gigabytes times the milliseconds since 1970 is no longer exact in a double.
 */
export interface TokenBucket {
  /** Buckets with the same key share their tokens. */
  readonly key: string;
  /** Refill, in tokens. */
  readonly perSecond: number;
  readonly capacity: number;
  /** What costs more than this never passes. */
  readonly largestCost: number;
  /** Nobody asks for it from this time on, in milliseconds since the epoch; undefined: it is for ever. */
  readonly endsAtMs?: number;
}

/** The bucket that a limit draws on now. The rate is part of its name: levels of different rates cannot be compared. */
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

/** Whole tokens in the bucket. @param level undefined: nothing was ever taken */
export function tokensIn(bucket: TokenBucket, level: bigint | undefined, nowMs: number): number {
  const owed = (level ?? 0n) - forgiven(bucket, nowMs);
  const thousandths = BigInt(bucket.capacity) * 1000n - (owed > 0n ? owed : 0n);
  return thousandths > 0n ? Number(thousandths / 1000n) : 0;
}

/** The level after `tokens`, which must be there, have been taken. */
export function levelAfter(bucket: TokenBucket, level: bigint | undefined, nowMs: number, tokens: number): bigint {
  const full = forgiven(bucket, nowMs);
  return (level === undefined || level < full ? full : level) + thousandthsOf(tokens);
}

/** The level of a bucket that is just full: what has been forgiven since the epoch. */
export function forgiven({ perSecond }: TokenBucket, nowMs: number): bigint {
  return BigInt(perSecond) * BigInt(Math.floor(nowMs));
}

export function thousandthsOf(tokens: number): bigint {
  return BigInt(tokens) * 1000n;
}

/** x/time/rate counts waits in nanoseconds: a shortfall that is made up in less than one passes. */
function toleratedShortfall(perSecond: number): number {
  return Math.max(0, Math.ceil(perSecond / 1e9) - 1);
}

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
