import type { Trace } from '../otlp/trace/trace.ts';
import { probabilityWithoutAllowances } from './policies/evaluate-policy.ts';
import type { Evaluation, Policy } from './policy.ts';
import { keptProbability } from './probability/kept-probability.ts';
import {
  bothOf,
  CERTAIN,
  IMPOSSIBLE,
  isCertain,
  isImpossible,
  type Probability,
  probabilityOf,
  randomnessProbability,
  rejectionThresholdOf,
} from './probability/probability.ts';
import { ALWAYS, adjustedCountAt, thresholdDigits } from './probability/threshold.ts';
import { headThreshold } from './probability/trace-state.ts';

/**
 * What a decision does to `th` in the trace states of the spans that are kept.
 * - digits: `th` is raised to this threshold where it is lower or missing
 * - null: `th` is removed, because the probability is unknown, or does not come from the randomness that `th` refers to
 * - undefined: `th` stays as it came
 */
export type ThresholdUpdate = string | null | undefined;

/** How many traces a sampled one stands for, as a number and as a threshold. */
export interface AdjustedCount {
  /** OpenTelemetry's *adjusted count*: 1 / probability of being kept. Null when the probability is unknown. */
  readonly adjustedCount: number | null;
  readonly threshold: ThresholdUpdate;
}

/** The policies of a decision, as far as they are known when it is made. */
export interface EvaluatedPolicies {
  /** Evaluations of the policies; those that sample no trace with the same spans may be left out. */
  readonly evaluations: readonly Evaluation[];
  /** With `sample_on_first_match`: the policies after the first that sampled. */
  readonly notEvaluated: readonly Policy[];
}

/**
 * The adjusted count of a sampled trace: 1 / probability that the head sampler lets a trace with the same spans
 * through, that any policy then samples it (also one that by chance did not sample this trace), and that none drops it.
 *
 * | the trace was sampled            | `th`         |
 * |----------------------------------|--------------|
 * | with certainty, by any policy    | as it came   |
 * | because R >= T                   | raised to T  |
 * | in any other way                 | removed      |
 *
 * `th` promises that every trace with R >= `th` is kept, so that a later stage may sample further by R. A share chosen
 * by another hash breaks the promise, even for a trace with R >= T. When one policy goes by R and others sampled the
 * trace, too, the promise of that one holds.
 */
export function adjustedCountOf(trace: Trace, policies: EvaluatedPolicies): AdjustedCount {
  const head = headThreshold(trace);
  const isSampledForCertain = policies.evaluations.some(isCertainlySampled);
  const mayBeDropped = policies.evaluations.some(({ droppedWhen }) => droppedWhen !== undefined);
  return {
    adjustedCount: isSampledForCertain && !mayBeDropped ? countAt(head) : countOf(trace, policies, head),
    threshold: isSampledForCertain ? undefined : lowestThreshold(policies.evaluations),
  };
}

function isCertainlySampled({ vote, sampledWhen }: Evaluation): boolean {
  return vote === 'sampled' && isCertain(probabilityOf(sampledWhen));
}

function countOf(trace: Trace, { evaluations, notEvaluated }: EvaluatedPolicies, head: bigint): number | null {
  const passesHead = head === ALWAYS ? CERTAIN : randomnessProbability(head);
  const keeps: Probability[] = [];
  const drops: Probability[] = [];
  const add = (probabilities: Probability[], probability: Probability) => {
    if (!isImpossible(probability)) probabilities.push(bothOf(passesHead, probability));
  };
  for (const { sampledWhen, droppedWhen = IMPOSSIBLE } of evaluations) {
    add(keeps, probabilityOf(sampledWhen));
    add(drops, probabilityOf(droppedWhen));
  }
  for (const policy of notEvaluated) add(keeps, probabilityWithoutAllowances(policy, trace));
  const probability = keptProbability(keeps, drops);
  return probability === null ? null : 1 / probability;
}

/** The lowest of the policies that sampled; null if none goes by R. */
function lowestThreshold(evaluations: readonly Evaluation[]): string | null {
  let lowest: bigint | undefined;
  for (const { vote, sampledWhen } of evaluations) {
    if (vote !== 'sampled') continue;
    const threshold = rejectionThresholdOf(probabilityOf(sampledWhen));
    if (threshold !== undefined && (lowest === undefined || threshold < lowest)) lowest = threshold;
  }
  return lowest === undefined ? null : thresholdDigits(lowest);
}

/** The adjusted count of the head sampler alone. Most traces have no threshold. */
function countAt(threshold: bigint): number {
  return threshold === ALWAYS ? 1 : adjustedCountAt(threshold);
}
