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
