/**
 * The two ways in which a condition fails: {@link OttlSyntaxError} when the configuration is read, {@link
 * OttlEvaluationError} on one span or event while a trace is decided.
 */

/**
 * The condition cannot be used: the message says what is wrong, `offset` where. Thrown at start, never while deciding.
 */
export class OttlSyntaxError extends Error {
  override readonly name = 'OttlSyntaxError';
  /** UTF-16 code units from the start of the condition; {@link positionAt} turns it into line and column. */
  readonly offset: number;

  constructor(message: string, offset: number) {
    super(message);
    this.offset = offset;
  }
}

/** The offset as `line:column`, both counted from 1. */
export function positionAt(text: string, offset: number): string {
  const before = text.slice(0, offset);
  const line = before.split('\n').length;
  return `${line}:${offset - before.lastIndexOf('\n')}`;
}

/** The condition has no answer for this span or event, for example `Substring` of an attribute that is missing. */
export class OttlEvaluationError extends Error {
  override readonly name = 'OttlEvaluationError';
}

/** Throws an {@link OttlEvaluationError} where an expression is expected. */
export function failEvaluation(message: string): never {
  throw new OttlEvaluationError(message);
}

/**
 * What happens when a condition fails on a span or event (the Collector's `error_mode`): `propagate` fails the policy,
 * `ignore` and `silent` count the condition as false and go on. The Collector differs between the last two only in
 * writing a log line.
 */
export type ErrorMode = 'propagate' | 'ignore' | 'silent';

export const ERROR_MODES: readonly ErrorMode[] = ['propagate', 'ignore', 'silent'];
