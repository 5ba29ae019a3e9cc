import { resourceSpansSize } from '../otlp/trace/size.ts';
import type { Trace } from '../otlp/trace/trace.ts';
import type { Allowances } from './limits.ts';
import { askPolicy } from './policies/ask-policy.ts';
import { type Evaluation, NOT_SAMPLED, type Vote } from './policy.ts';
import { type ThresholdUpdate, weigh } from './probability/weigh.ts';
import type { SamplingConfig } from './sampling-config.ts';

/** The decision on a trace, and the reasons. */
export interface Decision {
  readonly outcome: Vote;
  /** The policy that gets the credit: the one that dropped or sampled the trace. Empty if no policy wanted it. */
  readonly policy: string;
  /**
   * How many traces this one stands for, including what the head sampler and the policies left out. Null if that is
   * unknown, and if the trace is not sampled.
   */
  readonly sampleWeight: number | null;
  /** What happens to `th` in the trace states of the spans. Missing: they stay unchanged. */
  readonly threshold?: ThresholdUpdate;
  /** Policies that had no vote because they failed. */
  readonly errors: readonly PolicyError[];
  /** One entry per policy that was evaluated without a failure, in the order of evaluation. */
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
 * Decides a trace, as the Collector's tail_sampling processor does.
 *
 * | votes                                | outcome     | credit                                                            |
 * |--------------------------------------|-------------|-------------------------------------------------------------------|
 * | any `dropped`                        | dropped     | the first policy that dropped; no policy after it is evaluated    |
 * | else any `sampled`                   | sampled     | among those the smallest threshold, then the earliest             |
 * | else (also: no policies, all failed) | not_sampled | none                                                              |
 *
 * Drop policies come first. A policy that fails, in whatever way, has no vote: a failing drop policy does not drop.
 * With `sample_on_first_match` no policy is evaluated after the first that sampled.
 *
 * A trace over `maximum_trace_size_bytes` is not sampled, and no policy is evaluated.
 *
 * {@link weigh} explains the weight. If the weight depends on policies that the decision did not need, they are
 * evaluated for the weight alone.
 */
export function decide(config: SamplingConfig, trace: Trace, allowances: Allowances): Decision {
  const votes: PolicyVote[] = [];
  const errors: PolicyError[] = [];
  const { maximumTraceSizeBytes } = config;
  if (maximumTraceSizeBytes !== undefined && resourceSpansSize(trace) > maximumTraceSizeBytes) {
    return { outcome: 'not_sampled', policy: '', sampleWeight: null, errors, votes };
  }
  let credited: { policy: string; threshold: number } | undefined;
  const evaluations: Evaluation[] = [];
  let asked = 0;

  for (const policy of config.policies) {
    asked++;
    const evaluation = askPolicy(policy, trace, allowances);
    if ('failure' in evaluation) {
      errors.push({ policy: policy.name, message: evaluation.failure });
      continue;
    }
    votes.push({ policy: policy.name, vote: evaluation.vote });
    if (evaluation.vote === 'dropped') {
      return { outcome: 'dropped', policy: policy.name, sampleWeight: null, errors, votes };
    }
    if (evaluation !== NOT_SAMPLED) evaluations.push(evaluation);
    if (evaluation.vote === 'not_sampled') continue;
    if (credited === undefined || evaluation.threshold < credited.threshold) {
      credited = { policy: policy.name, threshold: evaluation.threshold };
    }
    if (config.sampleOnFirstMatch) break;
  }

  if (credited === undefined) return { outcome: 'not_sampled', policy: '', sampleWeight: null, errors, votes };
  const { sampleWeight, threshold } = weigh(trace, { evaluations, unasked: config.policies.slice(asked) });
  const update = config.writeThreshold === false ? undefined : threshold;
  const decision = { outcome: 'sampled', policy: credited.policy, sampleWeight, errors, votes } as const;
  return update === undefined ? decision : { ...decision, threshold: update };
}
