import type { Trace } from '../otlp/trace.ts';
import type { HashRange } from './hash-range.ts';
import type { Allowances } from './limit.ts';
import type { PolicySummary } from './policy-summary.ts';

export type Vote = 'sampled' | 'not_sampled' | 'dropped';

/** What one policy says of one trace. */
export interface Evaluation {
  readonly vote: Vote;
  /**
   * Rejection threshold as a share of 1: 0 for a policy that keeps every trace that it matches, 1 - p for one that keeps
   * a share p of them. Of several policies that sample a trace the one with the smallest threshold gets the credit.
   */
  readonly threshold: number;
  /**
   * How many traces with the same spans one trace with this vote stands for (1 / probability), apart from what
   * `rejectionThreshold` takes away; null: not known.
   */
  readonly adjustedCount: number | null;
  /** When chance decided: the hashes of the trace ID that lead to this vote. `adjustedCount` is then 1 / its width. */
  readonly hashRange?: HashRange;
  /** When the randomness R of the trace decided: T of R >= T, which led to `sampled` (`rejection-threshold.ts`). Not 0. */
  readonly rejectionThreshold?: bigint;
}

/** A named, configured rule. Pure: the same trace gets the same vote, as long as the allowances answer the same. */
export interface Policy {
  readonly name: string;
  readonly type: string;
  /** Which traces it keeps, in plain words. */
  readonly summary: PolicySummary;
  /** @throws {PolicyEvaluationError} when the policy cannot be evaluated on this trace; it then has no vote. */
  evaluate(trace: Trace, allowances: Allowances): Evaluation;
}

/** The evaluations of a policy that leaves nothing to chance. */
export const SAMPLED: Evaluation = { vote: 'sampled', threshold: 0, adjustedCount: 1 };
export const NOT_SAMPLED: Evaluation = { vote: 'not_sampled', threshold: 0, adjustedCount: 1 };
export const DROPPED: Evaluation = { vote: 'dropped', threshold: 0, adjustedCount: 1 };
