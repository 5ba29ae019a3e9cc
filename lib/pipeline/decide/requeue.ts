import { type Clock, MAX_DELAY_SECONDS, type WakeUp, type WakeUpQueue } from '../ports.ts';
import { allFragments, delayUntilDue, type FragmentsByTrace, type ReceivedWakeUp, wakeUpsNaming } from '../wake-ups.ts';
import { whyExpired } from './expiry.ts';
import type { RequeueOptions } from './options.ts';
import type { TraceTooLarge } from './outcome.ts';
import { MOST_LONE_DELIVERIES } from './suspects.ts';

/**
 * How decide sends back to the queue what it leaves unsettled, always before it acknowledges the message that named it:
 * ```
 *   wake-up received
 *     ├─ before it is due ──────────────────▶ early: the same message again, with the delay that is left
 *     ├─ no time to examine its trace ──────▶ deferred: the same message again, at once; not an attempt
 *     ├─ a suspect (`suspects.ts`) ─────────▶ deferred: a message for each trace, or dead letters
 *     ├─ trace over a limit ────────────────▶ dead letters, a message for each trace and hour, with the reason
 *     ├─ fragments expired ─────────────────▶ dead letters, with the reason (`expiry.ts`)
 *     └─ examined, fragments still open
 *          ├─ attempt < maxAttempts ────────▶ continued: a message with these fragments, attempt + 1, after a longer delay
 *          └─ else ─────────────────────────▶ dead letters, with the last failure as the reason
 * ```
 * Where sending fails, the received message is not acknowledged, so that SQS delivers it again.
 */

