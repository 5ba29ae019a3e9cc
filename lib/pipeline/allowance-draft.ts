import { type DynamicSampler, intervalAt } from '../sampling/dynamic/dynamic-sampler.ts';
import type { Allowances, Limit } from '../sampling/limits.ts';
import { bucketOf, type TokenBucket } from '../sampling/token-bucket.ts';
import type { FleetTables } from './allowances/fleet-tables.ts';
import type { SharedBucket } from './allowances/shared-bucket.ts';

/** One look of a decider at a trace. */
export interface Look {
  /** When the first spans of the trace arrived, in milliseconds since the epoch. */
  readonly receivedAtMs: number;
  /** Whether the wake-up of these first spans brought it about: only then the trace is counted. */
  readonly isFirst: boolean;
}

/** What the deciders share, as one of them sees it. */
export interface SharedState {
  readonly sharedBucket: (bucket: TokenBucket) => SharedBucket;
  readonly tables: FleetTables;
}

/**
 * The allowances of one evaluation of one trace, at one moment. Nothing is taken before the evaluation is over, and only
 * if everything that it asked for was held: else the evaluation is void, and `missing` says what to lease before the next.
 */
export class AllowanceDraft implements Allowances {
  /** Tokens that may be in the shared bucket, and are not held. */
  readonly missing = new Map<SharedBucket, number>();
  /** Samplers whose table of this interval is not held. */
  readonly missingTables = new Set<DynamicSampler>();
  readonly #nowMs: number;
  readonly #look: Look;
  readonly #shared: SharedState;
  readonly #taken = new Map<SharedBucket, number>();
  readonly #keys = new Map<DynamicSampler, string>();

  constructor(nowMs: number, look: Look, shared: SharedState) {
    this.#nowMs = nowMs;
    this.#look = look;
    this.#shared = shared;
  }

  /** Nothing that the evaluation asked for was missing. */
  get isValid(): boolean {
    return this.missing.size === 0 && this.missingTables.size === 0;
  }

  take(limit: Limit, cost: number): boolean {
    const bucket = bucketOf(limit, this.#nowMs);
    if (cost > bucket.largestCost) return false;
    const shared = this.#shared.sharedBucket(bucket);
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

  shareOf(sampler: DynamicSampler, key: string): number {
    const table = this.#shared.tables.held(sampler, intervalAt(sampler, this.#look.receivedAtMs));
    if (table === undefined) {
      this.missingTables.add(sampler);
      return sampler.goal;
    }
    this.#keys.set(sampler, table.countedAs(key));
    return table.shareOf(key);
  }

  /** Takes what the evaluation took from what is held, and counts the trace. */
  commit(): void {
    if (this.#look.isFirst) {
      for (const [sampler, key] of this.#keys) {
        this.#shared.tables.count(sampler, intervalAt(sampler, this.#look.receivedAtMs), key);
      }
    }
    for (const [shared, tokens] of this.#taken) shared.held -= tokens;
  }

  /** Gives back what {@link commit} took. The trace is counted all the same: whoever has decided did not count it. */
  putBack(): void {
    for (const [shared, tokens] of this.#taken) shared.held += tokens;
  }
}
