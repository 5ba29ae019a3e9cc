import { FleetAllowances } from '../allowances/fleet-allowances.ts';
import type { Evaluate } from '../ports.ts';
import {
  type Clock,
  type KeyTables,
  type LimitStore,
  MAX_DELAY_SECONDS,
  type SpanBuffer,
  type TraceArchive,
  type WakeUp,
  type WakeUpQueue,
} from '../ports.ts';
import { isDue } from '../wake-ups.ts';
import { ArchiveRound } from './archive-round.ts';
import { ClaimStates } from './claims.ts';
import { defer, type FragmentsByTrace, handOn, hop, setAside, type TraceTooLarge } from './hand-on.ts';
import { OneAtATime } from './one-at-a-time.ts';
import { type SettleDeps, TraceSettler } from './settle-trace.ts';
import { openFragments, type Standings, tooLargeFragments } from './standings.ts';
import { type DecideSummary, emptySummary } from './summary.ts';

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
  /** Whether there still is time to look at another trace, and to commit what was claimed. @default always */
  readonly hasTime?: () => boolean;
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
  const largeTraces = new OneAtATime();

  return async function decide({ received, evaluate, hasTime = () => true }: DecideBatch): Promise<DecideResult> {
    const summary = emptySummary();
    summary.wakeUps = received.length;
    allowances.startBatch();
    const nowMs = deps.clock.now();
    const due = received.filter(({ wakeUp }) => isDue(wakeUp, nowMs));
    summary.maxLagMs = Math.max(0, ...due.map(({ wakeUp }) => nowMs - wakeUp.dueAtMs));
    const early = received.filter(({ wakeUp }) => !isDue(wakeUp, nowMs));
    const failed = await hop(early, deps, summary);

    const settleDeps = { ...deps, evaluate, hasTime, claimStates, allowances, largeTraces };
    const traces = fragmentsByTrace(due);
    const first = await settleAll(traces, settleDeps, settings, summary);
    summary.traces = traces.size - first.notLookedAt.size;
    // Most of what is open now was claimed by an invocation that ran at the same time and has committed by now.
    const again = await settleAll(first.open, settleDeps, settings, summary);
    await allowances.giveBack();
    failed.push(...(await handOn(due, [again.open, again.notLookedAt], deps, settings, summary)));
    failed.push(...(await defer(due, first.notLookedAt, deps, summary)));
    failed.push(...(await setAside(due, [...first.tooLarge, ...again.tooLarge], deps, summary)));
    summary.durationMs = deps.clock.now() - nowMs;
    return { failedMessageIds: [...new Set(failed)], summary };
  };
}

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

interface Unsettled {
  /** Looked at, and still open. */
  readonly open: FragmentsByTrace;
  /** For which there was no time. */
  readonly notLookedAt: FragmentsByTrace;
  /** What looking again would not help. */
  readonly tooLarge: readonly TraceTooLarge[];
}

/** Settles traces in rounds of bounded memory, as long as there is time. Resolves to what is left. */
async function settleAll(
  waiting: FragmentsByTrace,
  deps: DecideDeps & Omit<SettleDeps, 'canLook'> & { readonly hasTime: () => boolean },
  settings: DecideSettings,
  summary: DecideSummary,
): Promise<Unsettled> {
  const open: FragmentsByTrace = new Map();
  const tooLarge: TraceTooLarge[] = [];
  const queue = [...waiting];
  let next = 0;
  while (next < queue.length && deps.hasTime()) {
    const round = new ArchiveRound(deps.newId(), deps.archive, deps.clock);
    const canLook = () => deps.hasTime() && !round.isOver(settings.maxRoundBytes);
    const settler = new TraceSettler({ ...deps, canLook }, round, summary);
    const looked: { readonly traceId: string; readonly standings: Standings }[] = [];
    const work = async () => {
      for (let entry = queue[next]; entry !== undefined && canLook(); entry = queue[next]) {
        next += 1;
        const [traceId, hashes] = entry;
        const standings = await settler.settle(traceId, hashes);
        // Its turn came when the round was over: it is the next one's.
        if (standings === 'not looked at') queue.push(entry);
        else looked.push({ traceId, standings });
      }
    };
    await Promise.all(Array.from({ length: settings.concurrency }, work));
    const committed = await round.commit();
    summary.objects += committed.size;
    for (const bytes of committed.values()) summary.archivedBytes += bytes;
    for (const { traceId, standings } of looked) {
      const left = openFragments(standings, committed);
      if (left.size > 0) open.set(traceId, left);
      tooLarge.push(...tooLargeFragments(traceId, standings));
    }
  }
  return { open, notLookedAt: new Map(queue.slice(next)), tooLarge };
}
