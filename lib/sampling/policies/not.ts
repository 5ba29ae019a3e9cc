import { DROPPED, type Evaluation } from '../policy.ts';
import type { PolicyDefinition } from '../policy-definition.ts';

/** `not`: keeps a trace that its one sub-policy does not keep. */
export const not = {
  type: 'not',
  hasOptions: true,
  isCombinator: true,
  parse(options, { name, parsePolicy }) {
    const node = options.value('not_sub_policy');
    if (node === undefined) {
      if (!options.failed) options.error('not_sub_policy', 'expected a policy');
      return undefined;
    }
    const part = parsePolicy(node, { inside: 'not', combinators: [] });
    return part && { name, type: 'not', evaluate: (trace) => swap(part.evaluate(trace)) };
  },
} as const satisfies PolicyDefinition;

/** What led to the vote leads to the opposite vote; the threshold of a `not` is 0, as in the Collector. */
function swap(evaluation: Evaluation): Evaluation {
  if (evaluation.vote === 'dropped') return DROPPED;
  return { ...evaluation, vote: evaluation.vote === 'sampled' ? 'not_sampled' : 'sampled', threshold: 0 };
}
