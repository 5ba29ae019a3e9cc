/** The request is sound, but there is too much in it. The same spans in smaller requests are welcome (OTLP/HTTP: 413). */
export class RequestTooLargeError extends Error {
  override readonly name = 'RequestTooLargeError';
}

/** The bytes are not an OTLP message. Whoever sent them must not send them again (OTLP/HTTP: 400). */
export class MalformedOtlpError extends Error {
  override readonly name = 'MalformedOtlpError';
  /** Where in the message reading failed, in bytes from its start. */
  readonly offset: number;

  /** What was found, and what was expected; the message without the offset. */
  readonly problem: string;

  constructor(problem: string, offset: number) {
    super(`${problem} at offset ${offset}`);
    this.problem = problem;
    this.offset = offset;
  }
}
