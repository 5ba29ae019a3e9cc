import { resourceSpansSize } from '../otlp/trace/size.ts';
import type { Trace } from '../otlp/trace/trace.ts';
import type { Allowances } from './limits.ts';
import { askPolicy } from './policies/ask-policy.ts';
import { type Evaluation, NOT_SAMPLED, type Vote } from './policy.ts';
import { type ThresholdUpdate, weigh } from './probability/weigh.ts';
import type { SamplingConfig } from './sampling-config.ts';

/** What becomes of a trace, and why. */
export interface Decision {
  readonly outcome: Vote;
  /** The policy that gets the credit: the one that dropped or sampled the trace. Empty when none wanted it. */
  readonly policy: string;
  /**
   * How many traces this one stands for, with what the head sampler and the policies left out. Null when that is not
   * known, and when the trace is not sampled.
   */
  readonly sampleWeight: number | null;
  /** What becomes of `th` in the trace states of the spans. Missing: they stay as they came. */
  readonly threshold?: ThresholdUpdate;
  /** Policies that had no vote because they failed. */
  readonly errors: readonly PolicyError[];
  /** One entry per policy that was asked and answered, in the order of evaluation. */
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
 * | votes                                  | outcome     | credit                                               |
 * |----------------------------------------|-------------|------------------------------------------------------|
 * | any `dropped`                          | dropped     | the first policy that dropped; none after it is asked |
 * | else any `sampled`                     | sampled     | of those the smallest threshold, then the earliest   |
 * | else (also: no policies, all failed)   | not_sampled | none                                                 |
 *
 * Drop policies are asked first. A policy that fails, in whatever way, has no vote: a failing drop policy does not drop. With
 * `sample_on_first_match` no policy is asked after the first that sampled.
 *
 * A trace over `maximum_trace_size_bytes` is not sampled, and no policy is asked.
 *
 * What the weight counts on is in {@link weigh}. Policies that were not asked are asked for that alone, when it matters.
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
