import { type Clock, UnavailableError } from '../../pipeline/ports.ts';
import { type RetryPolicy, retry, retryPolicy } from '../retry.ts';
import type { QueueCalls } from './queue-calls.ts';

export interface DeleteMessagesDeps {
  readonly client: QueueCalls;
  readonly queueUrl: string;
  readonly clock: Clock;
  /** @default 4 s with full jitter */
  readonly retryPolicy?: RetryPolicy;
}

/** DeleteMessageBatch takes 10 messages. */
const BATCH_SIZE = 10;

/**
 * Deletes received messages by their receipt handles, as Lambda does with those of a batch when the function has returned. Deleting one
 * twice changes nothing.
 * @throws {UnavailableError} when one of them could not be deleted in time
 */
export async function deleteMessages(receiptHandles: readonly string[], deps: DeleteMessagesDeps): Promise<void> {
  const { client, queueUrl: QueueUrl, clock } = deps;
  const policy = deps.retryPolicy ?? retryPolicy(clock);
  for (let start = 0; start < receiptHandles.length; start += BATCH_SIZE) {
    const batch = receiptHandles.slice(start, start + BATCH_SIZE);
    const Entries = batch.map((ReceiptHandle, index) => ({ Id: String(index), ReceiptHandle }));
    const what = `delete ${batch.length} messages of ${QueueUrl}`;
    const { Failed = [] } = await retry(policy, what, () => client.call('DeleteMessageBatch', { QueueUrl, Entries }));
    if (Failed.length > 0) throw new UnavailableError(`could not ${what}: ${Failed[0]?.Code}: ${Failed[0]?.Message}`);
  }
}
