import type { KeyTable, KeyTables } from '../../lib/pipeline/ports.ts';
import type { KeyNumbers } from '../../lib/sampling/dynamic/share-table.ts';

interface Stored {
  readonly tables: Map<number, KeyTable>;
  readonly counts: Map<number, Map<string, number>>;
}

/** Tables of `dynamic` policies in this process, for tests. It forgets none. */
export class MemoryKeyTables implements KeyTables {
  readonly #bySampler = new Map<string, Stored>();

  async latest(sampler: string, interval: number): Promise<KeyTable | undefined> {
    const { tables } = this.#of(sampler);
    const last = Math.max(...[...tables.keys()].filter((stored) => stored <= interval));
    return tables.get(last);
  }

  async putIfAbsent(sampler: string, table: KeyTable): Promise<KeyTable> {
    const { tables } = this.#of(sampler);
    const stored = tables.get(table.interval) ?? table;
    tables.set(table.interval, stored);
    return stored;
  }

  async counts(sampler: string, interval: number): Promise<KeyNumbers> {
    return new Map(this.#of(sampler).counts.get(interval));
  }

  async count(sampler: string, interval: number, counts: KeyNumbers): Promise<void> {
    const stored = this.#of(sampler).counts;
    const sums = stored.get(interval) ?? new Map<string, number>();
    stored.set(interval, sums);
    for (const [key, count] of counts) sums.set(key, (sums.get(key) ?? 0) + count);
  }

  #of(sampler: string): Stored {
    let stored = this.#bySampler.get(sampler);
    if (stored === undefined) {
      stored = { tables: new Map(), counts: new Map() };
      this.#bySampler.set(sampler, stored);
    }
    return stored;
  }
}
