import type { ReceivedWakeUp } from '../wake-ups.ts';

/** From this delivery on a message is examined alone, when the others of its batch have been acknowledged. */
const ALONE_FROM = 3;
/** From this delivery on it is taken apart: each of its traces goes on in a message of its own. */
const APART_FROM = 6;
/** A trace that has a message of its own is given up when it was delivered more often. */
export const MOST_LONE_DELIVERIES = 4;

/** What is to be done with the messages of a batch. */
export interface Triage<Message> {
  /** Together, and first. Of some of them what they name is not examined (`ReceivedWakeUp.instead`). */
  readonly together: readonly Message[];
  /** One after the other, each of them when all before it are acknowledged. */
  readonly alone: readonly Message[];
}

/**
 * Finds in a batch what may end the process: memory that runs out, a loop without an end. Nobody can report that, so the queue delivers
 * the whole batch again, and in the end would give up all of it. A message that has been delivered again and again is a suspect:
 * ```
 *   delivery 1, 2    together with its batch
 *   delivery 3 to 5  alone, when the rest of the batch is acknowledged: if it kills, it kills nothing else. The order is turned round
 *                    each time, so that two deliveries reach those before and those behind the one that kills
 *   delivery 6       apart: each of its traces is sent on in a message of its own, which says that it is a suspect
 *     delivery 1       alone, with others one after the other
 *     delivery 2 to 4  alone, before all other suspects, which are sent on anew: only it can be to blame if the process ends now
 *     then             a dead letter with the ID of the trace and the reason
 * ```
 * Deliveries count because the queue counts them before the attempt. A service that fails for long makes suspects of innocent messages:
 * until the sixth delivery this costs no more than smaller batches do.
 */
export function triage<Message extends ReceivedWakeUp>(received: readonly Message[]): Triage<Message> {
  const together: Message[] = [];
  const alone: Message[] = [];
  const traces: Message[] = [];
  for (const message of received) {
    const count = countOf(message);
    if (message.wakeUp.isSuspect && count > MOST_LONE_DELIVERIES) together.push({ ...message, instead: 'give up' });
    else if (message.wakeUp.isSuspect) traces.push(message);
    else if (count >= APART_FROM) together.push({ ...message, instead: 'hand on' });
    else (count >= ALONE_FROM ? alone : together).push(message);
  }
  alone.sort(inTurn);
  const [first, ...others] = traces.sort((left, right) => countOf(right) - countOf(left));
  if (first === undefined) return { together, alone };
  if (countOf(first) === 1) return { together, alone: [...traces, ...alone] };
  together.push(...others.map((message) => ({ ...message, instead: 'hand on' as const })));
  return { together, alone: [first, ...alone] };
}

/** By the number of deliveries, and then by name: with each delivery the other way round. */
function inTurn(left: ReceivedWakeUp, right: ReceivedWakeUp): number {
  const difference = countOf(left) - countOf(right);
  if (difference !== 0 || left.messageId === right.messageId) return difference;
  return left.messageId < right.messageId === (countOf(left) % 2 === 1) ? -1 : 1;
}

function countOf({ receiveCount = 1 }: ReceivedWakeUp): number {
  return receiveCount;
}
