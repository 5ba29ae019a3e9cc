import type { DecisionRecord } from './ports.ts';

/** A port could not do its work in time. Nothing is known to be wrong with the input: the same call may succeed later. */
export class UnavailableError extends Error {
  override readonly name = 'UnavailableError';
}

/** A trace, or its decision record, is larger than can be handled. Nothing was written, and trying again does not help. */
export class TraceTooLargeError extends Error {
  override readonly name = 'TraceTooLargeError';
  /** What has been decided on the trace all the same, as it is stored. */
  readonly decision: DecisionRecord | undefined;

  constructor(message: string, decision?: DecisionRecord) {
    super(message);
    this.decision = decision;
  }
}