/** What became of some wake-ups that had to be sent again. */
export interface Requeued {
  readonly kind: 'early' | 'continued' | 'deferred' | 'dead_lettered' | 'expired';
  /** What was sent: fragments; of `early`, wake-ups. */
  readonly sentCount: number;
  /** Messages that must not be acknowledged, because sending failed. */
  readonly failedMessageIds: readonly string[];
  /** Why it failed. `traceId` is one of the traces concerned; empty when it is about no single one. */
  readonly failure?: { readonly traceId: string; readonly message: string };
  /** The dead letters that were sent. @default none */
  readonly deadLetters?: readonly WakeUp[];
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
 * @param open reduced to these fragments
 * @param whyOpen the last failure of each trace, where there was one
 */
export async function requeueUnsettled(
  open: readonly ReceivedWakeUp[],
  whyOpen: ReadonlyMap<string, string>,
  { wakeUps, clock }: RequeueDeps,
  { continuationDelayMs, maxAttempts }: RequeueOptions,
): Promise<readonly Requeued[]> {
  const dead = open.filter(({ wakeUp }) => wakeUp.attempt >= maxAttempts);
  const alive = open.filter(({ wakeUp }) => wakeUp.attempt < maxAttempts);
  const nowMs = clock.now();
  const continuations = alive.map(({ wakeUp: { attempt, fragments, receivedAtMs, restores } }) => {
    const delayMs = Math.min(continuationDelayMs * 2 ** attempt, MAX_DELAY_SECONDS * 1000);
    const kept = { ...(receivedAtMs !== undefined && { receivedAtMs }), ...(restores && { restores }) };
    return delayUntilDue({ dueAtMs: nowMs + delayMs, attempt: attempt + 1, fragments, ...kept }, nowMs);
  });
  const deadLetters = dead.map(({ wakeUp }) => asDeadLetter(wakeUp, whyGivenUp(wakeUp, whyOpen)));
  return [
    await attemptToSend('continued', alive, () => wakeUps.send(continuations)),
    await attemptToDeadLetter('dead_lettered', dead, deadLetters, wakeUps),
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
 * Sends each trace on in a message of its own, which says that it is a suspect. Does not count as an attempt. Copies of one message
 * become one again: a process that ends between the sending and the acknowledgement leaves both behind.
 */
export function requeueApart(suspects: readonly ReceivedWakeUp[], { wakeUps, clock }: RequeueDeps): Promise<Requeued> {
  const nowMs = clock.now();
  const apart = new Map<string, WakeUp>();
  for (const { wakeUp } of suspects) {
    for (const [traceId, named] of Map.groupBy(wakeUp.fragments, (fragment) => fragment.traceId)) {
      const name = `${traceId} ${wakeUp.restores ?? false} ${wakeUp.receivedAtMs}`;
      const before = apart.get(name);
      const hashes = new Set([...(before?.fragments ?? []), ...named].map(({ hash }) => hash));
      const fragments = [...hashes].map((hash) => ({ traceId, hash }));
      const attempt = Math.max(wakeUp.attempt, before?.attempt ?? 0);
      apart.set(name, { ...wakeUp, attempt, fragments, isSuspect: true });
    }
  }
  const delayed = [...apart.values()].map((wakeUp) => delayUntilDue(wakeUp, nowMs));
  return attemptToSend('deferred', suspects, () => wakeUps.send(delayed));
}

/** Gives up traces that have ended the process, or seem to have. */
export function deadLetterDeadly(
  suspects: readonly ReceivedWakeUp[],
  { wakeUps }: Pick<RequeueDeps, 'wakeUps'>,
): Promise<Requeued> {
  const deadLetters = suspects.map(({ wakeUp }) => asDeadLetter(wakeUp, WHY_DEADLY));
  return attemptToDeadLetter('dead_lettered', suspects, deadLetters, wakeUps);
}

const WHY_DEADLY = `the process ended each of the ${MOST_LONE_DELIVERIES} times that it examined this trace alone: it took too much memory, or too long`;

const HOUR_MS = 3_600_000;

/**
 * Sends the fragments of traces over a limit to the dead letters at once, because no further attempt can settle them: one
 * message for each trace, so that it can say why, and each hour in which fragments of it arrived. A batch may name what arrived
 * a day ago and what has just come: what is left of the one and the other is not over at the same time.
 */
export function deadLetterTooLarge(
  received: readonly ReceivedWakeUp[],
  traces: readonly TraceTooLarge[],
  { wakeUps }: Pick<RequeueDeps, 'wakeUps'>,
): Promise<Requeued> {
  const named = allFragments(traces.map(({ traceId, hashes }) => [traceId, hashes]));
  const reasons = new Map(traces.map(({ traceId, reason }) => [traceId, reason]));
  const sources = wakeUpsNaming(named, received);
  const letters = new Map<string, TooLargeLetter>();
  for (const { wakeUp } of sources) {
    const { dueAtMs, receivedAtMs = dueAtMs, restores = false } = wakeUp;
    for (const { traceId, hash } of wakeUp.fragments) {
      const name = `${traceId} ${restores} ${Math.floor(receivedAtMs / HOUR_MS)}`;
      const letter = letters.get(name) ?? { traceId, dueAtMs, receivedAtMs, restores, hashes: new Set() };
      letters.set(name, letter);
      letter.dueAtMs = Math.min(letter.dueAtMs, dueAtMs);
      // The last arrival: none of them counts as expired before it is.
      letter.receivedAtMs = Math.max(letter.receivedAtMs, receivedAtMs);
      letter.hashes.add(hash);
    }
  }
  const deadLetters = [...letters.values()].map(({ traceId, hashes, restores, ...times }) => {
    const fragments = [...hashes].map((hash) => ({ traceId, hash }));
    return asDeadLetter({ ...times, fragments, ...(restores && { restores }) }, reasons.get(traceId) ?? '');
  });
  return attemptToDeadLetter('dead_lettered', sources, deadLetters, wakeUps);
}

interface TooLargeLetter {
  readonly traceId: string;
  readonly restores: boolean;
  readonly hashes: Set<string>;
  dueAtMs: number;
  receivedAtMs: number;
}

/** Sends to the dead letters what left the buffer before it was decided. @param expired reduced to these fragments */
export function deadLetterExpired(
  expired: readonly ReceivedWakeUp[],
  { wakeUps }: RequeueDeps,
  bufferTtlMs: number,
): Promise<Requeued> {
  const deadLetters = expired.map(({ wakeUp }) => asDeadLetter(wakeUp, whyExpired(wakeUp, bufferTtlMs)));
  return attemptToDeadLetter('expired', expired, deadLetters, wakeUps);
}

/** The longest reason, in UTF-16 code units. */
const MAX_REASON_LENGTH = 1_000;

/** Dead letters that a person sends back to the queue get all their attempts again. */
function asDeadLetter({ isSuspect, ...wakeUp }: Omit<WakeUp, 'attempt' | 'reason'>, reason: string): WakeUp {
  return { ...wakeUp, attempt: 0, reason: reason.slice(0, MAX_REASON_LENGTH) };
}

/** The failures of the first traces, usually of the only one: the others have been settled by earlier attempts. */
function whyGivenUp({ attempt, fragments }: WakeUp, whyOpen: ReadonlyMap<string, string>): string {
  const traceIds = [...new Set(fragments.map(({ traceId }) => traceId))];
  const failures = new Set(traceIds.map((traceId) => whyOpen.get(traceId)).filter((failure) => failure !== undefined));
  const [failure = 'another invocation has claimed the spans, and it neither ends nor counts as dead'] = failures;
  const others = failures.size > 1 ? `; and ${failures.size - 1} other reasons` : '';
  return `not settled in ${attempt + 1} attempts: ${failure}${others}`;
}

async function attemptToDeadLetter(
  kind: 'dead_lettered' | 'expired',
  sources: readonly ReceivedWakeUp[],
  deadLetters: readonly WakeUp[],
  wakeUps: WakeUpQueue,
): Promise<Requeued> {
  const requeued = await attemptToSend(kind, sources, () => wakeUps.sendToDeadLetters(deadLetters));
  return requeued.sentCount === 0 ? requeued : { ...requeued, deadLetters };
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
