import type { Allowances, TokenBucket } from '../../sampling/limits.ts';
import { type Clock, type KeyTables, type LimitStore, UnavailableError } from '../ports.ts';
import { BudgetTransaction, type EvaluationAttempt } from './budget-transaction.ts';
import { FleetTables } from './fleet-tables.ts';
import { SharedBucket } from './shared-bucket.ts';

/**
 * Circuit breaker: fails fast after the first failure until it is reset, because each call of a store that is down would use
 * up the time for its retries.
 */
class CircuitBreaker {
  #open: { readonly error: unknown } | undefined;

  /** @throws what the call throws, or what opened the circuit */
  async call<Answer>(operation: () => Promise<Answer>): Promise<Answer> {
    if (this.#open !== undefined) throw this.#open.error;
    try {
      return await operation();
    } catch (error) {
      this.#open = { error };
      throw error;
    }
  }

  reset(): void {
    this.#open = undefined;
  }
}

/** An evaluation that has taken what it was allowed. */
export interface Evaluated<Answer> {
  readonly answer: Answer;
  /** Committed. To be rolled back if the answer is not used after all, because another decider has given one. */
  readonly budget: BudgetTransaction;
}

export interface FleetAllowancesDeps {
  readonly limits: LimitStore;
  readonly keyTables: KeyTables;
  readonly clock: Clock;
}

/** Each void evaluation is followed by a lease, and other traces of the batch can take the leased tokens first. */
const MAX_EVALUATIONS = 50;

/**
 * One decider's share of the limits, and its copy of the tables, that hold for the whole fleet. Evaluations stay synchronous:
 * one that needs tokens or a table that are not held is void, and is repeated when they have been leased from the shared
 * bucket, or loaded. So only what policies really ask for is ever leased, and a trace is refused only when held and shared
 * tokens together do not suffice.
 */
export class FleetAllowances {
  readonly #deps: FleetAllowancesDeps;
  readonly #tables: FleetTables;
  readonly #buckets = new Map<string, SharedBucket>();
  readonly #limitCalls = new CircuitBreaker();
  readonly #tableCalls = new CircuitBreaker();

  constructor(deps: FleetAllowancesDeps) {
    this.#deps = deps;
    this.#tables = new FleetTables(deps);
  }

  /** At the beginning of a batch: stores that failed during the last one are called again. */
  startBatch(): void {
    this.#limitCalls.reset();
    this.#tableCalls.reset();
  }

  /**
   * Evaluates with what the fleet allows. Once a lease or a table has failed, every evaluation that needs another one fails at
   * once, until the end of the batch; what is held still serves.
   * @param evaluate pure but for the allowances, because it may be called more than once
   * @throws {UnavailableError} when a limit or a table cannot be reached: what would pass is not known then
   */
  async evaluate<Answer>(
    evaluate: (allowances: Allowances) => Answer,
    attempt: EvaluationAttempt,
  ): Promise<Evaluated<Answer>> {
    const shared = { sharedBucket: (bucket: TokenBucket) => this.#sharedBucket(bucket), tables: this.#tables };
    for (let count = 0; count < MAX_EVALUATIONS; count++) {
      const nowMs = this.#deps.clock.now();
      const budget = new BudgetTransaction(attempt, nowMs, shared);
      const answer = evaluate(budget);
      if (budget.isValid) {
        budget.commit();
        return { answer, budget };
      }
      await Promise.all([
        ...[...budget.missing].map(([bucket, tokens]) => this.#limitCalls.call(() => bucket.lease(tokens, nowMs))),
        ...[...budget.missingTables].map((sampler) =>
          this.#tableCalls.call(() => this.#tables.load(sampler, attempt.receivedAtMs)),
        ),
      ]);
    }
    throw new UnavailableError(
      `a limit is contended: one trace did not get its tokens in ${MAX_EVALUATIONS} leases; it will be tried again later`,
    );
  }

  /** At the end of a batch: returns all held tokens to the other deciders, and reports what was counted. Never throws. */
  async releaseAll(): Promise<void> {
    const nowMs = this.#deps.clock.now();
    const alive: SharedBucket[] = [];
    for (const [key, shared] of this.#buckets) {
      if ((shared.bucket.endsAtMs ?? Number.POSITIVE_INFINITY) > nowMs) alive.push(shared);
      else this.#buckets.delete(key);
    }
    await Promise.all([this.#tables.reportCounts(), ...alive.map((shared) => shared.release())]);
  }

  #sharedBucket(bucket: TokenBucket): SharedBucket {
    let shared = this.#buckets.get(bucket.key);
    if (shared === undefined) {
      shared = new SharedBucket(bucket, this.#deps);
      this.#buckets.set(bucket.key, shared);
    }
    return shared;
  }
}
