import type { WriteRequest } from '@aws-sdk/client-dynamodb';
import { forEachBounded } from '../for-each-bounded.ts';
import { Backoff, isRetryable, type RetryPolicy, unavailable } from '../retry.ts';
import type { Item } from './schema.ts';
import type { TableCalls } from './table-calls.ts';

/** BatchWriteItem takes 25 items and 16 MB; 25 of ours have at most 230 KB, because larger payloads are spilled. */
const BATCH_SIZE = 25;
const BATCHES_IN_FLIGHT = 8;

/**
 * Puts all items, in any order, with BatchWriteItem; no two may have the same key. DynamoDB may leave some of a batch
 * unprocessed: those are sent again.
 * @throws {UnavailableError} when some could not be written in time; others may have been.
 */
export async function putAll(
  client: TableCalls,
  tableName: string,
  items: readonly Item[],
  policy: RetryPolicy,
): Promise<void> {
  const deadlineMs = policy.clock.now() + policy.budgetMs;
  const batches: WriteRequest[][] = [];
  for (let start = 0; start < items.length; start += BATCH_SIZE) {
    batches.push(items.slice(start, start + BATCH_SIZE).map((Item) => ({ PutRequest: { Item } })));
  }
  await forEachBounded(batches, BATCHES_IN_FLIGHT, async (batch) => {
    const backoff = new Backoff(policy, deadlineMs);
    let pending = batch;
    for (;;) {
      const attempt = await putBatch(client, tableName, pending);
      pending = attempt.unprocessed;
      if (pending.length === 0) return;
      if (!(await backoff.wait())) {
        throw unavailable(`write ${pending.length} of ${batch.length} buffer items`, policy, attempt.reason);
      }
    }
  });
}

interface Attempt {
  readonly unprocessed: WriteRequest[];
  /** Why some are unprocessed. */
  readonly reason: unknown;
}

async function putBatch(client: TableCalls, tableName: string, requests: WriteRequest[]): Promise<Attempt> {
  try {
    const answer = await client.call('BatchWriteItem', { RequestItems: { [tableName]: requests } });
    return { unprocessed: answer.UnprocessedItems?.[tableName] ?? [], reason: 'UnprocessedItems' };
  } catch (error) {
    if (!isRetryable(error)) throw error;
    return { unprocessed: requests, reason: error };
  }
}
