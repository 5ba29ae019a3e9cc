import type { Clock } from '../pipeline/ports.ts';

/** Longer times overflow a timer of Node.js, which then fires at once. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** A sleep of one sleeper that others can shorten. */
export class Sleep {
  readonly #clock: Clock;
  #untilMs = 0;
  #timer: NodeJS.Timeout | undefined;
  #end: (() => void) | undefined;
  /** The earliest time that others asked for while nobody slept. */
  #latestEndMs = Number.POSITIVE_INFINITY;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Resolves at this time, or earlier. */
  until(timeMs: number): Promise<void> {
    return new Promise((resolve) => {
      this.#end = resolve;
      this.#setTimer(Math.min(timeMs, this.#latestEndMs));
      this.#latestEndMs = Number.POSITIVE_INFINITY;
    });
  }

  /** Ends the sleep by this time. Said while nobody sleeps, it is about the next sleep. */
  endBy(timeMs: number): void {
    if (this.#end === undefined) this.#latestEndMs = Math.min(this.#latestEndMs, timeMs);
    else if (timeMs < this.#untilMs) this.#setTimer(timeMs);
  }

  #setTimer(untilMs: number): void {
    this.#untilMs = untilMs;
    clearTimeout(this.#timer);
    const ms = Math.min(Math.max(0, untilMs - this.#clock.now()), LONGEST_TIMER_MS);
    this.#timer = setTimeout(() => {
      const end = this.#end;
      this.#end = undefined;
      end?.();
    }, ms);
  }
}
