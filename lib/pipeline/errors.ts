/** A port could not do its work in time. Nothing is known to be wrong with the input: the same call may succeed later. */
export class UnavailableError extends Error {
  override readonly name = 'UnavailableError';
}
