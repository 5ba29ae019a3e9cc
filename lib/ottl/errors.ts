/** A condition has no answer for this span or event, e.g. `Substring` of an attribute that is not there. */
export class OttlEvaluationError extends Error {
  override readonly name = 'OttlEvaluationError';
}

/** Throws one, in the place of a value. */
export function failEvaluation(message: string): never {
  throw new OttlEvaluationError(message);
}

/**
 * What becomes of a condition that fails: `propagate` makes the policy fail, `ignore` and `silent` go on with the next
 * condition. (The Collector tells the last two apart by a log line.)
 */
export type ErrorMode = 'propagate' | 'ignore' | 'silent';

export const ERROR_MODES: readonly ErrorMode[] = ['propagate', 'ignore', 'silent'];

const MAX_LENGTH = 60;

/** A text of the data in a message: in quotes, and cut where it is long. */
export function shown(text: string): string {
  return JSON.stringify(text.length > MAX_LENGTH ? `${text.slice(0, MAX_LENGTH)}…` : text);
}

/** A condition cannot be used: what is wrong with it, and where. Found at start, never while deciding. */
export class OttlSyntaxError extends Error {
  override readonly name = 'OttlSyntaxError';
  /** In UTF-16 code units from the start of the condition. */
  readonly offset: number;

  constructor(message: string, offset: number) {
    super(message);
    this.offset = offset;
  }
}
