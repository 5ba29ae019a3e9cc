/** What can be wrong with an export request. */

/** The request is valid, but too large. Tailgate accepts the same spans in smaller requests (OTLP/HTTP: 413). */
export class RequestTooLargeError extends Error {
  override readonly name = 'RequestTooLargeError';
}

/** The bytes are not an OTLP message. The sender must not send them again (OTLP/HTTP: 400). */
export class MalformedOtlpError extends Error {
  override readonly name = 'MalformedOtlpError';
  /** Where reading failed, in bytes from the start of the message. */
  readonly offset: number;

  /** What was found, and what was expected: the message without the offset. */
  readonly problem: string;

  constructor(problem: string, offset: number) {
    super(`${problem} at offset ${offset}`);
    this.problem = problem;
    this.offset = offset;
  }
}

/** Something in a message that cannot be read, and its place in the request. */
export interface Fault {
  /** What was found, and what was expected. */
  readonly problem: string;
  /** In bytes from the start of the request. */
  readonly offset: number;
}
