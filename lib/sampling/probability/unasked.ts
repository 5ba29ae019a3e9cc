import type { Trace } from '../../otlp/trace/trace.ts';
import type { Allowances } from '../limits.ts';
import { askPolicy } from '../policies/ask-policy.ts';
import type { Policy } from '../policy.ts';
import { type Chance, chanceOf, IMPOSSIBLE, UNKNOWN } from './chance.ts';

/**
 * The probability with which a policy that was not evaluated samples a trace with these spans. This evaluates it, but
 * does not ask for the fleet's allowances, because each such question takes or counts something. A result that depends
 * on them is unknown.
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
