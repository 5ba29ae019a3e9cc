import type { Trace } from '../../otlp/trace/trace.ts';
import type { Evaluation, Policy } from '../policy.ts';
import {
  bothOf,
  CERTAIN,
  type Chance,
  chanceOf,
  IMPOSSIBLE,
  isCertain,
  isImpossible,
  randomnessChance,
  rejectionThresholdOf,
} from './chance.ts';
import { keptProbability } from './kept-probability.ts';
import { ALWAYS, adjustedCountAt, thresholdDigits } from './threshold.ts';
import { headThreshold } from './trace-state.ts';
import { unaskedChance } from './unasked.ts';

/**
 * What a decision does to `th` in the trace states of the kept spans.
 * - digits: raise it to this threshold where it is lower or missing
 * - null: remove it, because the probability is unknown or does not come from the randomness to which `th` refers
 * - undefined: leave it unchanged
 */
export type ThresholdUpdate = string | null | undefined;

/** How many traces a sampled one stands for, as a number and as a threshold. */
export interface Weight {
  /** Null: unknown. */
  readonly sampleWeight: number | null;
  readonly threshold: ThresholdUpdate;
}

/** What is known about the policies, for weighing a trace that they sampled. */
export interface Answers {
  /** The evaluations of the policies. Those that sample no trace with the same spans may be left out. */
  readonly evaluations: readonly Evaluation[];
  /** With `sample_on_first_match`: the policies after the first that sampled. */
  readonly unasked: readonly Policy[];
}

/**
 * Weighs a sampled trace. The weight is 1 / the probability that the head sampler lets a trace with the same spans
 * through and the policies then sample it: any of them, including one that by chance did not sample this one, while
 * none drops it.
 *
 * | the trace was sampled         | `th`        |
 * |-------------------------------|-------------|
 * | with certainty, by any policy | unchanged   |
 * | because R >= T                | raised to T |
 * | in any other way              | removed     |
 *
 * `th` promises that all traces with R >= `th` are kept alike, so that a later stage may thin them further by R. A
 * share chosen by another hash breaks this promise, even if R >= T happens to be true. If one policy decides by R and
 * others sampled the trace too, the promise of that one holds.
 */
export function weigh(trace: Trace, answers: Answers): Weight {
  const head = headThreshold(trace);
  const sampled = answers.evaluations
    .filter(({ vote }) => vote === 'sampled')
    .map(({ sampledWhen }) => chanceOf(sampledWhen));
  const isForSure = sampled.some(isCertain);
  const isDroppedByChance = answers.evaluations.some(({ droppedWhen }) => droppedWhen !== undefined);
  return {
    sampleWeight: isForSure && !isDroppedByChance ? countAt(head) : countByChance(trace, answers, head),
    threshold: isForSure ? undefined : lowestThreshold(sampled),
  };
}

function countByChance(trace: Trace, { evaluations, unasked }: Answers, head: bigint): number | null {
  const passesHead = head === ALWAYS ? CERTAIN : randomnessChance(head);
  const keeps: Chance[] = [];
  const drops: Chance[] = [];
  const add = (chances: Chance[], chance: Chance) => {
    if (!isImpossible(chance)) chances.push(bothOf(passesHead, chance));
  };
  for (const { sampledWhen, droppedWhen = IMPOSSIBLE } of evaluations) {
    add(keeps, chanceOf(sampledWhen));
    add(drops, chanceOf(droppedWhen));
  }
  for (const policy of unasked) add(keeps, unaskedChance(policy, trace));
  const probability = keptProbability(keeps, drops);
  return probability === null ? null : 1 / probability;
}

function lowestThreshold(sampled: readonly Chance[]): string | null {
  let lowest: bigint | undefined;
  for (const chance of sampled) {
    const threshold = rejectionThresholdOf(chance);
    if (threshold !== undefined && (lowest === undefined || threshold < lowest)) lowest = threshold;
  }
  return lowest === undefined ? null : thresholdDigits(lowest);
}

/** Avoids the division for most traces, which have no threshold. */
function countAt(threshold: bigint): number {
  return threshold === ALWAYS ? 1 : adjustedCountAt(threshold);
}
