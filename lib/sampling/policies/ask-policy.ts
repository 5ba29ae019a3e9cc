import type { Trace } from '../../otlp/trace/trace.ts';
import type { Allowances } from '../limits.ts';
import type { Evaluation, Policy } from '../policy.ts';
import { PolicyEvaluationError } from '../policy.ts';

/** A policy that failed on a trace, so it has no vote. */
export interface PolicyFailure {
  readonly failure: string;
}

const MAX_MESSAGE_LENGTH = 500;

/**
 * Evaluates one policy. An error in it, even an unexpected one, fails only this policy: another policy may keep the
 * trace, and a trace that stops every decider would be lost.
 */
export function askPolicy(policy: Policy, trace: Trace, allowances: Allowances): Evaluation | PolicyFailure {
  try {
    return policy.evaluate(trace, allowances);
  } catch (error) {
    return { failure: messageOf(error).slice(0, MAX_MESSAGE_LENGTH) };
  }
}

function messageOf(error: unknown): string {
  if (error instanceof PolicyEvaluationError) return error.message;
  return `unexpected error: ${error instanceof Error ? `${error.name}: ${error.message}` : String(error)}`;
}
