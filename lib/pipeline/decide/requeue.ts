import { type Clock, MAX_DELAY_SECONDS, type WakeUpQueue } from '../ports.ts';
import { delayUntilDue, type FragmentsByTrace, type ReceivedWakeUp, wakeUpsNaming } from '../wake-ups.ts';
import type { RequeueOptions } from './options.ts';
import type { TraceTooLarge } from './outcome.ts';

/**
 * How decide sends back to the queue what it leaves unsettled, always before it acknowledges the message that named it:
 * ```
 *   wake-up received
 *     ├─ before it is due ──────────────────▶ early: the same message again, with the delay that is left
 *     ├─ no time to examine its trace ──────▶ deferred: the same message again, at once; not an attempt
 *     ├─ trace over a limit ────────────────▶ dead letters, one message for each trace, with the reason
 *     └─ examined, fragments still open
 *          ├─ attempt < maxAttempts ────────▶ continued: a message with these fragments, attempt + 1, after a longer delay
 *          └─ else ─────────────────────────▶ dead letters
 * ```
 * Where sending fails, the received message is not acknowledged, so that SQS delivers it again.
 */

/** What became of some wake-ups that had to be sent again. */
export interface Requeued {
  readonly kind: 'early' | 'continued' | 'deferred' | 'dead_lettered';
  /** What was sent: fragments; of `early`, wake-ups. */
  readonly sentCount: number;
  /** Messages that must not be acknowledged, because sending failed. */
  readonly failedMessageIds: readonly string[];
  /** Why it failed. `traceId` is one of the traces concerned; empty when it is about no single one. */
  readonly failure?: { readonly traceId: string; readonly message: string };
}

export interface RequeueDeps {
  readonly wakeUps: WakeUpQueue;
  readonly clock: Clock;
}

/** Sends wake-ups that came before they are due again, with the delay that is left. */
export function requeueEarly(early: readonly ReceivedWakeUp[], { wakeUps, clock }: RequeueDeps): Promise<Requeued> {
  const delayed = () => early.map(({ wakeUp }) => delayUntilDue(wakeUp, clock.now()));
  return attemptToSend('early', early, () => wakeUps.send(delayed()));
}

/**
 * Sends a continuation for the fragments that were examined and are still open. Those that had their last attempt go to the
 * dead letters.
 */
export async function requeueUnsettled(
  received: readonly ReceivedWakeUp[],
  open: FragmentsByTrace,
  { wakeUps, clock }: RequeueDeps,
  { continuationDelayMs, maxAttempts }: RequeueOptions,
): Promise<readonly Requeued[]> {
  const remaining = wakeUpsNaming(open, received);
  const dead = remaining.filter(({ wakeUp }) => wakeUp.attempt >= maxAttempts);
  const alive = remaining.filter(({ wakeUp }) => wakeUp.attempt < maxAttempts);
  const nowMs = clock.now();
  const continuations = alive.map(({ wakeUp: { attempt, fragments } }) => {
    const delayMs = Math.min(continuationDelayMs * 2 ** attempt, MAX_DELAY_SECONDS * 1000);
    return delayUntilDue({ dueAtMs: nowMs + delayMs, attempt: attempt + 1, fragments }, nowMs);
  });
  // Dead letters that a person sends back to the queue get all their attempts again.
  const deadLetters = dead.map(({ wakeUp: { dueAtMs, fragments } }) => ({ dueAtMs, attempt: 0, fragments }));
  return [
    await attemptToSend('continued', alive, () => wakeUps.send(continuations)),
    await attemptToSend('dead_lettered', dead, () => wakeUps.sendToDeadLetters(deadLetters)),
  ];
}

/** Sends again, unchanged and without delay, what the batch ran out of time for. Does not count as an attempt. */
export function requeueUnprocessed(
  received: readonly ReceivedWakeUp[],
  unprocessed: FragmentsByTrace,
  { wakeUps, clock }: RequeueDeps,
): Promise<Requeued> {
  const remaining = wakeUpsNaming(unprocessed, received);
  const nowMs = clock.now();
  return attemptToSend('deferred', remaining, () =>
    wakeUps.send(remaining.map(({ wakeUp }) => delayUntilDue(wakeUp, nowMs))),
  );
}

/**
 * Sends the fragments of traces over a limit to the dead letters at once, because no further attempt can settle them: one
 * message for each trace, so that it can say why.
 */
export function deadLetterTooLarge(
  received: readonly ReceivedWakeUp[],
  traces: readonly TraceTooLarge[],
  { wakeUps, clock }: RequeueDeps,
): Promise<Requeued> {
  const sources = wakeUpsNaming(new Map(traces.map(({ traceId, hashes }) => [traceId, hashes])), received);
  const dueAtMs = new Map<string, number>();
  for (const { wakeUp } of sources) {
    for (const { traceId } of wakeUp.fragments) {
      dueAtMs.set(traceId, Math.min(wakeUp.dueAtMs, dueAtMs.get(traceId) ?? wakeUp.dueAtMs));
    }
  }
  const deadLetters = traces.map(({ traceId, hashes, reason }) => {
    const fragments = [...hashes].map((hash) => ({ traceId, hash }));
    return { dueAtMs: dueAtMs.get(traceId) ?? clock.now(), attempt: 0, fragments, reason };
  });
  return attemptToSend('dead_lettered', sources, () => wakeUps.sendToDeadLetters(deadLetters));
}

/** Sends, unless there is nothing to send. Never throws. */
async function attemptToSend(
  kind: Requeued['kind'],
  sources: readonly ReceivedWakeUp[],
  send: () => Promise<void>,
): Promise<Requeued> {
  if (sources.length === 0) return { kind, sentCount: 0, failedMessageIds: [] };
  try {
    await send();
    const fragmentCount = sources.reduce((sum, { wakeUp }) => sum + wakeUp.fragments.length, 0);
    return { kind, sentCount: kind === 'early' ? sources.length : fragmentCount, failedMessageIds: [] };
  } catch (error) {
    const traceId = kind === 'early' ? '' : (sources[0]?.wakeUp.fragments[0]?.traceId ?? '');
    const failure = { traceId, message: error instanceof Error ? error.message : String(error) };
    return { kind, sentCount: 0, failedMessageIds: sources.map(({ messageId }) => messageId), failure };
  }
}
