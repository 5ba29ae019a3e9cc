import type { Trace } from '../../otlp/trace/trace.ts';
import type { Allowances } from '../limits.ts';
import type { PolicyDefinition } from '../policy.ts';
import { type Evaluation, type Explanation, NOT_SAMPLED, type Policy } from '../policy.ts';
import { allOf } from '../policy-summary.ts';
import { IMPOSSIBLE } from '../probability/probability.ts';
import { evaluateAll } from './evaluate-all.ts';

/**
 * `and`: keeps a trace that every sub-policy keeps. Each looks at the whole trace: different spans may satisfy them.
 * They are evaluated in order, up to the first that does not sample.
 */
export const and = {
  type: 'and',
  isCombinator: true,
  options: [{ key: 'and_sub_policy', type: 'list of policies', meaning: 'the policies that must all keep the trace' }],
  parse(options, { name, parsePolicy }) {
    const nodes = options.list('and_sub_policy');
    const parts = nodes
      .map((node) => parsePolicy(node, { inside: 'and', combinators: ['not'] }))
      .filter((part) => part !== undefined);
    if (nodes.length === 0 && !options.failed) {
      options.warn('and_sub_policy', 'has no sub-policies: keeps every trace');
    }
    const summary = allOf(parts.map((part) => part.summary));
    return {
      name,
      type: 'and',
      summary,
      evaluate: (trace, allowances, explanation) => evaluateAnd(parts, trace, allowances, explanation),
    };
  },
} as const satisfies PolicyDefinition;

/** The largest threshold of the parts, and their joint probability. */
function evaluateAnd(
  parts: readonly Policy[],
  trace: Trace,
  allowances: Allowances,
  explanation?: Explanation,
): Evaluation {
  const { areAllSampled, threshold, allSampledWhen } = evaluateAll(parts, trace, allowances, explanation);
  if (areAllSampled) return { vote: 'sampled', threshold, sampledWhen: allSampledWhen };
  return allSampledWhen === IMPOSSIBLE ? NOT_SAMPLED : { ...NOT_SAMPLED, sampledWhen: allSampledWhen };
}
