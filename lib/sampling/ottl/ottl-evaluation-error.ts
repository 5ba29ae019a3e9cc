/** A condition has no answer for this span or event, e.g. `Substring` of an attribute that is not there. */
export class OttlEvaluationError extends Error {
  override readonly name = 'OttlEvaluationError';
}
