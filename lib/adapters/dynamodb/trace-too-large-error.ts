/** A trace has more than the buffer can handle; trying again does not help. */
export class TraceTooLargeError extends Error {
  override readonly name = 'TraceTooLargeError';
}
