import type { LimitLevels } from '../../lib/pipeline/explain/ports.ts';
import type { Lease, LimitStore } from '../../lib/pipeline/ports.ts';
import { levelAfter, type TokenBucket, thousandthsOf, tokensIn } from '../../lib/sampling/limits.ts';

/** Token buckets in this process, for tests. It forgets none. */
export class MemoryLimitStore implements LimitStore, LimitLevels {
  readonly #levels = new Map<string, bigint>();

  async lease(bucket: TokenBucket, nowMs: number, needed: number, wanted: number): Promise<Lease> {
    const level = this.#levels.get(bucket.key);
    const tokens = tokensIn(bucket, level, nowMs);
    const granted = tokens >= wanted ? wanted : tokens >= needed ? needed : 0;
    if (granted === 0) return { granted, level };
    const next = levelAfter(bucket, level, nowMs, granted);
    this.#levels.set(bucket.key, next);
    return { granted, level: next };
  }

  async level({ key }: TokenBucket): Promise<bigint | undefined> {
    return this.#levels.get(key);
  }

  async release(bucket: TokenBucket, tokens: number): Promise<void> {
    const level = this.#levels.get(bucket.key);
    if (level !== undefined) this.#levels.set(bucket.key, level - thousandthsOf(tokens));
  }
}
