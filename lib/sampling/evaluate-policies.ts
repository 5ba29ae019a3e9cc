import { resourceSpansSize } from '../otlp/trace/size.ts';
import type { Trace } from '../otlp/trace/trace.ts';
import { adjustedCountOf, type ThresholdUpdate } from './adjusted-count.ts';
import type { Allowances } from './limits.ts';
import { evaluatePolicy } from './policies/evaluate-policy.ts';
import { type Evaluation, NOT_SAMPLED, type Vote } from './policy.ts';
import type { SamplingConfig } from './sampling-config.ts';

/** The outcome for a trace, and why. */
export interface Decision {
  readonly outcome: Vote;
  /** The policy that dropped the trace, or that gets the credit for sampling it; '' when it is not sampled. */
  readonly policy: string;
  /**
   * OpenTelemetry's adjusted count: how many traces this one stands for, including those that the head sampler and the
   * policies left out. Null when it is unknown, and when the trace is not sampled.
   */
  readonly adjustedCount: number | null;
  /** The change of `th` in the trace states of the spans. Missing: they stay as they came. */
  readonly threshold?: ThresholdUpdate;
  /** Policies that failed, and so had no vote. */
  readonly errors: readonly PolicyError[];
  /** The votes of the policies that were evaluated without failing, in the order of evaluation. */
  readonly votes: readonly PolicyVote[];
}

export interface PolicyVote {
  readonly policy: string;
  readonly vote: Vote;
}

export interface PolicyError {
  readonly policy: string;
  readonly message: string;
}

/**
 * Evaluates the policies on a trace and combines their votes, as the Collector's tail_sampling processor does.
 *
 * | votes                                  | outcome     | credit                                               |
 * |----------------------------------------|-------------|------------------------------------------------------|
 * | any `dropped`                          | dropped     | the first policy that dropped; the rest is skipped   |
 * | else any `sampled`                     | sampled     | of those the smallest threshold, then the earliest   |
 * | else (also: no policies, all failed)   | not_sampled | none                                                 |
 *
 * Drop policies come first. A policy that fails, for whatever reason, has no vote: a failing drop policy does not drop.
 * With `sample_on_first_match`, evaluation ends at the first policy that samples.
 *
 * A trace over `maximum_trace_size_bytes` is not sampled, and no policy is evaluated.
 *
 * {@link adjustedCountOf} tells how the adjusted count is found. For it alone, and only when they matter, policies
 * after the end of evaluation are evaluated, too.
 *
 * @param betweenPolicies is called before each policy; what it throws ends the evaluation
 */
export function evaluatePolicies(
  config: SamplingConfig,
  trace: Trace,
  allowances: Allowances,
  betweenPolicies?: () => void,
): Decision {
  const votes: PolicyVote[] = [];
  const errors: PolicyError[] = [];
  const { maximumTraceSizeBytes } = config;
  if (maximumTraceSizeBytes !== undefined && resourceSpansSize(trace) > maximumTraceSizeBytes) {
    return { outcome: 'not_sampled', policy: '', adjustedCount: null, errors, votes };
  }
  let credited: { policy: string; threshold: number } | undefined;
  const evaluations: Evaluation[] = [];
  let evaluated = 0;

  for (const policy of config.policies) {
    evaluated++;
    betweenPolicies?.();
    const evaluation = evaluatePolicy(policy, trace, allowances);
    if (evaluation.vote === undefined) {
      errors.push({ policy: policy.name, message: evaluation.failure });
      continue;
    }
    votes.push({ policy: policy.name, vote: evaluation.vote });
    if (evaluation.vote === 'dropped') {
      return { outcome: 'dropped', policy: policy.name, adjustedCount: null, errors, votes };
    }
    if (evaluation !== NOT_SAMPLED) evaluations.push(evaluation);
    if (evaluation.vote === 'not_sampled') continue;
    if (credited === undefined || evaluation.threshold < credited.threshold) {
      credited = { policy: policy.name, threshold: evaluation.threshold };
    }
    if (config.sampleOnFirstMatch) break;
  }

  if (credited === undefined) return { outcome: 'not_sampled', policy: '', adjustedCount: null, errors, votes };
  const { adjustedCount, threshold } = adjustedCountOf(trace, {
    evaluations,
    notEvaluated: config.policies.slice(evaluated),
  });
  const update = config.writeThreshold === false ? undefined : threshold;
  const decision = { outcome: 'sampled', policy: credited.policy, adjustedCount, errors, votes } as const;
  return update === undefined ? decision : { ...decision, threshold: update };
}

/** The policy that gets the credit for a trace that an operator has kept. */
const RESTORED_POLICY = 'restored';

/**
 * The decision on a trace that an operator restores: that of the policies if they keep it, so that its weight stays right; otherwise it is
 * kept all the same. Nobody knows how many traces such a one stands for, so its weight is null and `th` is removed.
 */
export function restoredDecision(
  decision: Decision,
  { writeThreshold }: Pick<SamplingConfig, 'writeThreshold'> = {},
): Decision {
  if (decision.outcome === 'sampled') return decision;
  const { errors, votes } = decision;
  const kept = { outcome: 'sampled', policy: RESTORED_POLICY, adjustedCount: null, errors, votes } as const;
  return writeThreshold === false ? kept : { ...kept, threshold: null };
}
