import type { Trace } from '../../otlp/trace/trace.ts';
import type { Allowances } from '../limits.ts';
import { askPolicy } from '../policies/ask-policy.ts';
import type { Policy } from '../policy.ts';
import { type Chance, chanceOf, IMPOSSIBLE, UNKNOWN } from './chance.ts';

/**
 * When a policy that was not asked samples a trace with these spans. It is asked now, but not for the fleet's allowances:
 * each such question takes or counts something. What depends on the answer is not known.
 */
export function unaskedChance(policy: Policy, trace: Trace): Chance {
  let isAsked = false;
  const allowances: Allowances = {
    take() {
      isAsked = true;
      return true;
    },
    shareOf({ goal }) {
      isAsked = true;
      return goal;
    },
  };
  const evaluation = askPolicy(policy, trace, allowances);
  if ('failure' in evaluation) return IMPOSSIBLE;
  return isAsked ? UNKNOWN : chanceOf(evaluation.sampledWhen);
}
