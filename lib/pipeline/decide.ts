import { ArchiveRound } from './archive-round.ts';
import { ClaimStates } from './claim-states.ts';
import { addFailure, type DecideSummary, emptySummary } from './decide-summary.ts';
import type { Evaluate } from './evaluate.ts';
import { FleetAllowances } from './fleet-allowances.ts';
import {
  type Clock,
  type FragmentRef,
  type KeyTables,
  type LimitStore,
  MAX_DELAY_SECONDS,
  type SpanBuffer,
  type TraceArchive,
  type WakeUp,
  type WakeUpQueue,
} from './ports.ts';
import { type SettleDeps, type Standings, TraceSettler } from './settle-trace.ts';
import { delayUntilDue, isDue } from './wake-ups.ts';

export interface DecideDeps {
  readonly buffer: SpanBuffer;
  readonly archive: TraceArchive;
  readonly wakeUps: WakeUpQueue;
  readonly limits: LimitStore;
  readonly keyTables: KeyTables;
  readonly clock: Clock;
  /** 16 hex digits that nobody else has. */
  readonly newId: () => string;
}

export interface DecideSettings {
  /** Age from which the owner of an uncommitted claim counts as dead. Must be more than an invocation can last. */
  readonly claimTimeoutMs: number;
  /** How long the first continuation waits. Each further one waits twice as long, up to {@link MAX_DELAY_SECONDS}. */
  readonly continuationDelayMs: number;
  /** After so many continuations a fragment goes to the dead letters: by default after an hour and a half. */
  readonly maxAttempts: number;
  /** Traces that are read at the same time. */
  readonly concurrency: number;
  /** Lines of so many bytes end a round: its objects are created before the next trace is read. */
  readonly maxRoundBytes: number;
}

export const DEFAULT_DECIDE_SETTINGS: DecideSettings = {
  claimTimeoutMs: 90_000,
  continuationDelayMs: 30_000,
  maxAttempts: 10,
  concurrency: 16,
  maxRoundBytes: 8 * 1024 * 1024,
};

export interface ReceivedWakeUp {
  /** The queue's name for the message. */
  readonly messageId: string;
  readonly wakeUp: WakeUp;
}

export interface DecideBatch {
  readonly received: readonly ReceivedWakeUp[];
  /** One batch is decided by one version of the policies. */
  readonly evaluate: Evaluate;
}

export interface DecideResult {
  /** Messages that must come back. Every other one is done with: what it lists is settled, or listed in a message sent since. */
  readonly failedMessageIds: readonly string[];
  readonly summary: DecideSummary;
}

/**
 * The use case behind the queue: looks at the traces that a batch of wake-ups names, decides them, and writes the sampled
 * ones to the archive. Everything in it may be done twice, by two invocations at once, and die at any point.
 *
 * A wake-up is acknowledged only when each of its fragments is in an archive object that exists, or its trace is not
 * sampled; what cannot be settled now is sent on in a continuation, before the acknowledgement.
 */
export function createDecide(deps: DecideDeps, settings: DecideSettings = DEFAULT_DECIDE_SETTINGS) {
  const claimStates = new ClaimStates(deps.archive, deps.clock, settings.claimTimeoutMs);
  const allowances = new FleetAllowances(deps);

  return async function decide({ received, evaluate }: DecideBatch): Promise<DecideResult> {
    const summary = emptySummary();
    summary.wakeUps = received.length;
    allowances.startBatch();
    const nowMs = deps.clock.now();
    const due = received.filter(({ wakeUp }) => isDue(wakeUp, nowMs));
    summary.maxLagMs = Math.max(0, ...due.map(({ wakeUp }) => nowMs - wakeUp.dueAtMs));
    const early = received.filter(({ wakeUp }) => !isDue(wakeUp, nowMs));
    const failed = await hop(early, deps, summary);

    let waiting = fragmentsByTrace(due);
    summary.traces = waiting.size;
    const settleDeps = { ...deps, evaluate, claimStates, allowances };
    waiting = await settleAll(waiting, settleDeps, settings, summary);
    // Most of what is open now was claimed by an invocation that ran at the same time and has committed by now.
    if (waiting.size > 0) waiting = await settleAll(waiting, settleDeps, settings, summary);
    await allowances.giveBack();
    failed.push(...(await handOn(due, waiting, deps, settings, summary)));
    summary.durationMs = deps.clock.now() - nowMs;
    return { failedMessageIds: failed, summary };
  };
}

