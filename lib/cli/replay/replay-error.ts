/** The replay cannot go on, or cannot begin; the message is for the person who started it. */
export class ReplayError extends Error {
  override readonly name = 'ReplayError';
}

/** Somebody wanted it to stop. */
export class InterruptedError extends Error {
  override readonly name = 'InterruptedError';
}
