import type { Trace } from '../otlp/trace.ts';
import { headThreshold } from './head-threshold.ts';
import type { Evaluation } from './policy.ts';
import { ALWAYS, adjustedCountAt, thresholdDigits } from './rejection-threshold.ts';

/**
 * What a decision does to `th` in the trace states of the spans that are kept.
 * - digits: raised to this threshold where it is lower or missing
 * - null: taken away, because the probability is unknown, or does not come from the randomness that `th` refers to
 * - undefined: left as it came
 */
export type ThresholdUpdate = string | null | undefined;

/** How many traces a sampled one stands for, as a number and as a threshold. */
export interface Weight {
  /** Null: not known. */
  readonly sampleWeight: number | null;
  readonly threshold: ThresholdUpdate;
}

/**
 * Weighs a sampled trace.
 *
 * | the trace was sampled                    | weight                                         | `th`                   |
 * |------------------------------------------|------------------------------------------------|------------------------|
 * | for sure, by any policy                  | that of the head sampler                       | as it came             |
 * | because R >= T                           | that of the larger of T and the head sampler's | raised to T            |
 * | by another hash of the trace ID          | 1 / probability, times the head sampler's      | taken away             |
 * | with an unknown probability              | null                                           | taken away             |
 *
 * `th` promises that all traces with R >= `th` are kept alike, so that a later stage may thin them further by R. A share
 * chosen by another hash breaks this, even where R >= T happens to hold. When one policy goes by R and others sampled the
 * trace too, the promise of that one holds.
 *
 * @param credited Of the evaluations that sampled the trace the one that gets the credit.
 */
export function weigh(trace: Trace, sampled: readonly Evaluation[], credited: Evaluation): Weight {
  const head = headThreshold(trace);
  if (sampled.some(isCertain)) return { sampleWeight: countAt(head), threshold: undefined };
  const { adjustedCount, rejectionThreshold = ALWAYS } = credited;
  const effective = rejectionThreshold > head ? rejectionThreshold : head;
  return {
    sampleWeight: adjustedCount === null ? null : adjustedCount * countAt(effective),
    threshold: lowestThreshold(sampled),
  };
}

function isCertain({ adjustedCount, rejectionThreshold }: Evaluation): boolean {
  return adjustedCount === 1 && rejectionThreshold === undefined;
}

function lowestThreshold(sampled: readonly Evaluation[]): string | null {
  let lowest: bigint | undefined;
  for (const { adjustedCount, rejectionThreshold } of sampled) {
    if (adjustedCount !== 1 || rejectionThreshold === undefined) continue;
    if (lowest === undefined || rejectionThreshold < lowest) lowest = rejectionThreshold;
  }
  return lowest === undefined ? null : thresholdDigits(lowest);
}

/** Most traces have no threshold. */
function countAt(threshold: bigint): number {
  return threshold === ALWAYS ? 1 : adjustedCountAt(threshold);
}
