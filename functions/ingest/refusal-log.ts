import type { Log } from '../shared/log.ts';

const PERIOD_MS = 60_000;

/**
 * Logs refused requests, so that somebody who looks finds out why nothing arrives: the first of each kind at once, then a
 * count once a minute. A misconfigured fleet must not write a line for each request.
 */
export class RefusalLog {
  readonly #log: Log;
  readonly #now: () => number;
  readonly #kinds = new Map<number, { untilMs: number; unlogged: number }>();

  constructor(log: Log, now: () => number) {
    this.#log = log;
    this.#now = now;
  }

  add(status: number, message: string, userAgent: string | undefined): void {
    const nowMs = this.#now();
    const kind = this.#kinds.get(status);
    if (kind !== undefined && nowMs < kind.untilMs) {
      kind.unlogged += 1;
      return;
    }
    this.#log.warn('refused', { status, reason: message, userAgent, alsoRefused: kind?.unlogged ?? 0 });
    this.#kinds.set(status, { untilMs: nowMs + PERIOD_MS, unlogged: 0 });
  }
}
