import { cpSync, existsSync, fstatSync, readFileSync, readSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { GroupCommitDeps } from '../../lib/sqlite/group-commit.ts';
import type { Random } from '../../lib/traffic/random.ts';

export const DATABASE_FILE = 'tailgate.db';
const LOG_FILE = `${DATABASE_FILE}-wal`;
/** It is in memory: gone with the machine. */
const SHARED_MEMORY_FILE = `${DATABASE_FILE}-shm`;

/** The header of the log has a salt that changes when the log begins anew. https://sqlite.org/fileformat.html#walformat */
const LOG_HEADER_BYTES = 32;
/** What a disk writes as a whole, or not at all. */
const BLOCK_BYTES = 4096;

/** How far a log has been synced. */
interface Synced {
  readonly header: string;
  readonly bytes: number;
}

const NOTHING: Synced = { header: '', bytes: 0 };

/**
 * The disk of a machine: what was written to the log of its database is lost with the power, all of it or some blocks, unless a sync
 * has ended that began after it was written. The files are real, on a disk in memory.
 * ```
 *   COMMIT ──▶ others may read it ──▶ sync begins ── time passes ──▶ sync ends ──▶ the write is answered
 *              └────────────── a loss of power here loses it ──────┘
 * ```
 */
export class SimulatedDisk {
  readonly #folder: string;
  readonly #onSync: () => void;
  readonly #databaseBefore: string;
  #synced: Synced;
  /** The sync under way. */
  #sync: { readonly upTo: Synced; readonly end: () => void } | undefined;
  /** What waits for it. */
  #write: Promise<unknown> = Promise.resolve();
  /** Resolved when the next sync begins. */
  #begun = Promise.withResolvers<void>();
  /** The same of the write that has just begun. */
  #next = this.#begun.promise;
  /** Syncs end as soon as they begin. */
  isImmediate = false;

  /** @param onSync a sync begins: {@link finish} has to be called some time later */
  constructor(folder: string, onSync: () => void, synced = NOTHING) {
    this.#folder = folder;
    this.#onSync = onSync;
    this.#synced = synced;
    this.#databaseBefore = this.#stateOfDatabase();
  }

  /** For the database. Time that passes while it writes is not simulated. */
  readonly deps: Pick<GroupCommitDeps, 'sync' | 'elapsedMs'> = {
    elapsedMs: () => 0,
    sync: async (file) => {
      const upTo = syncedUpTo(file);
      if (!this.isImmediate) {
        const { promise, resolve } = Promise.withResolvers<void>();
        this.#sync = { upTo, end: resolve };
        this.#begun.resolve();
        this.#onSync();
        await promise;
      } else this.#synced = upTo;
    },
  };

  /** Begins a write, when those before it have ended. */
  write<Answer>(work: () => Promise<Answer>): Promise<Answer> {
    const begun = Promise.withResolvers<void>();
    this.#next = begun.promise;
    return this.finish().then(() => {
      this.#begun = begun;
      return work();
    });
  }

  /** Resolves when the write that has just begun waits for its sync, or has ended. */
  untilSync(write: Promise<unknown>): Promise<unknown> {
    this.#write = write;
    return Promise.race([write, this.#next]);
  }

  /** The sync under way ends well, if there is one, and with it the write. */
  finish(): Promise<void> {
    return this.#end((upTo) => {
      this.#synced = upTo;
    });
  }

  /** The same of a machine that is gone: nobody gets the answer. */
  abandon(): Promise<void> {
    return this.#end(() => undefined);
  }

  async #end(onEnd: (upTo: Synced) => void): Promise<void> {
    const write = this.#write;
    for (let sync = this.#sync; sync !== undefined; sync = this.#sync) {
      this.#sync = undefined;
      onEnd(sync.upTo);
      const begun = Promise.withResolvers<void>();
      this.#begun = begun;
      sync.end();
      // A write of several packs has several syncs.
      await Promise.race([write, begun.promise]);
    }
  }

  /** Copies the files as they are when the machine starts again. Returns their disk. */
  restart(folder: string, onSync: () => void, hasPower: boolean, random: Random): SimulatedDisk {
    cpSync(this.#folder, folder, { recursive: true });
    if (!hasPower) {
      rmSync(join(folder, SHARED_MEMORY_FILE), { force: true });
      // Before SQLite moves the log to the file it syncs it itself.
      if (this.#stateOfDatabase() === this.#databaseBefore) this.#tear(join(folder, LOG_FILE), random);
    }
    return new SimulatedDisk(folder, onSync, this.#synced);
  }

  #tear(log: string, random: Random): void {
    if (!existsSync(log)) return;
    const bytes = readFileSync(log);
    const isSame = headerOf(bytes) === this.#synced.header;
    // The header of a log that begins anew is synced before its first entry.
    const safeBytes = isSame ? this.#synced.bytes : Math.min(LOG_HEADER_BYTES, bytes.length);
    const keepsSome = random.between(0, 2) < 1;
    for (let at = safeBytes; at < bytes.length; ) {
      const end = Math.min(bytes.length, at - (at % BLOCK_BYTES) + BLOCK_BYTES);
      if (!keepsSome || random.between(0, 2) < 1) bytes.fill(0, at, end);
      at = end;
    }
    writeFileSync(log, keepsSome ? bytes : bytes.subarray(0, safeBytes));
  }

  /** Differs once SQLite has moved the log to the file. */
  #stateOfDatabase(): string {
    const state = statSync(join(this.#folder, DATABASE_FILE), { bigint: true, throwIfNoEntry: false });
    return `${state?.size} ${state?.mtimeNs}`;
  }
}

function syncedUpTo(file: number): Synced {
  const header = Buffer.alloc(LOG_HEADER_BYTES);
  readSync(file, header, 0, LOG_HEADER_BYTES, 0);
  return { header: headerOf(header), bytes: fstatSync(file).size };
}

function headerOf(log: Buffer): string {
  return log.toString('latin1', 0, LOG_HEADER_BYTES);
}
