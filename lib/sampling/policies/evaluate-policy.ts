import type { Trace } from '../../otlp/trace/trace.ts';
import type { Allowances } from '../limits.ts';
import { type Evaluation, type Explanation, type Policy, PolicyEvaluationError } from '../policy.ts';
import { IMPOSSIBLE, type Probability, probabilityOf, UNKNOWN } from '../probability/probability.ts';

/** A policy that failed on a trace, so it has no vote. */
interface PolicyFailure {
  /** Why, for the decision's list of errors; at most 500 UTF-16 code units. */
  readonly failure: string;
  /** Tells it from an evaluation faster than `in` does. */
  readonly vote?: undefined;
}

const MAX_MESSAGE_LENGTH = 500;

/**
 * Evaluates one policy. An error in it, even an unexpected one, fails only this policy: another one may keep the trace,
 * and a trace that stops every decider would be lost.
 */
export function evaluatePolicy(policy: Policy, trace: Trace, allowances: Allowances): Evaluation | PolicyFailure {
  try {
    // With all its arguments: a call with fewer than a function has is slower.
    return policy.evaluate(trace, allowances, undefined);
  } catch (error) {
    return { failure: messageOf(error).slice(0, MAX_MESSAGE_LENGTH) };
  }
}

/** Evaluates a part of a combinator. */
export function evaluatePart(
  part: Policy,
  trace: Trace,
  allowances: Allowances,
  explanation: Explanation | undefined,
): Evaluation {
  if (explanation === undefined) return part.evaluate(trace, allowances, undefined);
  return explanation.evaluate(part, trace, allowances);
}

/** What a reason calls a sub-policy, which may have no name: `2 (latency)`. @param index its position, from 0 */
export function nameOfPart({ name, type }: Policy, index: number): string {
  return name === '' ? `${index + 1} (${type})` : name;
}

function messageOf(error: unknown): string {
  if (error instanceof PolicyEvaluationError) return error.message;
  return `unexpected error: ${error instanceof Error ? `${error.name}: ${error.message}` : String(error)}`;
}

/**
 * The probability with which a policy that did not take part in the decision samples a trace with these spans. It is
 * evaluated for this, but without the fleet's allowances: taking from a limit or counting a trace would change later
 * decisions. The probability is unknown when it depends on them.
 */
export function probabilityWithoutAllowances(policy: Policy, trace: Trace): Probability {
  let usesAllowances = false;
  const allowances: Allowances = {
    take() {
      usesAllowances = true;
      return true;
    },
    shareOf({ goal }) {
      usesAllowances = true;
      return goal;
    },
  };
  const evaluation = evaluatePolicy(policy, trace, allowances);
  if (evaluation.vote === undefined) return IMPOSSIBLE;
  return usesAllowances ? UNKNOWN : probabilityOf(evaluation.sampledWhen);
}
