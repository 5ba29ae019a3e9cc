import type { HttpHandler } from '../../functions/ingest/handler.ts';
import type { HttpHead, HttpResponse } from '../../functions/ingest/http.ts';
import { refuseForNow } from '../../functions/ingest/otlp-http.ts';
import type { Log } from '../../functions/shared/logger.ts';
import type { Clock } from '../pipeline/ports.ts';

/** How much waits, as far as it says whether more can be accepted. */
export interface Load {
  /** How long the oldest wake-up has been due. */
  readonly lagMs: number;
  /** Spans that wait for their decision, as they lie on the disk. */
  readonly undecidedBytes: number;
}

export interface AdmissionLimits {
  /** With the oldest decision this late, nothing is accepted. */
  readonly maxLagMs: number;
  /** With so much waiting, nothing is accepted; what is decided gives way to what waits. */
  readonly maxBufferBytes: number;
}

export interface AdmissionDeps {
  /** Cheap: it is asked a few times a second. */
  readonly load: () => Load;
  readonly clock: Clock;
  readonly log: Log;
}

/** The load is measured at most this often. */
const MEASURE_MS = 100;
/** What was refused is accepted again below this share of the limit, so that the state does not change with each request. */
const RECOVERED = 0.8;

type Reason = 'lag' | 'size' | 'unknown';

const WHY: Readonly<Record<Reason, string>> = {
  lag: 'decisions are late',
  size: 'the buffer is full',
  unknown: 'the buffer cannot be read',
};

/**
 * Decides whether requests are accepted. Exporters send what was refused with 503 again, so that under overload it is they who
 * wait, and the disk and the lag of decisions stay bounded.
 * ```
 *                 lag > maxLag, or undecided > maxBuffer
 *   accepting ─────────────────────────────────────────────▶ refusing
 *             ◀─────────────────────────────────────────────
 *                 both below 80 % of it
 * ```
 */
export class Admission {
  readonly #deps: AdmissionDeps;
  readonly #limits: AdmissionLimits;
  #reason: Reason | undefined;
  #measuredAtMs = 0;
  #refused = 0;

  constructor(deps: AdmissionDeps, limits: AdmissionLimits) {
    this.#deps = deps;
    this.#limits = limits;
  }

  /** The handler, whose requests with spans are answered with 503 while none are accepted. */
  guard(handler: HttpHandler): HttpHandler {
    return async (head) => {
      const handled = await handler(head);
      return typeof handled === 'function' ? (this.refuse(head) ?? handled) : handled;
    };
  }

  /** The answer to a request with spans when it is not accepted now. */
  refuse(head: HttpHead): HttpResponse | undefined {
    if (head.method !== 'POST' || head.path !== '/v1/traces') return undefined;
    this.#measure();
    if (this.#reason === undefined) return undefined;
    this.#refused += 1;
    return refuseForNow(head, `${WHY[this.#reason]}: send the spans again`);
  }

  #measure(): void {
    const { clock, load } = this.#deps;
    const nowMs = clock.now();
    if (Math.abs(nowMs - this.#measuredAtMs) < MEASURE_MS) return;
    this.#measuredAtMs = nowMs;
    let measured: Load;
    try {
      measured = load();
    } catch (error) {
      if (this.#reason === undefined) this.#deps.log.error('refusing spans: the buffer cannot be read', { error });
      this.#reason = 'unknown';
      return;
    }
    const reason = this.#exceeded(measured, this.#reason === undefined ? 1 : RECOVERED);
    if ((reason === undefined) !== (this.#reason === undefined)) this.#tell(measured, reason);
    this.#reason = reason;
  }

  #exceeded({ lagMs, undecidedBytes }: Load, share: number): Reason | undefined {
    if (lagMs > this.#limits.maxLagMs * share) return 'lag';
    return undecidedBytes > this.#limits.maxBufferBytes * share ? 'size' : undefined;
  }

  /** Once for each change, not for each request. */
  #tell(load: Load, reason: Reason | undefined): void {
    const fields = { ...load, ...this.#limits };
    if (reason !== undefined) {
      this.#deps.log.warn('overload: refusing spans', { reason, ...fields });
      return;
    }
    this.#deps.log.info('overload is over: accepting spans', { ...fields, refusedRequests: this.#refused });
    this.#refused = 0;
  }
}
