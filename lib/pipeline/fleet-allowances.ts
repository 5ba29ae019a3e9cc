import type { Allowances } from '../sampling/limit.ts';
import type { TokenBucket } from '../sampling/token-bucket.ts';
import { AllowanceDraft } from './allowance-draft.ts';
import { UnavailableError } from './errors.ts';
import type { Clock, LimitStore } from './ports.ts';
import { SharedBucket } from './shared-bucket.ts';

/** An evaluation that has taken what it was allowed. */
export interface Evaluated<Answer> {
  readonly answer: Answer;
  /** The answer is not used after all, because another decider has given one: its share goes back to what is held. */
  putBack(): void;
}

/** Each void evaluation is followed by a lease; others of the batch can take it away only so often. */
const MAX_EVALUATIONS = 50;

/**
 * One decider's share of the limits that hold for the whole fleet. Evaluations stay synchronous: one that needs tokens that
 * are not held is void, and is done again when they have been leased from the shared bucket. So only what policies
 * really ask for is ever leased, and a trace is refused only when held and shared tokens together do not suffice.
 */
export class FleetAllowances {
  readonly #store: LimitStore;
  readonly #clock: Clock;
  readonly #buckets = new Map<string, SharedBucket>();

  constructor(store: LimitStore, clock: Clock) {
    this.#store = store;
    this.#clock = clock;
  }

  /**
   * @param evaluate Pure but for the allowances, because it may be called more than once.
   * @throws {UnavailableError} when a limit cannot be asked: what would pass is not known then
   */
  async evaluate<Answer>(evaluate: (allowances: Allowances) => Answer): Promise<Evaluated<Answer>> {
    for (let count = 0; count < MAX_EVALUATIONS; count++) {
      const nowMs = this.#clock.now();
      const draft = new AllowanceDraft(nowMs, (bucket) => this.#sharedBucket(bucket));
      const answer = evaluate(draft);
      if (draft.missing.size === 0) {
        draft.commit();
        return { answer, putBack: () => draft.putBack() };
      }
      await Promise.all([...draft.missing].map(([shared, tokens]) => shared.lease(tokens, nowMs)));
    }
    throw new UnavailableError(`a limit is fought over: ${MAX_EVALUATIONS} leases did not suffice for one trace`);
  }

  /** At the end of a batch: gives everything that is held back to the other deciders. Never throws. */
  async giveBack(): Promise<void> {
    const nowMs = this.#clock.now();
    const alive: SharedBucket[] = [];
    for (const [key, shared] of this.#buckets) {
      if ((shared.bucket.endsAtMs ?? Number.POSITIVE_INFINITY) > nowMs) alive.push(shared);
      else this.#buckets.delete(key);
    }
    await Promise.all(alive.map((shared) => shared.giveBack()));
  }

  #sharedBucket(bucket: TokenBucket): SharedBucket {
    let shared = this.#buckets.get(bucket.key);
    if (shared === undefined) {
      shared = new SharedBucket(bucket, this.#store);
      this.#buckets.set(bucket.key, shared);
    }
    return shared;
  }
}
