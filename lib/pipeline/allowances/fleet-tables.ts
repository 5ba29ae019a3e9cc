import {
  type DynamicSampler,
  intervalAt,
  type KeyNumbers,
  nextAverages,
  ShareTable,
} from '../../sampling/dynamic/share-table.ts';
import type { KeyTable, KeyTables } from '../ports.ts';

/** Old wake-ups and new ones need different tables; further ones are loaded again. */
const MAX_HELD_TABLES = 50;

const NO_AVERAGES: KeyNumbers = new Map();

interface Counted {
  readonly sampler: string;
  readonly interval: number;
  readonly counts: Map<string, number>;
}

/** One decider's copy of the tables of the `dynamic` policies, and what it has counted for their next ones. */
export class FleetTables {
  readonly #store: KeyTables;
  readonly #held = new Map<string, ShareTable>();
  readonly #loading = new Map<string, Promise<void>>();
  #counted = new Map<string, Counted>();

  constructor(store: KeyTables) {
    this.#store = store;
  }

  /** Undefined: {@link load} it first. */
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

  /** Counts a trace; see {@link handInCounts}. */
  count(sampler: DynamicSampler, interval: number, key: string): void {
    const name = nameOf(sampler, interval);
    const counted = this.#counted.get(name) ?? { sampler: sampler.key, interval, counts: new Map() };
    this.#counted.set(name, counted);
    counted.counts.set(key, (counted.counts.get(key) ?? 0) + 1);
  }

  /** Adds what was counted to the counts of all. What does not get there is lost: some shares are a little larger then. */
  async handInCounts(): Promise<void> {
    const counted = [...this.#counted.values()];
    this.#counted = new Map();
    await Promise.allSettled(
      counted.map(async ({ sampler, interval, counts }) => this.#store.count(sampler, interval, counts)),
    );
  }

  async #load(sampler: DynamicSampler, interval: number, name: string): Promise<void> {
    const latest = await this.#store.latest(sampler.key, interval);
    const table = latest?.interval === interval ? latest : await this.#make(sampler, interval, latest);
    const [oldest] = this.#held.keys();
    if (this.#held.size >= MAX_HELD_TABLES && oldest !== undefined) this.#held.delete(oldest);
    this.#held.set(name, new ShareTable(table.averages, sampler));
  }

  /**
   * A table knows the counts up to the interval before the last: the traces of the last one are still being decided. An
   * interval without a table has no counts, because whoever counts a trace has loaded its table before.
   */
  async #make(sampler: DynamicSampler, interval: number, latest: KeyTable | undefined): Promise<KeyTable> {
    let averages = latest?.averages ?? NO_AVERAGES;
    if (latest !== undefined) {
      for (let counted = latest.interval - 1; counted <= Math.min(latest.interval, interval - 2); counted++) {
        averages = nextAverages(averages, await this.#store.counts(sampler.key, counted), sampler);
      }
    }
    return this.#store.putIfAbsent(sampler.key, { interval, averages });
  }
}

function nameOf({ key }: DynamicSampler, interval: number): string {
  return `${key}#${interval}`;
}
