import type { Batching } from '../../cost/event-source.ts';
import type { Random } from '../../traffic/random.ts';

/**
 * Deals messages, in the order of their arrival, into the batches that the pollers make of them: each message goes to any of
 * the batches that are open then. With fewer messages than batches want, they are smaller, so that the messages of a trace
 * are as far apart as they would be.
 */
export function dealMessages<Message>(
  messages: readonly Message[],
  { messagesPerBatch, openBatches }: Batching,
  random: Random,
): readonly (readonly Message[])[] {
  const rounds = Math.max(1, Math.round(messages.length / (messagesPerBatch * openBatches)));
  const batches = Array.from({ length: rounds * openBatches }, (): Message[] => []);
  for (const [index, message] of messages.entries()) {
    const round = Math.floor((index * rounds) / messages.length);
    batches[round * openBatches + Math.floor(random.between(0, openBatches))]?.push(message);
  }
  return batches.filter((batch) => batch.length > 0);
}
