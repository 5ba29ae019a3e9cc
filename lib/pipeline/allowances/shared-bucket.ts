import { type TokenBucket, thousandthsOf, tokensIn } from '../../sampling/limits.ts';
import type { LimitStore } from '../ports.ts';

/** A lease is a tenth of a second's worth of tokens, unless one trace needs more … */
const LEASES_PER_SECOND = 10;
/** … or that is more than this fraction (1/8) of what seems to be left: other deciders need some too. */
const PART_OF_REST = 8;
/** After a refusal the refill is assumed in steps of this length: otherwise every single token would be asked for at once. */
const REFILL_STEP_MS = 100;

export interface SharedBucketDeps {
  readonly limits: LimitStore;
}

/** One decider's side of a bucket that all of them share: what it has leased, and what it last saw of the rest. */
export class SharedBucket {
  readonly bucket: TokenBucket;
  /** Tokens that are leased and not used. */
  held = 0;
  readonly #deps: SharedBucketDeps;
  #seen: { readonly level: bigint | undefined; readonly atMs: number } | undefined;
  #leasing: Promise<void> | undefined;
  /** Tokens needed by the evaluations that wait for the lease that is under way. */
  #waitingFor = 0;

  constructor(bucket: TokenBucket, deps: SharedBucketDeps) {
    this.bucket = bucket;
    this.#deps = deps;
  }

  /** How many tokens the shared bucket has, as far as this decider knows; others may have taken some since. */
  restAt(nowMs: number): number {
    if (this.#seen === undefined) return this.bucket.capacity;
    const { level, atMs } = this.#seen;
    const refillMs = Math.max(0, Math.floor((nowMs - atMs) / REFILL_STEP_MS)) * REFILL_STEP_MS;
    return tokensIn(this.bucket, level, atMs + refillMs);
  }

  /**
   * Leases `needed` tokens, or some more, if they are there. One lease is under way at a time: a call during it waits for it,
   * and its evaluation has to be repeated; the next lease is then for all that waited.
   * @throws {UnavailableError}
   */
  lease(needed: number, nowMs: number): Promise<void> {
    if (this.#leasing !== undefined) {
      this.#waitingFor += needed;
      return this.#leasing;
    }
    this.#leasing = this.#lease(needed, nowMs).finally(() => {
      this.#leasing = undefined;
    });
    return this.#leasing;
  }

  async #lease(needed: number, nowMs: number): Promise<void> {
    const { perSecond, capacity } = this.bucket;
    const block = Math.ceil((perSecond || capacity) / LEASES_PER_SECOND);
    const rest = this.restAt(nowMs);
    const spare = Math.min(block, Math.floor(rest / PART_OF_REST));
    const wanted = Math.max(needed, spare, Math.min(this.#waitingFor, rest));
    this.#waitingFor = 0;
    const { granted, level } = await this.#deps.limits.lease(this.bucket, nowMs, needed, wanted);
    this.held += granted;
    this.#seen = { level, atMs: nowMs };
  }

  /** Returns what is held to the shared bucket. What fails to arrive is lost to all deciders: fewer traces are kept, never more. */
  async release(): Promise<void> {
    const tokens = this.held;
    if (tokens === 0) return;
    this.held = 0;
    try {
      await this.#deps.limits.release(this.bucket, tokens);
      if (this.#seen?.level !== undefined) {
        this.#seen = { ...this.#seen, level: this.#seen.level - thousandthsOf(tokens) };
      }
    } catch {
      // A second try could return the tokens twice, and no caller depends on it.
    }
  }
}
