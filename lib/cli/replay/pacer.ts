import type { Clock } from '../../pipeline/ports.ts';

/** Lets so many spans pass in a second, in steps of requests. */
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
    const startMs = Math.max(nowMs, this.#nextMs);
    this.#nextMs = startMs + (spans / this.#spansPerSecond) * 1000;
    if (startMs > nowMs) await this.#sleep(startMs - nowMs);
  }
}
