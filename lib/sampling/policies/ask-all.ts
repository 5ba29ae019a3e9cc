import type { Trace } from '../../otlp/trace/trace.ts';
import type { Allowances } from '../limits.ts';
import type { Policy } from '../policy.ts';
import { bothOf, CERTAIN, type Chance, chanceOf, type FindsChance, isImpossible } from '../probability/chance.ts';
import { unaskedChance } from '../probability/unasked.ts';

/** The joint answer of several policies. */
export interface AllAnswers {
  readonly areAllSampled: boolean;
  /** The largest threshold of the parts that sampled. */
  readonly threshold: number;
  /** The chance that all of them sample. */
  readonly allSampledWhen: FindsChance;
}

/** Evaluates the parts of a combinator in order, up to the first that does not sample, as the Collector does. */
export function askAll(parts: readonly Policy[], trace: Trace, allowances: Allowances): AllAnswers {
  let threshold = 0;
  let chance = CERTAIN;
  for (const [i, part] of parts.entries()) {
    const evaluation = part.evaluate(trace, allowances);
    chance = bothOf(chance, chanceOf(evaluation.sampledWhen));
    if (evaluation.vote !== 'sampled') {
      return { areAllSampled: false, threshold, allSampledWhen: withUnasked(chance, parts.slice(i + 1), trace) };
    }
    threshold = Math.max(threshold, evaluation.threshold);
  }
  return { areAllSampled: true, threshold, allSampledWhen: chance };
}

/**
 * Computes the parts that were not evaluated only on demand. Most traces do not need them: a filter said no, or a
 * policy keeps them with certainty, or no policy keeps them.
 */
function withUnasked(chance: Chance, unasked: readonly Policy[], trace: Trace): FindsChance {
  if (unasked.length === 0 || isImpossible(chance)) return chance;
  return () =>
    unasked.reduce((all, part) => (isImpossible(all) ? all : bothOf(all, unaskedChance(part, trace))), chance);
}
