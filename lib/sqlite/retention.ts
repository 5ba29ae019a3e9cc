import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { RECORD_EXTRA_TTL_MS } from '../pipeline/adapter-rules.ts';
import type { Clock } from '../pipeline/ports.ts';
import type { GroupCommit } from './group-commit.ts';
import { DEAD_LETTER_TTL_MS } from './schema.ts';
import type { UsageCounter } from './usage.ts';

/** What the database takes of the disk. */
export interface DiskUsage {
  /** Pages in use, without the log. */
  readonly usedBytes: number;
  /** The file: pages that are free again are used for what comes next. */
  readonly fileBytes: number;
  /**
   * The part of {@link usedBytes} that packs have which a wake-up still needs, with the pages that they fill in part. It is
   * never evicted: when it reaches the bound, nothing more can be accepted.
   */
  readonly undecidedBytes: number;
  readonly maxBytes: number | undefined;
}

export interface RetentionDeps {
  readonly database: DatabaseSync;
  readonly writer: GroupCommit;
  readonly usage: UsageCounter;
  readonly clock: Clock;
  /** `undefined`: no bound. */
  readonly maxBytes: number | undefined;
}

/** Pages that packs take, by their bytes: the last page of a pack is filled in part. */
const PAGE_OVERHEAD = 1.3;
/** Packs, or other rows, that one step deletes. */
const ROWS_PER_STEP = 100;
/** Deleting a pack touches each of its pages. */
const BYTES_PER_STEP = 4 * 1024 * 1024;

/** Deletes what has expired, and what the bound of the disk leaves no room for, in steps of a few milliseconds. */
export class Retention {
  readonly #deps: RetentionDeps;
  readonly #pageCount: StatementSync;
  readonly #freePages: StatementSync;
  readonly #pageBytes: number;
  readonly #expiredPacks: StatementSync;
  readonly #decidedPacks: StatementSync;
  readonly #oldestPack: StatementSync;
  readonly #deletePack: StatementSync;
  readonly #deletePackState: StatementSync;
  readonly #records: readonly Sweep[];
  readonly #others: readonly Sweep[];

