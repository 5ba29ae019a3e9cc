/** Something that the person at the terminal can put right; the message is all that they need to see. */
export class QueryError extends Error {
  override readonly name = 'QueryError';
}
