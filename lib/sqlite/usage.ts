import type { DatabaseSync, StatementSync } from 'node:sqlite';

/** Sums over the tables of the database. */
export interface Usage {
  /** Of packs that a wake-up still needs. They are never evicted. */
  readonly undecidedBytes: number;
  /** Of packs that only serve rescues: the first to go when the disk gets full. */
  readonly decidedBytes: number;
  /** Neither acknowledged nor dead: delayed, visible and in flight. */
  readonly wakeUps: number;
  /** What they name. */
  readonly waitingFragments: number;
}

/** Keeps the sums in one row: a transaction collects its changes, and writes them once before it ends. */
export class UsageCounter {
  readonly #select: StatementSync;
  readonly #update: StatementSync;
  #changes = { undecidedBytes: 0, decidedBytes: 0, wakeUps: 0, waitingFragments: 0 };
  #isChanged = false;

  constructor(database: DatabaseSync) {
    this.#select = database.prepare(
      'SELECT undecided_bytes AS undecidedBytes, decided_bytes AS decidedBytes, wake_ups AS wakeUps, waiting_fragments AS waitingFragments FROM usage',
    );
    this.#update = database.prepare(
      'UPDATE usage SET undecided_bytes = undecided_bytes + ?, decided_bytes = decided_bytes + ?, wake_ups = wake_ups + ?, waiting_fragments = waiting_fragments + ?',
    );
  }

  read(): Usage {
    const row = this.#select.get();
    return {
      undecidedBytes: Number(row?.['undecidedBytes']),
      decidedBytes: Number(row?.['decidedBytes']),
      wakeUps: Number(row?.['wakeUps']),
      waitingFragments: Number(row?.['waitingFragments']),
    };
  }

  add(what: keyof Usage, change: number): void {
    this.#changes[what] += change;
    this.#isChanged = true;
  }

  /** Writes what was added since the last time. Call it in the transaction that made the changes. */
  write(): void {
    if (!this.#isChanged) return;
    const { undecidedBytes, decidedBytes, wakeUps, waitingFragments } = this.#changes;
    this.#update.run(undecidedBytes, decidedBytes, wakeUps, waitingFragments);
    this.forget();
  }

  /** The transaction was rolled back. */
  forget(): void {
    this.#changes = { undecidedBytes: 0, decidedBytes: 0, wakeUps: 0, waitingFragments: 0 };
    this.#isChanged = false;
  }
}
