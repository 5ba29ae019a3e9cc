import type { DelayedWakeUp, FragmentRef, WakeUp } from './ports.ts';
import { MAX_DELAY_SECONDS } from './ports.ts';

/** How long a trace waits for its decision. Both in milliseconds. */
export interface DecisionWaits {
  /** From the arrival of a fragment to the wake-up that looks at it. */
  readonly decisionWaitMs: number;
  /** The same for a fragment that holds the root span; undefined: no difference. Only ever shortens the wait. */
  readonly decisionWaitAfterRootReceivedMs: number | undefined;
}

/** A wake-up that comes early by less than this is taken as due: the clocks of two machines are never quite equal. */
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
      fragments: listed.map((fragment) => fragment.ref),
    }));
}

/**
 * The wake-up with the delay that takes it to its due time, or as near as one message can: a wait over
 * {@link MAX_DELAY_SECONDS} is made of hops, each of which sends the wake-up on.
 */
export function delayUntilDue(wakeUp: WakeUp, nowMs: number): DelayedWakeUp {
  const seconds = Math.ceil((wakeUp.dueAtMs - nowMs) / 1000);
  return { wakeUp, delaySeconds: Math.min(MAX_DELAY_SECONDS, Math.max(0, seconds)) };
}

export function isDue(wakeUp: WakeUp, nowMs: number): boolean {
  return wakeUp.dueAtMs - nowMs <= EARLY_TOLERANCE_MS;
}
