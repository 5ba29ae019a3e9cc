import { type DynamicSampler, intervalAt } from '../../sampling/dynamic/share-table.ts';
import { type Allowances, bucketOf, type Limit, type TokenBucket } from '../../sampling/limits.ts';
import { type Clock, type KeyTables, type LimitStore, UnavailableError } from '../ports.ts';
import { FleetTables } from './fleet-tables.ts';
import { SharedBucket } from './shared-bucket.ts';

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

/**
 * Asks a store no further once it has failed, until the fuse is reset: each question would take the whole time that there is for
 * another try.
 */
export class Fuse {
  #blown: { readonly error: unknown } | undefined;

  /** @throws whatever the question does, or what blew the fuse */
  async ask<Answer>(question: () => Promise<Answer>): Promise<Answer> {
    if (this.#blown !== undefined) throw this.#blown.error;
    try {
      return await question();
    } catch (error) {
      this.#blown = { error };
      throw error;
    }
  }

  reset(): void {
    this.#blown = undefined;
  }
}

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
