import type { Allowances, Limit } from '../sampling/limit.ts';
import { bucketOf, type TokenBucket } from '../sampling/token-bucket.ts';
import type { SharedBucket } from './shared-bucket.ts';

/**
 * The allowances of one evaluation of one trace, at one moment. Nothing is taken before the evaluation is over, and only
 * if everything that it asked for was held: else the evaluation is void, and `missing` says what to lease before the next.
 */
export class AllowanceDraft implements Allowances {
  /** Tokens that may be in the shared bucket, and are not held. */
  readonly missing = new Map<SharedBucket, number>();
  readonly #nowMs: number;
  readonly #sharedBucket: (bucket: TokenBucket) => SharedBucket;
  readonly #taken = new Map<SharedBucket, number>();

  constructor(nowMs: number, sharedBucket: (bucket: TokenBucket) => SharedBucket) {
    this.#nowMs = nowMs;
    this.#sharedBucket = sharedBucket;
  }

  take(limit: Limit, cost: number): boolean {
    const bucket = bucketOf(limit, this.#nowMs);
    if (cost > bucket.largestCost) return false;
    const shared = this.#sharedBucket(bucket);
    const taken = (this.#taken.get(shared) ?? 0) + cost;
    const lack = taken - shared.held;
    if (lack > 0) {
      if (lack > shared.restAt(this.#nowMs)) return false;
      // Answered as if it were there, so that one evaluation finds out about everything that is missing.
      this.missing.set(shared, lack);
    }
    this.#taken.set(shared, taken);
    return true;
  }

  /** Takes what the evaluation took from what is held. */
  commit(): void {
    for (const [shared, tokens] of this.#taken) shared.held -= tokens;
  }

  /** Undoes {@link commit}. */
  putBack(): void {
    for (const [shared, tokens] of this.#taken) shared.held += tokens;
  }
}
