import type { ReceivedWakeUp } from '../wake-ups.ts';

/** What of a batch an operator has sent, to keep traces whatever the policies say. */
export interface Restores {
  /** Whether the trace is to be kept. */
  has(traceId: string): boolean;
  /**
   * Whether an export request has brought the fragment to this batch, and not the operator alone: only then can its trace be received
   * here, and counted.
   */
  isReceived(traceId: string, hash: string): boolean;
}

export function restoresOf(received: readonly ReceivedWakeUp[]): Restores {
  const restoring = received.filter(({ wakeUp }) => wakeUp.restores);
  const traces = new Set(restoring.flatMap(({ wakeUp }) => wakeUp.fragments.map(({ traceId }) => traceId)));
  const named = new Set<string>();
  // Only where it matters: nearly every batch restores nothing.
  for (const { wakeUp } of traces.size === 0 ? [] : received) {
    if (wakeUp.restores) continue;
    for (const { traceId, hash } of wakeUp.fragments) if (traces.has(traceId)) named.add(`${traceId} ${hash}`);
  }
  return {
    has: (traceId) => traces.has(traceId),
    isReceived: (traceId, hash) => !traces.has(traceId) || named.has(`${traceId} ${hash}`),
  };
}
