import type { DynamicSampler } from '../../lib/sampling/dynamic/share-table.ts';
import type { Allowances, Limit } from '../../lib/sampling/limits.ts';
import { bucketOf, levelAfter, tokensIn } from '../../lib/sampling/limits.ts';

/** The allowances of a decider that shares its limits with nobody: those of one Collector. */
export class LocalAllowances implements Allowances {
  readonly #now: () => number;
  /** By the key of the bucket. */
  readonly #buckets = new Map<string, { level: bigint; readonly endsAtMs: number | undefined }>();

  /** @param now milliseconds since the epoch */
  constructor(now: () => number) {
    this.#now = now;
  }

  take(limit: Limit, cost: number): boolean {
    const nowMs = this.#now();
    const bucket = bucketOf(limit, nowMs);
    const stored = this.#buckets.get(bucket.key);
    if (cost > bucket.largestCost || cost > tokensIn(bucket, stored?.level, nowMs)) return false;
    const level = levelAfter(bucket, stored?.level, nowMs, cost);
    if (stored === undefined) {
      this.#forgetEnded(nowMs);
      this.#buckets.set(bucket.key, { level, endsAtMs: bucket.endsAtMs });
    } else {
      stored.level = level;
    }
    return true;
  }

  /** It knows of no other traces: the goal for every key, as in a fleet at its start. */
  shareOf({ goal }: DynamicSampler): number {
    return goal;
  }

  #forgetEnded(nowMs: number): void {
    for (const [key, { endsAtMs }] of this.#buckets) {
      if (endsAtMs !== undefined && endsAtMs <= nowMs) this.#buckets.delete(key);
    }
  }
}