  constructor(deps: RetentionDeps) {
    this.#deps = deps;
    const { database } = deps;
    this.#pageCount = database.prepare('PRAGMA page_count');
    this.#freePages = database.prepare('PRAGMA freelist_count');
    this.#pageBytes = Number(database.prepare('PRAGMA page_size').get()?.['page_size']);
    this.#expiredPacks = database.prepare(
      'SELECT id, bytes, waiting FROM pack_state WHERE expires_at <= ? ORDER BY expires_at LIMIT ?',
    );
    this.#decidedPacks = database.prepare(
      'SELECT id, bytes, waiting FROM pack_state WHERE waiting = 0 ORDER BY id LIMIT ?',
    );
    this.#oldestPack = database.prepare('SELECT min(expires_at) AS at FROM pack_state');
    this.#deletePack = database.prepare('DELETE FROM pack WHERE id = ?');
    this.#deletePackState = database.prepare('DELETE FROM pack_state WHERE id = ? AND waiting = ?');
    this.#records = [
      prepareSweep(database, 'record', 'id', 'expires_at', 0),
      prepareSweep(database, 'hash_list', 'id', 'expires_at', 0),
    ];
    this.#others = [
      prepareSweep(database, 'bucket', 'name', 'expires_at', 0),
      prepareSweep(database, 'key_table', 'sampler, interval', 'expires_at', 0),
      prepareSweep(database, 'key_count', 'sampler, interval, trace_key', 'expires_at', 0),
      prepareSweep(database, 'dead_letter', 'id', 'died_at', DEAD_LETTER_TTL_MS),
    ];
  }

  disk(): DiskUsage {
    const pages = Number(this.#pageCount.get()?.['page_count']);
    const free = Number(this.#freePages.get()?.['freelist_count']);
    const usedBytes = (pages - free) * this.#pageBytes;
    const { undecidedBytes } = this.#deps.usage.read();
    return {
      usedBytes,
      fileBytes: pages * this.#pageBytes,
      undecidedBytes: Math.min(usedBytes, Math.ceil(undecidedBytes * PAGE_OVERHEAD)),
      maxBytes: this.#deps.maxBytes,
    };
  }

  /** One step. Resolves to whether there is more to do. */
  async step(): Promise<boolean> {
    const nowMs = this.#deps.clock.now();
    const expired = this.#expiredPacks.all(nowMs, ROWS_PER_STEP);
    const isMoreExpired = await this.#delete(expired, BYTES_PER_STEP);
    const isMoreToEvict = await this.#evict();
    let isMoreToSweep = false;
    for (const sweep of [...this.#records, ...this.#others]) {
      if (await this.#sweep(sweep, nowMs)) isMoreToSweep = true;
    }
    return isMoreExpired || isMoreToEvict || isMoreToSweep;
  }

  /**
   * Frees what is over the bound, the oldest first: packs that only serve rescues, and records, with their lists, that are older
   * than every pack and only say that a resend has been archived already.
   */
  async #evict(): Promise<boolean> {
    const { maxBytes = Number.POSITIVE_INFINITY, clock } = this.#deps;
    const excess = this.disk().usedBytes - maxBytes;
    if (excess <= 0) return false;
    // Records that are older than every pack: a trace that has something here keeps its own.
    const oldestMs = this.#oldestPack.get()?.['at'];
    const horizonMs = Math.max(clock.now(), typeof oldestMs === 'number' ? oldestMs : 0) + RECORD_EXTRA_TTL_MS;
    const isMore = await Promise.all(this.#records.map((sweep) => this.#sweep(sweep, horizonMs)));
    if (isMore.includes(true)) return true;
    return this.#delete(this.#decidedPacks.all(ROWS_PER_STEP), Math.min(excess, BYTES_PER_STEP));
  }

  /** Deletes the oldest rows whose time is over. Resolves to whether there may be more of them. */
  async #sweep({ find, remove, ttlMs }: Sweep, nowMs: number): Promise<boolean> {
    // Most of the time there is nothing, and then nothing is written.
    if (find.get(nowMs - ttlMs) === undefined) return false;
    const { changes } = await this.#deps.writer.write(() => remove.run(nowMs - ttlMs, ROWS_PER_STEP));
    return changes === ROWS_PER_STEP;
  }

  /** Deletes the first of the packs, until `bytes` are free. Resolves to whether there are more to delete. */
  async #delete(packs: readonly Record<string, unknown>[], bytes: number): Promise<boolean> {
    if (packs.length === 0) return false;
    const { writer, usage } = this.#deps;
    return writer.write(() => {
      let freed = 0;
      let count = 0;
      for (const pack of packs) {
        if (freed >= bytes) break;
        const [id, packBytes] = [Number(pack['id']), Number(pack['bytes'])];
        // Another connection may have been quicker, or may need it again.
        const { changes } = this.#deletePackState.run(id, Number(pack['waiting']));
        count += 1;
        if (changes === 0) continue;
        this.#deletePack.run(id);
        usage.add(Number(pack['waiting']) > 0 ? 'undecidedBytes' : 'decidedBytes', -packBytes);
        freed += packBytes;
      }
      return count < packs.length || count === ROWS_PER_STEP;
    });
  }
}

interface Sweep {
  readonly find: StatementSync;
  readonly remove: StatementSync;
  readonly ttlMs: number;
}

/** Deletes the oldest rows of a table whose `time` is over. The table has an index on it. */
function prepareSweep(database: DatabaseSync, table: string, key: string, time: string, ttlMs: number): Sweep {
  return {
    find: database.prepare(`SELECT 1 FROM ${table} WHERE ${time} <= ? LIMIT 1`),
    remove: database.prepare(
      `DELETE FROM ${table} WHERE (${key}) IN (SELECT ${key} FROM ${table} WHERE ${time} <= ? ORDER BY ${time} LIMIT ?)`,
    ),
    ttlMs,
  };
}
