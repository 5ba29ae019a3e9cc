/** A line is not as the archive writes lines. The message says where, and what was expected. */
export class ForeignLineError extends Error {
  override readonly name = 'ForeignLineError';
}
