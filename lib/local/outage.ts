import type { Log } from '../../functions/shared/logger.ts';
import type { Clock } from '../pipeline/ports.ts';
import { Sleep } from './sleep.ts';

/** Of the system: the disk or the quota is full, the disk is read-only or fails, or there are too many open files. */
const SYSTEM_CODES = new Set(['ENOSPC', 'EDQUOT', 'EROFS', 'EACCES', 'EPERM', 'EIO', 'EMFILE', 'ENFILE', 'ENOMEM']);
/** The same of SQLite: BUSY, READONLY, IOERR, FULL, CANTOPEN. https://sqlite.org/rescode.html */
const SQLITE_CODES = new Set([5, 8, 10, 13, 14]);

/** Whether an error, or what caused it, is about the machine: the same call works once that is repaired. */
export function isOutage(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if ('errcode' in error && SQLITE_CODES.has(Number(error.errcode) & 0xff)) return true;
  if ('code' in error && SYSTEM_CODES.has(String(error.code))) return true;
  return isOutage(error.cause);
}

export interface OutageDeps {
  readonly clock: Clock;
  readonly log: Log;
}

/** Between two tries. */
const RETRY_MS = 1_000;
const REPEAT_LOG_MS = 10 * 60_000;
const HINT =
  'decisions wait, and spans that cannot be stored are answered with 503: make room on the disk, or repair what the error names; nothing that was accepted is lost';

/**
 * A time in which the disk cannot be written. Nobody else could do the work of this process in the meantime, so that it waits and
 * tries again, without end; it must not count as an attempt on a trace, of which there are ten.
 * ```
 *   call ── works ──▶ result          the log says once that it began, every ten minutes that it lasts,
 *     ▲ │                             and that it is over
 *     │ └─ fails, and isOutage ─┐
 *     └────── 1 s later ◀───────┘ stop(): the error is thrown
 * ```
 */
export class Outage {
  readonly #deps: OutageDeps;
  /** The calls that have failed and not worked since, sleeping before their next try or in the middle of it. */
  readonly #failing = new Set<Sleep>();
  #sinceMs = 0;
  #loggedAtMs = Number.NEGATIVE_INFINITY;
  #isStopping = false;

  constructor(deps: OutageDeps) {
    this.#deps = deps;
  }

  /** Makes a call, again and again while the disk cannot be written. Any other error is thrown at once. */
  async survive<Result>(call: () => Promise<Result>): Promise<Result> {
    const { clock } = this.#deps;
    const sleep = new Sleep(clock);
    try {
      for (;;) {
        try {
          return await call();
        } catch (error) {
          if (this.#isStopping || !this.note(error)) throw error;
        }
        if (this.#failing.size === 0) this.#sinceMs = clock.now();
        this.#failing.add(sleep);
        await sleep.until(clock.now() + RETRY_MS);
      }
    } finally {
      if (this.#failing.delete(sleep) && this.#failing.size === 0 && !this.#isStopping) this.#end();
    }
  }

  /** Takes an error into account. Returns whether it is one of an outage: then the log need not say more. */
  note(error: unknown): boolean {
    if (!isOutage(error)) return false;
    const { clock, log } = this.#deps;
    if (clock.now() - this.#loggedAtMs < REPEAT_LOG_MS) return true;
    this.#loggedAtMs = clock.now();
    log.error('the disk cannot be written', { error, hint: HINT });
    return true;
  }

  /** Calls that wait fail with their last error, and later ones with their first. */
  stop(): void {
    this.#isStopping = true;
    for (const sleep of this.#failing) sleep.endBy(0);
  }

  #end(): void {
    const { clock, log } = this.#deps;
    log.info('the disk can be written again', { lastedMs: clock.now() - this.#sinceMs });
    this.#loggedAtMs = Number.NEGATIVE_INFINITY;
  }
}
