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
  /** Resolves when the content of a file is on the disk. @default fdatasync */
  readonly sync?: (file: number) => Promise<void>;
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
  readonly #syncFile: (file: number) => Promise<void>;
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
  /**
   * Why nothing more is written. After a sync that failed nobody knows what is on the disk: the system may have dropped what it
   * could not write, and say nothing at the next sync. When the database is opened by the next process, SQLite checks the sums
   * of the log, and keeps what is whole: all that was answered, as what came after it never was.
   */
  #broken: Error | undefined;
  readonly counts = { writes: 0, transactions: 0, syncs: 0 };

  constructor(deps: GroupCommitDeps) {
    const { database, path, usage, snapshot } = deps;
    this.#elapsedMs = deps.elapsedMs ?? (() => performance.now());
    this.#syncFile = deps.sync ?? promisify(fdatasync);
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

  /**
   * Resolves when everything is written, and nothing more is accepted. Returns whether the log may be moved to the file, as SQLite
   * does when the database is closed: not after a sync that failed.
   */
  async close(): Promise<boolean> {
    await this.#working;
    const isSound = this.#broken === undefined;
    this.#broken ??= new Error('it is closed');
    if (this.#logFile !== undefined) await promisify(close)(this.#logFile);
    this.#logFile = undefined;
    return isSound;
  }

  async #work(): Promise<void> {
    while (this.#waiting.length > 0) {
      await turnOfEventLoop();
      const written = this.#broken === undefined ? this.#transaction() : this.#failAll(this.#broken);
      const failure = written.length === 0 ? undefined : await this.#sync();
      for (const write of written) {
        if (failure === undefined) write.done();
        else write.fail(failure);
      }
    }
    this.#working = undefined;
  }

  #failAll(error: Error): readonly Write[] {
    for (const write of this.#waiting.splice(0)) write.fail(this.#unavailable(error));
    return [];
  }

  /** Writes as many as there is time for. Resolves to those that need a sync; others have failed. */
  #transaction(): readonly Write[] {
    const endMs = this.#elapsedMs() + TRANSACTION_MS;
    const group: Write[] = [];
    try {
      this.#snapshot.leave();
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
    try {
      // It may not have begun, or SQLite has rolled it back itself.
      if (this.#database.isTransaction) this.#rollback.run();
    } catch (error) {
      this.#broken = toError(error);
    }
  }

  /** Resolves to what went wrong. */
  async #sync(): Promise<Error | undefined> {
    try {
      // The log exists from the first transaction to the close of the last connection. SQLite locks the database and its -shm file,
      // never the log: opening and closing it here releases none of its locks.
      this.#logFile ??= await promisify(open)(`${this.#path}-wal`, 'r+');
    } catch (error) {
      // Too many open files, say. The next sync that works is for this transaction, too.
      return this.#unavailable(toError(error));
    }
    try {
      await this.#syncFile(this.#logFile);
      this.counts.syncs += 1;
      return undefined;
    } catch (error) {
      this.#broken = toError(error);
      return this.#unavailable(this.#broken);
    }
  }

  #unavailable(error: Error): UnavailableError {
    const hint =
      error === this.#broken && this.#logFile !== undefined ? '; start Tailgate again once the disk is repaired' : '';
    return new UnavailableError(`cannot write to ${this.#path}: ${error.message}${hint}`, { cause: error });
  }
}

function toError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}

/** Of SQLite; others are mistakes of this program. */
function isDatabaseError(error: unknown): error is Error {
  return error instanceof Error && 'code' in error && error.code === 'ERR_SQLITE_ERROR';
}

function turnOfEventLoop(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
