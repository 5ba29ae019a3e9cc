import type { Clock } from '../../pipeline/ports.ts';

/** Requests a second that a rate is kept with, where traces are small enough. */
const STEPS_PER_SECOND = 10;

/** The most spans that a request may have so that a rate holds over parts of a second, and not only from batch to batch. */
export function spansOfStep(spansPerSecond: number): number {
  return Math.max(1, Math.ceil(spansPerSecond / STEPS_PER_SECOND));
}

/**
 * Lets this many spans pass in a second, in steps of requests. Each request waits for its own spans, the first one too: at no
 * time have more passed than the rate times the time since the beginning.
 */
export class Pacer {
  readonly #spansPerSecond: number;
  readonly #clock: Clock;
  readonly #sleep: (milliseconds: number) => Promise<void>;
  #nextMs = 0;

  constructor(spansPerSecond: number, clock: Clock, sleep: (milliseconds: number) => Promise<void>) {
    this.#spansPerSecond = spansPerSecond;
    this.#clock = clock;
    this.#sleep = sleep;
  }

  /** Waits until the spans may go. */
  async pass(spans: number): Promise<void> {
    const nowMs = this.#clock.now();
    this.#nextMs = Math.max(nowMs, this.#nextMs) + (spans / this.#spansPerSecond) * 1000;
    if (this.#nextMs > nowMs) await this.#sleep(this.#nextMs - nowMs);
  }
}
