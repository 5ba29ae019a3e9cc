import type { Arrival } from './explain/ports.ts';
import { MAX_DELAY_SECONDS } from './ports.ts';

/** What the adapters of the span buffer and of the queue have in common, wherever they store it. */

const MS_PER_DAY = 24 * 60 * 60 * 1000;

/** How long a fragment waits in the buffer, and can rescue its trace, before it expires; counted from its arrival. */
export const DEFAULT_BUFFER_TTL_MS = MS_PER_DAY;

/**
 * How much longer a decision record lives than the fragments: a resend within this time finds the decision and is not
 * archived a second time.
 */
export const RECORD_EXTRA_TTL_MS = 7 * MS_PER_DAY;

/** The order of arrival: by `receivedAtMs`, then by hash (in code units, which are the same on every machine). */
export function byArrival(left: Arrival, right: Arrival): number {
  if (left.receivedAtMs !== right.receivedAtMs) return left.receivedAtMs - right.receivedAtMs;
  if (left.hash === right.hash) return 0;
  return left.hash < right.hash ? -1 : 1;
}

/** @throws {RangeError} unless the delay is whole seconds, 0 to {@link MAX_DELAY_SECONDS} */
export function assertDelaySeconds(delaySeconds: number): void {
  if (Number.isInteger(delaySeconds) && delaySeconds >= 0 && delaySeconds <= MAX_DELAY_SECONDS) return;
  throw new RangeError(
    `a wake-up's delay must be whole seconds from 0 to ${MAX_DELAY_SECONDS}, got ${delaySeconds}; a longer wait takes several messages`,
  );
}
