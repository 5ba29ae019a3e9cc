import type { WakeUp } from '../ports.ts';
import { type FragmentsByTrace, type ReceivedWakeUp, wakeUpsNaming } from '../wake-ups.ts';

/**
 * What a fragment that a wake-up names can have become when it is not in the buffer:
 * ```
 *   in a claim whose object exists ──────────▶ settled: nothing is missing
 *   in no claim ── its time in the buffer is over ──▶ expired: the queue lagged for longer than the TTL. No further
 *              │                                       attempt helps: a dead letter that says so, a metric, a line of the log
 *              └─ it is not over ───────────────────▶ lost by the buffer, or not visible yet: examined again, and after
 *                                                      the last attempt a dead letter that says so
 * ```
 * Of a trace that is not sampled nothing remains when its fragments have expired. So a message that comes twice, the second time
 * after a day, can be reported as expired although the first one was decided.
 */
export interface Missing {
  /** Reduced to fragments whose time is over. */
  readonly expired: readonly ReceivedWakeUp[];
  /** Reduced to those whose time is not over. */
  readonly lost: readonly ReceivedWakeUp[];
}

/** When the first of the fragments leaves the buffer, in milliseconds since the epoch. */
export function expiresAtMs({ receivedAtMs, dueAtMs }: WakeUp, bufferTtlMs: number): number {
  return (receivedAtMs ?? dueAtMs) + bufferTtlMs;
}

/** @param missing fragments that are in no claim and not in the buffer */
export function sortMissing(
  received: readonly ReceivedWakeUp[],
  missing: FragmentsByTrace,
  nowMs: number,
  bufferTtlMs: number,
): Missing {
  const named = wakeUpsNaming(missing, received);
  const isOver = ({ wakeUp }: ReceivedWakeUp) => expiresAtMs(wakeUp, bufferTtlMs) <= nowMs;
  return { expired: named.filter(isOver), lost: named.filter((one) => !isOver(one)) };
}

/** For the dead letter. */
export function whyExpired({ receivedAtMs, dueAtMs }: WakeUp, bufferTtlMs: number): string {
  const since = receivedAtMs === undefined ? `due at ${iso(dueAtMs)}` : `received at ${iso(receivedAtMs)}`;
  return `expired: ${since}, and the buffer keeps spans for ${bufferTtlMs / 3_600_000} hours; unless their trace was decided before, they are lost`;
}

function iso(ms: number): string {
  return new Date(ms).toISOString();
}
