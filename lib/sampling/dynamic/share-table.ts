import type { DynamicSampler, KeyNumbers } from './dynamic-sampler.ts';
import { COMMON_KEY } from './next-averages.ts';
import { sharesOf } from './shares-of.ts';

/** What one sampler keeps of each key in one interval. It never changes, and is the same for every decider. */
export class ShareTable {
  readonly #shares: KeyNumbers;
  readonly #goal: number;
  readonly #isFull: boolean;

  constructor(averages: KeyNumbers, { goal, maxKeys }: DynamicSampler) {
    this.#shares = sharesOf(averages, goal);
    this.#goal = goal;
    this.#isFull = averages.size - (averages.has(COMMON_KEY) ? 1 : 0) >= maxKeys;
  }

  /**
   * Over 0 up to 1. As long as nothing is known, the goal for every key; then a new key is kept whole, unless the table is
   * full: a key of unlimited values would keep everything.
   */
  shareOf(key: string): number {
    if (this.#shares.size === 0) return this.#goal;
    return this.#shares.get(this.countedAs(key)) ?? 1;
  }

  /** The key that a trace of this key counts for. */
  countedAs(key: string): string {
    return this.#isFull && !this.#shares.has(key) ? COMMON_KEY : key;
  }
}
