import type { PolicyDefinition } from '../policy.ts';
import { DROPPED, type Evaluation, NOT_SAMPLED, SAMPLED } from '../policy.ts';
import { opposite } from '../policy-summary.ts';
import { oppositeOf, probabilityOf } from '../probability/probability.ts';
import { evaluatePart } from './evaluate-policy.ts';

/** `not`: keeps a trace that its one sub-policy does not keep. */
export const not = {
  type: 'not',
  isCombinator: true,
  options: [{ key: 'not_sub_policy', type: 'policy', meaning: 'the policy that must not keep the trace' }],
  parse(options, { name, parsePolicy }) {
    const node = options.value('not_sub_policy');
    if (node === undefined) {
      if (!options.failed) options.error('not_sub_policy', 'expected a policy');
      return undefined;
    }
    const part = parsePolicy(node, { inside: 'not', combinators: [] });
    if (part === undefined) return undefined;
    const summary = opposite(part.summary);
    return {
      name,
      type: 'not',
      summary,
      evaluate(trace, allowances, explanation) {
        const evaluation = evaluatePart(part, trace, allowances, explanation);
        explanation?.saw(`its sub-policy ${evaluation.vote === 'sampled' ? 'matches it' : 'does not match it'}`);
        return swap(evaluation);
      },
    };
  },
} as const satisfies PolicyDefinition;

/** Each vote occurs exactly when the opposite one does not. The threshold of a `not` is 0, as in the Collector. */
function swap(evaluation: Evaluation): Evaluation {
  if (evaluation === SAMPLED) return NOT_SAMPLED;
  if (evaluation === NOT_SAMPLED) return SAMPLED;
  if (evaluation.vote === 'dropped') return DROPPED;
  const sampledWhen = oppositeOf(probabilityOf(evaluation.sampledWhen));
  return { vote: evaluation.vote === 'sampled' ? 'not_sampled' : 'sampled', threshold: 0, sampledWhen };
}