type FragmentsByTrace = Map<string, Set<string>>;

function fragmentsByTrace(received: readonly ReceivedWakeUp[]): FragmentsByTrace {
  const byTrace: FragmentsByTrace = new Map();
  for (const { wakeUp } of received) {
    for (const { traceId, hash } of wakeUp.fragments) {
      const hashes = byTrace.get(traceId);
      if (hashes === undefined) byTrace.set(traceId, new Set([hash]));
      else hashes.add(hash);
    }
  }
  return byTrace;
}

/** Sends wake-ups that came before their time on. Resolves to the messages for which that failed. */
async function hop(early: readonly ReceivedWakeUp[], deps: DecideDeps, summary: DecideSummary): Promise<string[]> {
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

/** Settles traces in rounds of bounded memory. Resolves to what is still open. */
async function settleAll(
  waiting: FragmentsByTrace,
  deps: DecideDeps & SettleDeps,
  settings: DecideSettings,
  summary: DecideSummary,
): Promise<FragmentsByTrace> {
  const open: FragmentsByTrace = new Map();
  const queue = waiting.entries();
  let isEmpty = false;
  while (!isEmpty) {
    const round = new ArchiveRound(deps.newId(), deps.archive, deps.clock);
    const settler = new TraceSettler(deps, round, summary);
    const looked: { readonly traceId: string; readonly standings: Standings }[] = [];
    const work = async () => {
      while (!round.isOver(settings.maxRoundBytes)) {
        const next = queue.next();
        if (next.done) {
          isEmpty = true;
          return;
        }
        const [traceId, hashes] = next.value;
        looked.push({ traceId, standings: await settler.settle(traceId, hashes) });
      }
    };
    await Promise.all(Array.from({ length: settings.concurrency }, work));
    const committed = await round.commit();
    summary.objects += committed.size;
    for (const bytes of committed.values()) summary.archivedBytes += bytes;
    for (const { traceId, standings } of looked) {
      const left = openFragments(standings, committed);
      if (left.size > 0) open.set(traceId, left);
    }
  }
  return open;
}

function openFragments(standings: Standings, committed: ReadonlyMap<string, number>): Set<string> {
  const open = new Set<string>();
  for (const [hash, standing] of standings) {
    if (standing === 'open' || (standing !== 'settled' && !committed.has(standing.claimedAt))) open.add(hash);
  }
  return open;
}

/** Sends what is still open on, or sets it aside after the last attempt. Resolves to the messages for which that failed. */
async function handOn(
  received: readonly ReceivedWakeUp[],
  open: FragmentsByTrace,
  deps: DecideDeps,
  settings: DecideSettings,
  summary: DecideSummary,
): Promise<string[]> {
  const left = received
    .map(({ messageId, wakeUp }) => ({
      messageId,
      ...wakeUp,
      fragments: wakeUp.fragments.filter((ref) => isOpen(open, ref)),
    }))
    .filter(({ fragments }) => fragments.length > 0);
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
  const trySending = async (sent: typeof left, send: () => Promise<void>) => {
    if (sent.length === 0) return 0;
    try {
      await send();
      return sent.reduce((sum, { fragments }) => sum + fragments.length, 0);
    } catch (error) {
      addFailure(summary, sent[0]?.fragments[0]?.traceId ?? '', error);
      failed.push(...sent.map(({ messageId }) => messageId));
      return 0;
    }
  };
  summary.continued += await trySending(alive, () => deps.wakeUps.send(continuations));
  summary.deadLettered += await trySending(dead, () => deps.wakeUps.sendToDeadLetters(deadLetters));
  return failed;
}

function isOpen(open: FragmentsByTrace, { traceId, hash }: FragmentRef): boolean {
  return open.get(traceId)?.has(hash) ?? false;
}
