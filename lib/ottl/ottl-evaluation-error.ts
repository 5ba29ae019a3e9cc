/** A condition has no answer for this span or event, e.g. `Substring` of an attribute that is not there. */
export class OttlEvaluationError extends Error {
  override readonly name = 'OttlEvaluationError';
}

/** Throws one, in the place of a value. */
export function failEvaluation(message: string): never {
  throw new OttlEvaluationError(message);
}
