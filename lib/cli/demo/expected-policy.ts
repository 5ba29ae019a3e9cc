import { isInShare, TEN_PERCENT } from './hash-share.ts';
import type { SentTrace } from './sent-ledger.ts';

/** The policies of the demo's tailgate.yaml, in its order. */
export const DEMO_POLICIES = ['errors', 'slow', 'vip-customers', 'baseline'] as const;
export type DemoPolicy = (typeof DEMO_POLICIES)[number];

/** `threshold_ms` of the policy `slow`. */
const SLOW_MS = 1000n;

/**
 * The policy that must keep a trace, or undefined when none wants it. Of several, the first: they stand in the order of
 * certainty, and the one that keeps only a share comes last.
 */
export function expectedPolicy(trace: SentTrace): DemoPolicy | undefined {
  if (trace.hasError) return 'errors';
  // Whole milliseconds, and more than the threshold.
  if ((trace.latestEnd - trace.earliestStart) / 1_000_000n > SLOW_MS) return 'slow';
  if (trace.tiers.has('vip')) return 'vip-customers';
  return isInShare(trace.traceId, TEN_PERCENT) ? 'baseline' : undefined;
}

/** How many traces a trace kept by the policy stands for. */
export function expectedWeight(policy: DemoPolicy): number {
  return policy === 'baseline' ? 10 : 1;
}
