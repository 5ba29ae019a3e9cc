import type { ArrivalLog } from './explain/ports.ts';
import { type BufferedFragment, type Clock, type SpanBuffer, TraceTooLargeError, type WakeUpQueue } from './ports.ts';

export interface RestoreDeps {
  readonly buffer: Pick<SpanBuffer, 'read'> & ArrivalLog;
  readonly wakeUps: Pick<WakeUpQueue, 'send'>;
  readonly clock: Clock;
  readonly bufferTtlMs: number;
}

/**
 * - `requested`: the pipeline keeps it with the next batch
 * - `kept`: it is kept already, by this policy
 * - `expired`: its spans have left the buffer, at this time
 * - `unknown`: no span of it came, or the buffer has forgotten them
 * - `too_large`: it is over a limit
 */
export type RestoreOutcome =
  | { readonly state: 'requested'; readonly spanCount: number }
  | { readonly state: 'kept'; readonly policy: string }
  | { readonly state: 'expired'; readonly leftAtMs: number }
  | { readonly state: 'unknown' }
  | { readonly state: 'too_large'; readonly reason: string };

/**
 * Has the pipeline keep a trace that its policies did not keep, whole and once, as policy `restored`:
 * ```
 *   operator ── wake-up that restores ──▶ queue ──▶ decide: reads the trace, evaluates the policies
 *                                                     ├─ they keep it after all ─▶ claims it for their policy, with its weight
 *                                                     └─ else ──────────────────▶ claims it for `restored`, weight null
 * ```
 * Claiming and committing are those of every kept trace, so that neither a decision at the same time nor a second restore keeps it
 * twice, and late spans follow it. The wake-up names the fragment that came last: that one leaves the buffer last.
 *
 * @throws {UnavailableError} when it is not known whether the wake-up was sent; sending it again does no harm
 */
export async function restoreTrace(traceId: string, deps: RestoreDeps): Promise<RestoreOutcome> {
  const { buffer, wakeUps, clock, bufferTtlMs } = deps;
  let fragments: readonly BufferedFragment[];
  try {
    const first = await buffer.read(traceId, { wholeUpTo: 0 });
    if (first.decision !== undefined) return { state: 'kept', policy: first.decision.policy };
    fragments = first.isRecordOnly ? (await buffer.read(traceId)).fragments : first.fragments;
  } catch (error) {
    if (!(error instanceof TraceTooLargeError)) throw error;
    return { state: 'too_large', reason: error.message };
  }
  const last = fragments.at(-1);
  if (last === undefined) {
    const arrivals = await buffer.arrivals(traceId);
    const leftAtMs = arrivals.reduce((latest, { receivedAtMs }) => Math.max(latest, receivedAtMs + bufferTtlMs), 0);
    return arrivals.length === 0 ? { state: 'unknown' } : { state: 'expired', leftAtMs };
  }
  const { hash, receivedAtMs } = last;
  const dueAtMs = clock.now();
  const wakeUp = { dueAtMs, attempt: 0, receivedAtMs, fragments: [{ traceId, hash }], restores: true } as const;
  await wakeUps.send([{ wakeUp, delaySeconds: 0 }]);
  return { state: 'requested', spanCount: fragments.reduce((sum, { spanCount }) => sum + spanCount, 0) };
}
