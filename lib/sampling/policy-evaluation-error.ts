/** A policy has no vote on a trace. It contributes nothing to the decision; the other policies go on. */
export class PolicyEvaluationError extends Error {
  override readonly name = 'PolicyEvaluationError';
}
