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

/**
 * The share of traces that the Collector's `probabilistic` policy keeps, computed from its definition and apart from
 * Tailgate's own implementation: the demo checks one against the other.
 */

const FNV_OFFSET_BASIS = 0xcbf29ce484222325n;
const FNV_PRIME = 0x100000001b3n;
/** The salt of a policy without `hash_salt`. */
const DEFAULT_SALT = 'default-hash-seed';

/** The greatest hash that is kept at `sampling_percentage: 10`: (2^64 - 1) × 0.1, rounded to 64 significant bits. */
export const TEN_PERCENT = 0x19999999999999ffn;

/** Whether a trace is in the share whose hash is at most `threshold`. */
export function isInShare(traceId: string, threshold: bigint): boolean {
  return fnv1a64(Buffer.concat([Buffer.from(DEFAULT_SALT), Buffer.from(traceId, 'hex')])) <= threshold;
}

/** 64-bit FNV-1a. */
export function fnv1a64(bytes: Uint8Array): bigint {
  return bytes.reduce((hash, byte) => BigInt.asUintN(64, (hash ^ BigInt(byte)) * FNV_PRIME), FNV_OFFSET_BASIS);
}
