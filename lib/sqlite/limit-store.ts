import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { TenantScope } from '../archive/layout.ts';
import type { LimitLevels } from '../pipeline/explain/ports.ts';
import type { Lease, LimitStore } from '../pipeline/ports.ts';
import { levelAfter, type TokenBucket, thousandthsOf, tokensIn } from '../sampling/limits.ts';
import type { GroupCommit } from './group-commit.ts';
import { tenantPrefix } from './schema.ts';

export interface SqliteLimitStoreDeps extends TenantScope {
  readonly database: DatabaseSync;
  readonly writer: GroupCommit;
}

/** How long a bucket stays after it is full again, or its second over. */
const EXTRA_TTL_MS = 600_000;

/** Token buckets as rows. A lease reads and writes in one transaction, which no other writer can interrupt. */
export class SqliteLimitStore implements LimitStore, LimitLevels {
  readonly #deps: SqliteLimitStoreDeps;
  readonly #select: StatementSync;
  readonly #put: StatementSync;
  readonly #update: StatementSync;

  constructor(deps: SqliteLimitStoreDeps) {
    this.#deps = deps;
    this.#select = deps.database.prepare('SELECT level FROM bucket WHERE name = ?');
    this.#put = deps.database.prepare(
      'INSERT INTO bucket (name, level, expires_at) VALUES (?, ?, ?) ON CONFLICT (name) DO UPDATE SET level = excluded.level, expires_at = excluded.expires_at',
    );
    this.#update = deps.database.prepare('UPDATE bucket SET level = ? WHERE name = ?');
  }

  lease(bucket: TokenBucket, nowMs: number, needed: number, wanted: number): Promise<Lease> {
    return this.#deps.writer.write(() => {
      const level = this.#level(bucket);
      const tokens = tokensIn(bucket, level, nowMs);
      const granted = tokens >= wanted ? wanted : tokens >= needed ? needed : 0;
      if (granted === 0) return { granted, level };
      const next = levelAfter(bucket, level, nowMs, granted);
      this.#put.run(this.#name(bucket), String(next), expiresAt(bucket, nowMs));
      return { granted, level: next };
    });
  }

  release(bucket: TokenBucket, tokens: number): Promise<void> {
    return this.#deps.writer.write(() => {
      const level = this.#level(bucket);
      if (level !== undefined) this.#update.run(String(level - thousandthsOf(tokens)), this.#name(bucket));
    });
  }

  async level(bucket: TokenBucket): Promise<bigint | undefined> {
    return this.#level(bucket);
  }

  #level(bucket: TokenBucket): bigint | undefined {
    const row = this.#select.get(this.#name(bucket));
    return row === undefined ? undefined : BigInt(String(row['level']));
  }

  #name({ key }: TokenBucket): string {
    return tenantPrefix(this.#deps) + key;
  }
}

/** When the bucket is full again: then it need not exist. `null`: it never refills, and has no end. */
function expiresAt({ perSecond, capacity, endsAtMs }: TokenBucket, nowMs: number): number | null {
  const uselessAtMs = perSecond > 0 ? nowMs + (capacity / perSecond) * 1000 : endsAtMs;
  if (uselessAtMs === undefined) return null;
  return Math.min(Math.ceil(uselessAtMs) + EXTRA_TTL_MS, Number.MAX_SAFE_INTEGER);
}
