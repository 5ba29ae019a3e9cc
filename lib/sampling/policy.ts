import type { Trace } from '../otlp/trace/trace.ts';
import type { Allowances } from './limits.ts';
import type { PolicySummary } from './policy-summary.ts';
import { CERTAIN, type FindsChance, IMPOSSIBLE } from './probability/chance.ts';

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
   * When the policy samples a trace with the same spans, whatever it did with this one. A function: that takes a closer
   * look, at parts that nobody has asked. Never one when the vote is `sampled`.
   */
  readonly sampledWhen: FindsChance;
  /** Of a policy that has not dropped the trace: when it drops one with the same spans. Missing: never. */
  readonly droppedWhen?: FindsChance;
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
export const SAMPLED: Evaluation = { vote: 'sampled', threshold: 0, sampledWhen: CERTAIN };
export const NOT_SAMPLED: Evaluation = { vote: 'not_sampled', threshold: 0, sampledWhen: IMPOSSIBLE };
export const DROPPED: Evaluation = { vote: 'dropped', threshold: 0, sampledWhen: IMPOSSIBLE };
