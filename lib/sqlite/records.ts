import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { RECORD_EXTRA_TTL_MS } from '../pipeline/adapter-rules.ts';
import type { Clock, DecisionRecord, LookNote } from '../pipeline/ports.ts';
import type { GroupCommit } from './group-commit.ts';
import type { Snapshot } from './snapshot.ts';

export interface RecordsDeps {
  readonly database: DatabaseSync;
  readonly writer: GroupCommit;
  readonly snapshot: Snapshot;
  readonly clock: Clock;
  readonly bufferTtlMs: number;
}

/** The records of traces, and the lists that they name. A trace is named by its ID, behind the tenant (`tenantPrefix`). */
export class Records {
  readonly #deps: RecordsDeps;
  readonly #select: StatementSync;
  readonly #selectVersion: StatementSync;
  readonly #put: StatementSync;
  readonly #putList: StatementSync;
  readonly #selectList: StatementSync;

  constructor(deps: RecordsDeps) {
    this.#deps = deps;
    const { database } = deps;
    this.#select = database.prepare('SELECT record FROM record WHERE trace = ? AND expires_at > ?');
    this.#selectVersion = database.prepare('SELECT version, record FROM record WHERE trace = ? AND expires_at > ?');
    this.#put = database.prepare(
      'INSERT INTO record (trace, version, expires_at, record) VALUES (?, ?, ?, ?) ON CONFLICT (trace) DO UPDATE SET version = excluded.version, expires_at = excluded.expires_at, record = excluded.record',
    );
    this.#putList = database.prepare(
      'INSERT INTO hash_list (trace, name, expires_at, hashes) VALUES (?, ?, ?, ?) ON CONFLICT (trace, name) DO UPDATE SET expires_at = excluded.expires_at, hashes = excluded.hashes',
    );
    this.#selectList = database.prepare('SELECT hashes FROM hash_list WHERE trace = ? AND name = ? AND expires_at > ?');
  }

  read(trace: string): DecisionRecord | LookNote | undefined {
    this.#deps.snapshot.enter();
    const row = this.#select.get(trace, this.#deps.clock.now());
    return row === undefined ? undefined : JSON.parse(String(row['record']));
  }

  /** As `SpanBuffer.record` does. */
  write(
    trace: string,
    record: DecisionRecord | LookNote,
    over?: 'note' | 'decision',
  ): Promise<'recorded' | 'conflict'> {
    const { writer, clock, bufferTtlMs } = this.#deps;
    const text = JSON.stringify(record);
    const nowMs = clock.now();
    const expiresAt = nowMs + bufferTtlMs + ('outcome' in record ? 0 : RECORD_EXTRA_TTL_MS);
    return writer.write(() => {
      const stored = this.#selectVersion.get(trace, nowMs);
      if (Number(stored?.['version'] ?? 0) !== record.version - 1) return 'conflict';
      if (stored !== undefined && over !== undefined && kindOf(String(stored['record'])) !== over) return 'conflict';
      this.#put.run(trace, record.version, expiresAt, text);
      return 'recorded';
    });
  }

  async writeList(trace: string, name: string, hashes: readonly string[]): Promise<void> {
    const { writer, clock, bufferTtlMs } = this.#deps;
    const expiresAt = clock.now() + bufferTtlMs + RECORD_EXTRA_TTL_MS;
    const text = JSON.stringify(hashes);
    await writer.write(() => this.#putList.run(trace, name, expiresAt, text));
  }

  readList(trace: string, name: string): readonly string[] | undefined {
    this.#deps.snapshot.enter();
    const row = this.#selectList.get(trace, name, this.#deps.clock.now());
    return row === undefined ? undefined : JSON.parse(String(row['hashes']));
  }
}

function kindOf(record: string): 'note' | 'decision' {
  return 'outcome' in JSON.parse(record) ? 'note' : 'decision';
}
