import type { Allowances } from '../../sampling/limits.ts';
import type { TokenBucket } from '../../sampling/token-bucket.ts';
import { AllowanceDraft, type Look } from '../allowance-draft.ts';
import { UnavailableError } from '../errors.ts';
import { Fuse } from '../fuse.ts';
import type { Clock, KeyTables, LimitStore } from '../ports.ts';
import { FleetTables } from './fleet-tables.ts';
import { SharedBucket } from './shared-bucket.ts';

/** An evaluation that has taken what it was allowed. */
export interface Evaluated<Answer> {
  readonly answer: Answer;
  /** The answer is not used after all, because another decider has given one: its share goes back to what is held. */
  putBack(): void;
}

export interface FleetAllowancesDeps {
  readonly limits: LimitStore;
  readonly keyTables: KeyTables;
  readonly clock: Clock;
}

/** Each void evaluation is followed by a lease; others of the batch can take it away only so often. */
const MAX_EVALUATIONS = 50;

/**
 * One decider's share of the limits, and its copy of the tables, that hold for the whole fleet. Evaluations stay synchronous:
 * one that needs tokens or a table that are not held is void, and is done again when they have been leased from the shared
 * bucket, or loaded. So only what policies really ask for is ever leased, and a trace is refused only when held and shared tokens
 * together do not suffice.
 */
export class FleetAllowances {
  readonly #store: LimitStore;
  readonly #clock: Clock;
  readonly #tables: FleetTables;
  readonly #buckets = new Map<string, SharedBucket>();
  readonly #limitsFuse = new Fuse();
  readonly #tablesFuse = new Fuse();

  constructor({ limits, keyTables, clock }: FleetAllowancesDeps) {
    this.#store = limits;
    this.#clock = clock;
    this.#tables = new FleetTables(keyTables);
  }

  /** At the beginning of a batch: what could not be asked before is asked again. */
  startBatch(): void {
    this.#limitsFuse.reset();
    this.#tablesFuse.reset();
  }

  /**
   * What needs a lease or a table after one has failed fails at once, to the end of the batch; what is held still serves.
   * @param evaluate Pure but for the allowances, because it may be called more than once.
   * @throws {UnavailableError} when a limit or a table cannot be asked: what would pass is not known then
   */
  async evaluate<Answer>(evaluate: (allowances: Allowances) => Answer, look: Look): Promise<Evaluated<Answer>> {
    const shared = { sharedBucket: (bucket: TokenBucket) => this.#sharedBucket(bucket), tables: this.#tables };
    for (let count = 0; count < MAX_EVALUATIONS; count++) {
      const nowMs = this.#clock.now();
      const draft = new AllowanceDraft(nowMs, look, shared);
      const answer = evaluate(draft);
      if (draft.isValid) {
        draft.commit();
        return { answer, putBack: () => draft.putBack() };
      }
      await Promise.all([
        ...[...draft.missing].map(([bucket, tokens]) => this.#limitsFuse.ask(() => bucket.lease(tokens, nowMs))),
        ...[...draft.missingTables].map((sampler) =>
          this.#tablesFuse.ask(() => this.#tables.load(sampler, look.receivedAtMs)),
        ),
      ]);
    }
    throw new UnavailableError(`a limit is fought over: ${MAX_EVALUATIONS} leases did not suffice for one trace`);
  }

  /** At the end of a batch: gives everything that is held back to the other deciders, and what was counted. Never throws. */
  async giveBack(): Promise<void> {
    const nowMs = this.#clock.now();
    const alive: SharedBucket[] = [];
    for (const [key, shared] of this.#buckets) {
      if ((shared.bucket.endsAtMs ?? Number.POSITIVE_INFINITY) > nowMs) alive.push(shared);
      else this.#buckets.delete(key);
    }
    await Promise.all([this.#tables.handInCounts(), ...alive.map((shared) => shared.giveBack())]);
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
