import type { Trace } from '../otlp/trace.ts';
import { type Chance, chanceOf, IMPOSSIBLE, UNKNOWN } from './chance.ts';
import type { Allowances } from './limit.ts';
import type { Policy } from './policy.ts';
import { PolicyEvaluationError } from './policy-evaluation-error.ts';

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
  try {
    const { sampledWhen } = policy.evaluate(trace, allowances);
    return isAsked ? UNKNOWN : chanceOf(sampledWhen);
  } catch (error) {
    if (error instanceof PolicyEvaluationError) return IMPOSSIBLE;
    throw error;
  }
}
