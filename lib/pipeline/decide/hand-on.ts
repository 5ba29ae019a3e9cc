import { type Clock, type FragmentRef, MAX_DELAY_SECONDS, type WakeUp, type WakeUpQueue } from '../ports.ts';
import { delayUntilDue } from '../wake-ups.ts';
import type { DecideSettings, ReceivedWakeUp } from './decide.ts';
import { addFailure, type DecideSummary } from './summary.ts';

/** Fragments by hash, of each trace. */
export type FragmentsByTrace = Map<string, Set<string>>;

export interface HandOnDeps {
  readonly wakeUps: WakeUpQueue;
  readonly clock: Clock;
}

export type HandOnSettings = Pick<DecideSettings, 'continuationDelayMs' | 'maxAttempts'>;

/** Sends wake-ups that came before their time on. Resolves to the messages for which that failed. */
export async function hop(
  early: readonly ReceivedWakeUp[],
  deps: HandOnDeps,
  summary: DecideSummary,
): Promise<string[]> {
  if (early.length === 0) return [];
  try {
    await deps.wakeUps.send(early.map(({ wakeUp }) => delayUntilDue(wakeUp, deps.clock.now())));
    summary.hops = early.length;
    return [];
  } catch (error) {
    addFailure(summary, '', error);
    return early.map(({ messageId }) => messageId);
  }
}

/** Sends what is still open on, or sets it aside after the last attempt. Resolves to the messages for which that failed. */
export async function handOn(
  received: readonly ReceivedWakeUp[],
  open: readonly FragmentsByTrace[],
  deps: HandOnDeps,
  settings: HandOnSettings,
  summary: DecideSummary,
): Promise<string[]> {
  const left = whatIsIn(open, received);
  const dead = left.filter(({ attempt }) => attempt >= settings.maxAttempts);
  const alive = left.filter(({ attempt }) => attempt < settings.maxAttempts);
  const nowMs = deps.clock.now();
  const continuations = alive.map(({ attempt, fragments }) => {
    const delayMs = Math.min(settings.continuationDelayMs * 2 ** attempt, MAX_DELAY_SECONDS * 1000);
    return delayUntilDue({ dueAtMs: nowMs + delayMs, attempt: attempt + 1, fragments }, nowMs);
  });
  // Whoever brings dead letters back wants a full number of attempts for them.
  const deadLetters = dead.map(({ dueAtMs, fragments }) => ({ dueAtMs, attempt: 0, fragments }));
  const failed: string[] = [];
  failed.push(...(await trySending(alive, 'continued', () => deps.wakeUps.send(continuations), summary)));
  failed.push(...(await trySending(dead, 'deadLettered', () => deps.wakeUps.sendToDeadLetters(deadLetters), summary)));
  return failed;
}

/**
 * Sends what there was no time for on, at once and as it is: nothing was tried, so that it is no attempt. Resolves to the messages for
 * which that failed.
 */
export async function defer(
  received: readonly ReceivedWakeUp[],
  notLookedAt: FragmentsByTrace,
  deps: HandOnDeps,
  summary: DecideSummary,
): Promise<readonly string[]> {
  const left = whatIsIn([notLookedAt], received);
  const nowMs = deps.clock.now();
  const wakeUps = left.map(({ messageId: _, ...wakeUp }) => delayUntilDue(wakeUp, nowMs));
  return trySending(left, 'deferred', () => deps.wakeUps.send(wakeUps), summary);
}

/** Fragments of one trace that is over a limit. */
export interface TraceTooLarge {
  readonly traceId: string;
  readonly hashes: ReadonlySet<string>;
  /** Which limit, and where the kept part of the trace is. */
  readonly reason: string;
}

/**
 * Sends what no further attempt can settle to the dead letters at once, a message for each trace, so that it says why. Resolves to
 * the messages for which that failed.
 */
export async function setAside(
  received: readonly ReceivedWakeUp[],
  traces: readonly TraceTooLarge[],
  deps: HandOnDeps,
  summary: DecideSummary,
): Promise<readonly string[]> {
  const sources = whatIsIn([new Map(traces.map(({ traceId, hashes }) => [traceId, hashes]))], received);
  const dueAtMs = new Map<string, number>();
  for (const source of sources) {
    for (const { traceId } of source.fragments) {
      dueAtMs.set(traceId, Math.min(source.dueAtMs, dueAtMs.get(traceId) ?? source.dueAtMs));
    }
  }
  const deadLetters = traces.map(({ traceId, hashes, reason }) => {
    const fragments = [...hashes].map((hash) => ({ traceId, hash }));
    return { dueAtMs: dueAtMs.get(traceId) ?? deps.clock.now(), attempt: 0, fragments, reason };
  });
  return trySending(sources, 'deadLettered', () => deps.wakeUps.sendToDeadLetters(deadLetters), summary);
}

interface LeftOver extends WakeUp {
  readonly messageId: string;
}

/** The messages, with those of their fragments that are in one of the sets. */
function whatIsIn(
  sets: readonly ReadonlyMap<string, ReadonlySet<string>>[],
  received: readonly ReceivedWakeUp[],
): readonly LeftOver[] {
  const isIn = ({ traceId, hash }: FragmentRef) => sets.some((fragments) => fragments.get(traceId)?.has(hash) ?? false);
  return received
    .map(({ messageId, wakeUp }) => ({ messageId, ...wakeUp, fragments: wakeUp.fragments.filter(isIn) }))
    .filter(({ fragments }) => fragments.length > 0);
}

/** Counts the fragments when they are sent. Resolves to the messages for which that failed. */
async function trySending(
  left: readonly LeftOver[],
  count: 'continued' | 'deadLettered' | 'deferred',
  send: () => Promise<void>,
  summary: DecideSummary,
): Promise<readonly string[]> {
  if (left.length === 0) return [];
  try {
    await send();
    summary[count] += left.reduce((sum, { fragments }) => sum + fragments.length, 0);
    return [];
  } catch (error) {
    addFailure(summary, left[0]?.fragments[0]?.traceId ?? '', error);
    return left.map(({ messageId }) => messageId);
  }
}
