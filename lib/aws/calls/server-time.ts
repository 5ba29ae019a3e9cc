import type { IncomingHttpHeaders } from 'node:http';
import type { Clock } from '../../pipeline/ports.ts';

/**
 * The time as the service has it. Services refuse signatures of another time than theirs (by 5 minutes, or 15), so that a machine
 * whose clock is wrong could not call them: each answer says how wrong it is. The SDK's clients do the same.
 */
export class ServerTime implements Clock {
  readonly #clock: Clock;
  #offsetMs = 0;
  /** The last `date` header that was looked at: it is another one each second. */
  #seen: string | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  now(): number {
    return this.#clock.now() + this.#offsetMs;
  }

  /** Learns from an answer, whatever its status. One with an age comes from a cache. */
  learn({ date, age }: IncomingHttpHeaders): void {
    if (date === undefined || date === this.#seen || age !== undefined) return;
    this.#seen = date;
    const time = Date.parse(date);
    if (!Number.isNaN(time)) this.#offsetMs = time - this.#clock.now();
  }
}
