import {
  type DynamicSampler,
  intervalAt,
  type KeyNumbers,
  nextAverages,
  ShareTable,
} from '../../sampling/dynamic/share-table.ts';
import type { KeyTable, KeyTables } from '../ports.ts';

/** Old wake-ups and new ones need different tables. Beyond this many the oldest is forgotten, and loaded again if needed. */
const MAX_HELD_TABLES = 50;

const NO_AVERAGES: KeyNumbers = new Map();

interface Counted {
  readonly sampler: string;
  readonly interval: number;
  readonly counts: Map<string, number>;
}

export interface FleetTablesDeps {
  readonly keyTables: KeyTables;
}

/**
 * One decider's copy of the tables of the `dynamic` policies, and what it has counted for their next ones.
 *
 * Each interval has one table, immutable once it is stored. It is made by whichever decider needs it first, from the table before
 * it and the counts of one earlier interval:
 * ```
 *   interval    n-2 ─ counts ─┐      n-1 ─ still being decided      n
 *   table       n-1 ──────────┴─▶ averages ─▶ putIfAbsent ─▶ table n
 * ```
 */
export class FleetTables {
  readonly #deps: FleetTablesDeps;
  readonly #held = new Map<string, ShareTable>();
  readonly #loading = new Map<string, Promise<void>>();
  #counted = new Map<string, Counted>();

  constructor(deps: FleetTablesDeps) {
    this.#deps = deps;
  }

  /** `undefined`: {@link load} it first. */
  held(sampler: DynamicSampler, interval: number): ShareTable | undefined {
    return this.#held.get(nameOf(sampler, interval));
  }

  /** Loads the table of the interval of a trace, or makes it. @throws {UnavailableError} */
  load(sampler: DynamicSampler, receivedAtMs: number): Promise<void> {
    const interval = intervalAt(sampler, receivedAtMs);
    const name = nameOf(sampler, interval);
    let loading = this.#loading.get(name);
    if (loading === undefined) {
      loading = this.#load(sampler, interval, name).finally(() => this.#loading.delete(name));
      this.#loading.set(name, loading);
    }
    return loading;
  }

  /** Counts a trace; see {@link reportCounts}. */
  count(sampler: DynamicSampler, interval: number, key: string): void {
    const name = nameOf(sampler, interval);
    const counted = this.#counted.get(name) ?? { sampler: sampler.key, interval, counts: new Map() };
    this.#counted.set(name, counted);
    counted.counts.set(key, (counted.counts.get(key) ?? 0) + 1);
  }

  /** Adds what was counted to the counts of the fleet. What fails to arrive is lost, which makes some shares a little larger. */
  async reportCounts(): Promise<void> {
    const counted = [...this.#counted.values()];
    this.#counted = new Map();
    await Promise.allSettled(
      counted.map(async ({ sampler, interval, counts }) => this.#deps.keyTables.count(sampler, interval, counts)),
    );
  }

  async #load(sampler: DynamicSampler, interval: number, name: string): Promise<void> {
    const latest = await this.#deps.keyTables.latest(sampler.key, interval);
    const table = latest?.interval === interval ? latest : await this.#make(sampler, interval, latest);
    const [oldest] = this.#held.keys();
    if (this.#held.size >= MAX_HELD_TABLES && oldest !== undefined) this.#held.delete(oldest);
    this.#held.set(name, new ShareTable(table.averages, sampler));
  }

  /**
   * A table knows the counts up to the interval before the last: the traces of the last one are still being decided. An
   * interval without a table has no counts, because a decider loads the table before it counts a trace.
   */
  async #make(sampler: DynamicSampler, interval: number, latest: KeyTable | undefined): Promise<KeyTable> {
    let averages = latest?.averages ?? NO_AVERAGES;
    if (latest !== undefined) {
      for (let counted = latest.interval - 1; counted <= Math.min(latest.interval, interval - 2); counted++) {
        averages = nextAverages(averages, await this.#deps.keyTables.counts(sampler.key, counted), sampler);
      }
    }
    return this.#deps.keyTables.putIfAbsent(sampler.key, { interval, averages });
  }
}

function nameOf({ key }: DynamicSampler, interval: number): string {
  return `${key}#${interval}`;
}
