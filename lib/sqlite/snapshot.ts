import type { DatabaseSync, StatementSync } from 'node:sqlite';

/**
 * Reads that follow each other without a pause see one state of the database: locking it for each statement costs more than
 * the statement. A snapshot ends before anything else happens in this thread, so that nobody can have been told of a write
 * that it does not show: it is as fresh as the thread's knowledge.
 */
export class Snapshot {
  readonly #database: DatabaseSync;
  readonly #begin: StatementSync;
  readonly #end: StatementSync;
  #isOpen = false;
  /** Counts the snapshots. */
  #number = 0;

  constructor(database: DatabaseSync) {
    this.#database = database;
    this.#begin = database.prepare('BEGIN DEFERRED');
    this.#end = database.prepare('COMMIT');
  }

  /** Call it before each read. Returns the number of the snapshot that the read is in. */
  enter(): number {
    if (this.#isOpen) return this.#number;
    this.#begin.run();
    this.#isOpen = true;
    this.#number += 1;
    // Runs after the reads that are queued now, and before the event loop goes on.
    queueMicrotask(() => this.leave());
    return this.#number;
  }

  /** Call it before a transaction that writes. */
  leave(): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    try {
      // After an error of the disk SQLite may have ended it.
      if (this.#database.isTransaction) this.#end.run();
    } catch {
      // Nothing was written. In a microtask nobody could catch it, and the next write begins with a rollback.
    }
  }
}
