/** Virtual time: actors wait, and the one whose time comes first goes on. */
export class Simulation {
  #nowMs: number;
  #waiting: { readonly atMs: number; readonly order: number; readonly resume: () => void }[] = [];
  #order = 0;

  constructor(startMs: number) {
    this.#nowMs = startMs;
  }

  now(): number {
    return this.#nowMs;
  }

  wait(ms: number): Promise<void> {
    return new Promise((resume) => {
      this.#waiting.push({ atMs: this.#nowMs + ms, order: this.#order++, resume });
    });
  }

  /** Runs until nobody waits any more. */
  async run(): Promise<void> {
    await turn();
    while (this.#waiting.length > 0) {
      this.#waiting.sort((a, b) => a.atMs - b.atMs || a.order - b.order);
      const next = this.#waiting.shift();
      this.#nowMs = next?.atMs ?? this.#nowMs;
      next?.resume();
      await turn();
    }
  }
}

/** Until all that can go on without waiting has done so. */
const turn = () => new Promise<void>((resolve) => setImmediate(resolve));

/** A generator of numbers in [0, 1) that repeats itself from its seed (mulberry32). */
export function seededRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}
