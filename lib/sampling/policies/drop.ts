import type { PolicyDefinition } from '../policy.ts';
import { DROPPED, NOT_SAMPLED } from '../policy.ts';
import { allOf } from '../policy-summary.ts';
import { IMPOSSIBLE } from '../probability/probability.ts';
import { evaluateAll } from './evaluate-all.ts';

/** `drop`: drops a trace that every sub-policy matches, whatever other policies say. */
export const drop = {
  type: 'drop',
  isCombinator: true,
  options: [
    {
      key: 'drop_sub_policy',
      type: 'list of policies',
      meaning: 'the policies that must all match for the trace to be dropped',
    },
  ],
  parse(options, { name, parsePolicy }) {
    const nodes = options.list('drop_sub_policy');
    if (nodes.length === 0 && !options.failed) {
      options.error('drop_sub_policy', 'expected at least one policy; without any, every trace is dropped');
    }
    const parts = nodes
      .map((node) => parsePolicy(node, { inside: 'drop', combinators: ['not'] }))
      .filter((part) => part !== undefined);
    return {
      name,
      type: 'drop',
      summary: allOf(parts.map((part) => part.summary)),
      evaluate(trace, allowances, explanation) {
        const { areAllSampled, allSampledWhen } = evaluateAll(parts, trace, allowances, explanation);
        if (areAllSampled) return DROPPED;
        return allSampledWhen === IMPOSSIBLE ? NOT_SAMPLED : { ...NOT_SAMPLED, droppedWhen: allSampledWhen };
      },
    };
  },
} as const satisfies PolicyDefinition;
