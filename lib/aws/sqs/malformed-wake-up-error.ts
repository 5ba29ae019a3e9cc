/** A message is no wake-up that this version can read. Delivering it again does not help. */
export class MalformedWakeUpError extends Error {
  override readonly name = 'MalformedWakeUpError';
}
