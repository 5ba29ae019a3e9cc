import type { Context } from 'aws-lambda';

/**
 * The timeout that the function is deployed with, in seconds. The claim timeout (90 s) must be longer, so that the owner of a
 * claim that old is dead; the queue's visibility timeout must be six times as long, and the batching window.
 */
export const DECIDE_TIMEOUT_SECONDS = 60;

/** What an invocation keeps for the end: traces being looked at, archive objects, messages for what is left. */
const SAFETY_MARGIN_MS = 15_000;

/** Of the context of an invocation. */
export type TimeLeft = Pick<Context, 'getRemainingTimeInMillis'>;

/** Whether there is time for another trace. A function with a short timeout works for half of it, or nothing would ever be done. */
export function timeCheck(context: TimeLeft): () => boolean {
  const marginMs = Math.min(SAFETY_MARGIN_MS, context.getRemainingTimeInMillis() / 2);
  return () => context.getRemainingTimeInMillis() > marginMs;
}
