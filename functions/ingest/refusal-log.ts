import type { Clock } from '../../lib/pipeline/ports.ts';
import type { Log } from '../shared/logger.ts';

/** Time for which further refusals of a status are only counted. */
const PERIOD_MS = 60_000;

/** Longest text of a client in a line, in UTF-16 code units: a header may have 16 KiB, and a reason may repeat it. */
const MAX_LENGTH = 500;

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
    const alsoRefused = this.#beginPeriod(status);
    if (alsoRefused === undefined) return;
    this.#deps.log.warn('refused', {
      status,
      reason: cut(message),
      userAgent: userAgent && cut(userAgent),
      alsoRefused,
    });
  }

  /** Why spans could not be made durable: what stops one request stops many. */
  addFailure(error: unknown): void {
    const alsoRefused = this.#beginPeriod(503);
    if (alsoRefused !== undefined) this.#deps.log.error('spans could not be made durable', { error, alsoRefused });
  }

  /** How many were only counted in the last period; `undefined`: it is not over, and this one is counted. */
  #beginPeriod(status: number): number | undefined {
    const nowMs = this.#deps.clock.now();
    const period = this.#byStatus.get(status);
    if (period !== undefined && nowMs < period.untilMs) {
      period.unlogged += 1;
      return undefined;
    }
    this.#byStatus.set(status, { untilMs: nowMs + PERIOD_MS, unlogged: 0 });
    return period?.unlogged ?? 0;
  }
}

function cut(text: string): string {
  return text.length > MAX_LENGTH ? `${text.slice(0, MAX_LENGTH)}…` : text;
}
