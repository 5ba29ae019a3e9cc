import { type DynamicSampler, intervalAt } from '../../sampling/dynamic/share-table.ts';
import { type Allowances, bucketOf, type Limit, type TokenBucket } from '../../sampling/limits.ts';
import type { FleetTables } from './fleet-tables.ts';
import type { SharedBucket } from './shared-bucket.ts';

/** One attempt of a decider to evaluate the policies on a trace. */
export interface EvaluationAttempt {
  /** When the first spans of the trace arrived, in milliseconds since the epoch. */
  readonly receivedAtMs: number;
  /** Whether the wake-up of these first spans brought it about: only then is the trace counted. */
  readonly isFirst: boolean;
}

/** What the deciders share, as one of them sees it. */
export interface BudgetTransactionDeps {
  readonly sharedBucket: (bucket: TokenBucket) => SharedBucket;
  readonly tables: FleetTables;
}

/**
 * The allowances of one evaluation of one trace, at one moment:
 * ```
 *   evaluation asks: take(), shareOf() ──┬─ everything it asked for was held ─▶ commit() ─▶ rollback() if the answer is not used
 *                                        └─ something is missing ─▶ the evaluation is void: lease or load it, then begin anew
 * ```
 * Nothing is taken before {@link commit}.
 */
export class BudgetTransaction implements Allowances {
  /** Tokens that may be in the shared bucket, and are not held. */
  readonly missing = new Map<SharedBucket, number>();
  /** Samplers whose table of this interval is not held. */
  readonly missingTables = new Set<DynamicSampler>();
  readonly #attempt: EvaluationAttempt;
  readonly #nowMs: number;
  readonly #deps: BudgetTransactionDeps;
  readonly #taken = new Map<SharedBucket, number>();
  readonly #keys = new Map<DynamicSampler, string>();

  constructor(attempt: EvaluationAttempt, nowMs: number, deps: BudgetTransactionDeps) {
    this.#attempt = attempt;
    this.#nowMs = nowMs;
    this.#deps = deps;
  }

  /** Whether everything that the evaluation asked for was held. */
  get isValid(): boolean {
    return this.missing.size === 0 && this.missingTables.size === 0;
  }

  take(limit: Limit, cost: number): boolean {
    const bucket = bucketOf(limit, this.#nowMs);
    if (cost > bucket.largestCost) return false;
    const shared = this.#deps.sharedBucket(bucket);
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
    const table = this.#deps.tables.held(sampler, intervalAt(sampler, this.#attempt.receivedAtMs));
    if (table === undefined) {
      this.missingTables.add(sampler);
      return sampler.goal;
    }
    this.#keys.set(sampler, table.countedAs(key));
    return table.shareOf(key);
  }

  /** Takes what the evaluation took from what is held, and counts the trace. */
  commit(): void {
    const { isFirst, receivedAtMs } = this.#attempt;
    if (isFirst) {
      for (const [sampler, key] of this.#keys) {
        this.#deps.tables.count(sampler, intervalAt(sampler, receivedAtMs), key);
      }
    }
    for (const [shared, tokens] of this.#taken) shared.held -= tokens;
  }

  /** Puts back the tokens that {@link commit} took. The trace stays counted, because the decider that was first did not count it. */
  rollback(): void {
    for (const [shared, tokens] of this.#taken) shared.held += tokens;
  }
}
