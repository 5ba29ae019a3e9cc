/** An object or a line is not what the archive holds. The message goes on behind its name: "is no …". */
export class UnreadableError extends Error {
  override readonly name = 'UnreadableError';
}
