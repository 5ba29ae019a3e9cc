import type { Clock } from '../../lib/pipeline/ports.ts';
import type { Log } from '../shared/logger.ts';

/** Time for which further refusals of a status are only counted. */
const PERIOD_MS = 60_000;

export interface RefusalLogDeps {
  readonly log: Log;
  readonly clock: Clock;
}

/**
 * Logs refused requests, so that an operator can see why nothing arrives: the first of each status at once, then a
 * count once a minute. A misconfigured fleet must not write a line for each request.
 */
export class RefusalLog {
  readonly #deps: RefusalLogDeps;
  readonly #byStatus = new Map<number, { untilMs: number; unlogged: number }>();

  constructor(deps: RefusalLogDeps) {
    this.#deps = deps;
  }

  add(status: number, message: string, userAgent: string | undefined): void {
    const { log, clock } = this.#deps;
    const nowMs = clock.now();
    const period = this.#byStatus.get(status);
    if (period !== undefined && nowMs < period.untilMs) {
      period.unlogged += 1;
      return;
    }
    log.warn('refused', { status, reason: message, userAgent, alsoRefused: period?.unlogged ?? 0 });
    this.#byStatus.set(status, { untilMs: nowMs + PERIOD_MS, unlogged: 0 });
  }
}
