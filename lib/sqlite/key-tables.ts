import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { TenantScope } from '../archive/layout.ts';
import type { Clock, KeyTable, KeyTables } from '../pipeline/ports.ts';
import type { KeyNumbers } from '../sampling/dynamic/share-table.ts';
import type { GroupCommit } from './group-commit.ts';
import { tenantPrefix } from './schema.ts';

export interface SqliteKeyTablesDeps extends TenantScope {
  readonly database: DatabaseSync;
  readonly writer: GroupCommit;
  readonly clock: Clock;
  readonly bufferTtlMs: number;
}

/** Counts that are added in one transaction. */
const KEYS_PER_WRITE = 500;

/** What `dynamic` policies share: the averages of an interval as one row, and a row for each count. */
export class SqliteKeyTables implements KeyTables {
  readonly #deps: SqliteKeyTablesDeps;
  readonly #selectLatest: StatementSync;
  readonly #selectTable: StatementSync;
  readonly #putTable: StatementSync;
  readonly #selectCounts: StatementSync;
  readonly #addCount: StatementSync;

  constructor(deps: SqliteKeyTablesDeps) {
    this.#deps = deps;
    const { database } = deps;
    this.#selectLatest = database.prepare(
      'SELECT interval, averages, expires_at FROM key_table WHERE sampler = ? AND interval <= ? ORDER BY interval DESC LIMIT 1',
    );
    this.#selectTable = database.prepare(
      'SELECT interval, averages, expires_at FROM key_table WHERE sampler = ? AND interval = ?',
    );
    this.#putTable = database.prepare(
      'INSERT OR REPLACE INTO key_table (sampler, interval, averages, expires_at) VALUES (?, ?, ?, ?)',
    );
    this.#selectCounts = database.prepare(
      'SELECT trace_key, count FROM key_count WHERE sampler = ? AND interval = ? AND expires_at > ?',
    );
    this.#addCount = database.prepare(
      'INSERT INTO key_count (sampler, interval, trace_key, count, expires_at) VALUES (?, ?, ?, ?, ?) ON CONFLICT (sampler, interval, trace_key) DO UPDATE SET count = count + excluded.count, expires_at = excluded.expires_at',
    );
  }

  async latest(sampler: string, interval: number): Promise<KeyTable | undefined> {
    return this.#alive(this.#selectLatest.get(this.#name(sampler), interval));
  }

  putIfAbsent(sampler: string, table: KeyTable): Promise<KeyTable> {
    const name = this.#name(sampler);
    return this.#deps.writer.write(() => {
      const stored = this.#alive(this.#selectTable.get(name, table.interval));
      if (stored !== undefined) return stored;
      this.#putTable.run(name, table.interval, JSON.stringify([...table.averages]), this.#expiresAt());
      return table;
    });
  }

  async counts(sampler: string, interval: number): Promise<KeyNumbers> {
    const rows = this.#selectCounts.all(this.#name(sampler), interval, this.#deps.clock.now());
    return new Map(rows.map((row) => [String(row['trace_key']), Number(row['count'])]));
  }

  async count(sampler: string, interval: number, counts: KeyNumbers): Promise<void> {
    const name = this.#name(sampler);
    const entries = [...counts];
    for (let at = 0; at < entries.length; at += KEYS_PER_WRITE) {
      await this.#deps.writer.write(() => {
        const expiresAt = this.#expiresAt();
        for (const [key, count] of entries.slice(at, at + KEYS_PER_WRITE)) {
          this.#addCount.run(name, interval, key, count, expiresAt);
        }
      });
    }
  }

  #alive(row: Record<string, unknown> | undefined): KeyTable | undefined {
    if (row === undefined || Number(row['expires_at']) <= this.#deps.clock.now()) return undefined;
    const averages: [string, number][] = JSON.parse(String(row['averages']));
    return { interval: Number(row['interval']), averages: new Map(averages) };
  }

  #name(sampler: string): string {
    return tenantPrefix(this.#deps) + sampler;
  }

  /** A trace of the interval may arrive after this call, and then waits for its whole time in the buffer. */
  #expiresAt(): number {
    return this.#deps.clock.now() + 2 * this.#deps.bufferTtlMs;
  }
}
