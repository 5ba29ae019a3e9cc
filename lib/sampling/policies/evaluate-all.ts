import type { Trace } from '../../otlp/trace/trace.ts';
import type { Allowances } from '../limits.ts';
import type { Explanation, Policy } from '../policy.ts';
import {
  bothOf,
  CERTAIN,
  isImpossible,
  type LazyProbability,
  type Probability,
  probabilityOf,
} from '../probability/probability.ts';
import { evaluatePart, nameOfPart, probabilityWithoutAllowances } from './evaluate-policy.ts';

/** The joint vote of several policies. */
interface JointVote {
  readonly areAllSampled: boolean;
  /** The largest rejection threshold of the policies that sampled, as a share of 1. */
  readonly threshold: number;
  /** The chance that all of them sample. */
  readonly allSampledWhen: LazyProbability;
}

/** Evaluates the parts of a combinator in order, up to the first that does not sample, as the Collector does. */
export function evaluateAll(
  parts: readonly Policy[],
  trace: Trace,
  allowances: Allowances,
  explanation?: Explanation,
): JointVote {
  let threshold = 0;
  let probability = CERTAIN;
  for (const [i, part] of parts.entries()) {
    const evaluation = evaluatePart(part, trace, allowances, explanation);
    probability = bothOf(probability, probabilityOf(evaluation.sampledWhen));
    if (evaluation.vote !== 'sampled') {
      explanation?.saw(`sub-policy ${nameOfPart(part, i)} does not match it`, { subPolicy: i });
      return { areAllSampled: false, threshold, allSampledWhen: withOthers(probability, parts.slice(i + 1), trace) };
    }
    threshold = Math.max(threshold, evaluation.threshold);
  }
  explanation?.saw(parts.length === 1 ? 'its sub-policy matches it' : `all ${parts.length} sub-policies match it`);
  return { areAllSampled: true, threshold, allSampledWhen: probability };
}

/**
 * Lazy: for most traces nobody needs it, because a filter said no, or a policy keeps them with certainty, or none does.
 */
function withOthers(probability: Probability, others: readonly Policy[], trace: Trace): LazyProbability {
  if (others.length === 0 || isImpossible(probability)) return probability;
  return () =>
    others.reduce(
      (all, part) => (isImpossible(all) ? all : bothOf(all, probabilityWithoutAllowances(part, trace))),
      probability,
    );
}
