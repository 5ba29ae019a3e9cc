import type { DelayedWakeUp, FragmentRef, WakeUp } from './ports.ts';
import { MAX_DELAY_SECONDS } from './ports.ts';

/** How long a trace waits for its decision. Both in milliseconds. */
export interface DecisionWaits {
  /** From the arrival of a fragment to the wake-up that examines its trace. */
  readonly decisionWaitMs: number;
  /** The same for a fragment that holds the root span; undefined: no difference. Only ever shortens the wait. */
  readonly decisionWaitAfterRootReceivedMs: number | undefined;
}

/** A wake-up that comes early by less than this counts as due: the clocks of two machines are never quite equal. */
const EARLY_TOLERANCE_MS = 500;

/**
 * The wake-ups of one export request: one for all its fragments, and an earlier one for those with the root span where
 * `decision_wait_after_root_received` asks for it.
 */
export function wakeUpsFor(
  fragments: readonly { readonly ref: FragmentRef; readonly hasRoot: boolean }[],
  receivedAtMs: number,
  waits: DecisionWaits,
): WakeUp[] {
  const { decisionWaitMs, decisionWaitAfterRootReceivedMs } = waits;
  const waitAfterRootMs = Math.min(decisionWaitMs, decisionWaitAfterRootReceivedMs ?? decisionWaitMs);
  const isEarly = (fragment: { readonly hasRoot: boolean }) => fragment.hasRoot && waitAfterRootMs < decisionWaitMs;
  return [
    { waitMs: waitAfterRootMs, listed: fragments.filter(isEarly) },
    { waitMs: decisionWaitMs, listed: fragments.filter((fragment) => !isEarly(fragment)) },
  ]
    .filter(({ listed }) => listed.length > 0)
    .map(({ waitMs, listed }) => ({
      dueAtMs: receivedAtMs + waitMs,
      attempt: 0,
      receivedAtMs,
      fragments: listed.map((fragment) => fragment.ref),
    }));
}

/**
 * The wake-up with the delay that takes it to its due time, or as near as one message can: a wait over
 * {@link MAX_DELAY_SECONDS} is made of hops. A wake-up that arrives early is sent again.
 */
export function delayUntilDue(wakeUp: WakeUp, nowMs: number): DelayedWakeUp {
  const seconds = Math.ceil((wakeUp.dueAtMs - nowMs) / 1000);
  return { wakeUp, delaySeconds: Math.min(MAX_DELAY_SECONDS, Math.max(0, seconds)) };
}

export function isDue(wakeUp: WakeUp, nowMs: number): boolean {
  return wakeUp.dueAtMs - nowMs <= EARLY_TOLERANCE_MS;
}

export interface ReceivedWakeUp {
  /** The queue's name for the message. */
  readonly messageId: string;
  readonly wakeUp: WakeUp;
  /** Deliveries so far, this one included. @default 1 */
  readonly receiveCount?: number;
  /** What is done in place of examining what it names (`decide/suspects.ts`). @default it is examined */
  readonly instead?: 'hand on' | 'give up';
}

/**
 * The wake-ups of a batch without copies. An invocation that sends on what a message names, and is killed before it acknowledges the
 * message, leaves both; were each of them sent on again, they would double each time. Copies have everything in common but the number of
 * attempts, when they are due, and some of the fragments. Each fragment stays with the one that has had the most attempts: until it is
 * settled, or another message names it, that one is not acknowledged, so the others may be.
 */
export function withoutCopies(received: readonly ReceivedWakeUp[]): readonly ReceivedWakeUp[] {
  const requests = Map.groupBy(received, ({ wakeUp: { fragments, attempt, dueAtMs, ...request } }) =>
    JSON.stringify(request),
  );
  return [...requests.values()].flatMap((messages) => (messages.length > 1 ? namedOnce(messages) : messages));
}

function namedOnce(messages: readonly ReceivedWakeUp[]): readonly ReceivedWakeUp[] {
  const named = new Set<string>();
  return messages
    .toSorted((left, right) => right.wakeUp.attempt - left.wakeUp.attempt)
    .map((message) => {
      const fragments = message.wakeUp.fragments.filter(({ traceId, hash }) => {
        const countBefore = named.size;
        return named.add(`${traceId} ${hash}`).size > countBefore;
      });
      return { ...message, wakeUp: { ...message.wakeUp, fragments } };
    })
    .filter(({ wakeUp }) => wakeUp.fragments.length > 0);
}

/** Hashes of fragments, by the trace that they belong to. */
export type FragmentsByTrace = ReadonlyMap<string, ReadonlySet<string>>;

/**
 * What the wake-ups of a batch name: each trace once, each of its fragments once. Wake-ups take turns, so that the traces of a
 * small one need not wait for those of a giant one before it.
 */
export function fragmentsByTrace(received: readonly ReceivedWakeUp[]): FragmentsByTrace {
  const byTrace = new Map<string, Set<string>>();
  let lists = received.map(({ wakeUp }) => wakeUp.fragments);
  for (let at = 0; lists.length > 0; at++) {
    lists = lists.filter((fragments) => at < fragments.length);
    for (const fragments of lists) {
      const { traceId, hash } = fragments[at] as FragmentRef;
      const hashes = byTrace.get(traceId);
      if (hashes === undefined) byTrace.set(traceId, new Set([hash]));
      else hashes.add(hash);
    }
  }
  return byTrace;
}

/** Fragments of traces that may be named several times, with others each time: the two looks of a batch find out different things. */
export function allFragments(named: Iterable<readonly [string, ReadonlySet<string>]>): FragmentsByTrace {
  const all = new Map<string, Set<string>>();
  for (const [traceId, hashes] of named) {
    const known = all.get(traceId);
    if (known === undefined) all.set(traceId, new Set(hashes));
    else for (const hash of hashes) known.add(hash);
  }
  return all;
}

/** The wake-ups reduced to these fragments. Those that name none of them are left out. */
export function wakeUpsNaming(
  fragments: FragmentsByTrace,
  received: readonly ReceivedWakeUp[],
): readonly ReceivedWakeUp[] {
  return received
    .map(({ messageId, wakeUp }) => {
      const named = wakeUp.fragments.filter(({ traceId, hash }) => fragments.get(traceId)?.has(hash) ?? false);
      return { messageId, wakeUp: { ...wakeUp, fragments: named } };
    })
    .filter(({ wakeUp }) => wakeUp.fragments.length > 0);
}
