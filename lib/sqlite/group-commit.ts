import { close, fdatasync, open } from 'node:fs';
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { promisify } from 'node:util';
import { UnavailableError } from '../pipeline/ports.ts';
import type { Snapshot } from './snapshot.ts';
import type { UsageCounter } from './usage.ts';

/** A transaction ends after this long, whatever is left to do: nobody else can write, and this thread does nothing else. */
const TRANSACTION_MS = 4;

export interface GroupCommitDeps {
  readonly database: DatabaseSync;
  /** Of the database file. */
  readonly path: string;
  readonly usage: UsageCounter;
  readonly snapshot: Snapshot;
  /** Milliseconds since any moment. @default performance.now */
  readonly elapsedMs?: () => number;
}

interface Write {
  readonly run: () => void;
  readonly done: () => void;
  readonly fail: (error: unknown) => void;
}

/**
 * Everything that is written to the database goes through here: writes of one turn of the event loop, and those that come
 * while a commit is on its way to the disk, share one transaction and one sync of the log. A promise is fulfilled when what
 * it stands for survives a power cut.
 * ```
 *   write ─┐                                           write ─┐
 *   write ─┼─▶ BEGIN IMMEDIATE … COMMIT ──▶ fdatasync ──▶     ├─▶ BEGIN IMMEDIATE … COMMIT ──▶ …
 *   write ─┘   on this thread, ≤ 4 ms       off it       done │
 *                                                      write ─┘
 * ```
 */
export class GroupCommit {
  readonly #elapsedMs: () => number;
  readonly #database: DatabaseSync;
  readonly #path: string;
  readonly #usage: UsageCounter;
  readonly #snapshot: Snapshot;
  readonly #begin: StatementSync;
  readonly #commit: StatementSync;
  readonly #rollback: StatementSync;
  #waiting: Write[] = [];
  #working: Promise<void> | undefined;
  #logFile: number | undefined;
  /** Why nothing more is written. After a failed sync nobody knows what is on the disk. */
  #broken: Error | undefined;
  readonly counts = { writes: 0, transactions: 0, syncs: 0 };

  constructor({ database, path, usage, snapshot, elapsedMs = () => performance.now() }: GroupCommitDeps) {
    this.#elapsedMs = elapsedMs;
    this.#database = database;
    this.#path = path;
    this.#usage = usage;
    this.#snapshot = snapshot;
    this.#begin = database.prepare('BEGIN IMMEDIATE');
    this.#commit = database.prepare('COMMIT');
    this.#rollback = database.prepare('ROLLBACK');
  }

  /**
   * Runs the statements of one write in a transaction, all or none of them.
   * @param run takes no longer than a few milliseconds, and may run a second time when a write beside it fails
   * @throws {UnavailableError} when the database cannot be written
   */
  write<Result>(run: () => Result): Promise<Result> {
    if (this.#broken !== undefined) return Promise.reject(this.#unavailable(this.#broken));
    return new Promise<Result>((resolve, reject) => {
      let result: Result;
      this.#waiting.push({
        run: () => {
          result = run();
        },
        done: () => resolve(result),
        fail: (error) => reject(isDatabaseError(error) ? this.#unavailable(error) : error),
      });
      this.#working ??= this.#work();
    });
  }

  /** Resolves when everything is written, and nothing more is accepted. */
  async close(): Promise<void> {
    await this.#working;
    this.#broken ??= new Error('it is closed');
    if (this.#logFile !== undefined) await promisify(close)(this.#logFile);
    this.#logFile = undefined;
  }

  async #work(): Promise<void> {
    while (this.#waiting.length > 0) {
      await turnOfEventLoop();
      const written = this.#transaction();
      const failure = written.length === 0 ? undefined : await this.#sync();
      for (const write of written) {
        if (failure === undefined) write.done();
        else write.fail(failure);
      }
    }
    this.#working = undefined;
  }

  /** Writes as many as there is time for. Resolves to those that need a sync; others have failed. */
  #transaction(): readonly Write[] {
    const endMs = this.#elapsedMs() + TRANSACTION_MS;
    const group: Write[] = [];
    this.#snapshot.leave();
    try {
      this.#begin.run();
      do {
        const [write] = this.#waiting.splice(0, 1);
        if (write === undefined) break;
        group.push(write);
        write.run();
      } while (this.#elapsedMs() < endMs);
      this.#usage.write();
      this.#commit.run();
      this.counts.writes += group.length;
      this.counts.transactions += 1;
      return group;
    } catch (error) {
      this.#undo();
      if (group.length > 1) return group.filter((write) => this.#writeAlone(write));
      const failed = group.length === 1 ? group : this.#waiting.splice(0);
      for (const write of failed) write.fail(error);
      return [];
    }
  }

  /** One of a group has failed: the others must not. */
  #writeAlone(write: Write): boolean {
    try {
      this.#begin.run();
      write.run();
      this.#usage.write();
      this.#commit.run();
      this.counts.writes += 1;
      this.counts.transactions += 1;
      return true;
    } catch (error) {
      this.#undo();
      write.fail(error);
      return false;
    }
  }

  #undo(): void {
    this.#usage.forget();
    // It may not have begun, or SQLite has rolled it back itself.
    if (this.#database.isTransaction) this.#rollback.run();
  }

  /** Resolves to what went wrong. */
  async #sync(): Promise<Error | undefined> {
    try {
      // The log exists from the first transaction to the close of the last connection. SQLite locks the database and its -shm file,
      // never the log: opening and closing it here releases none of its locks.
      this.#logFile ??= await promisify(open)(`${this.#path}-wal`, 'r+');
      await promisify(fdatasync)(this.#logFile);
      this.counts.syncs += 1;
      return undefined;
    } catch (error) {
      this.#broken = error instanceof Error ? error : new Error(String(error));
      return this.#unavailable(this.#broken);
    }
  }

  #unavailable(error: Error): UnavailableError {
    return new UnavailableError(`cannot write to ${this.#path}: ${error.message}`, { cause: error });
  }
}

/** Of SQLite; others are mistakes of this program. */
function isDatabaseError(error: unknown): error is Error {
  return error instanceof Error && 'code' in error && error.code === 'ERR_SQLITE_ERROR';
}

function turnOfEventLoop(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
