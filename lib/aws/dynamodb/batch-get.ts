import { Backoff, isRetryable, type RetryPolicy, unavailable } from '../retry.ts';
import type { Item } from './schema.ts';
import type { TableCalls } from './table-calls.ts';

/** BatchGetItem takes 100 keys, and answers with at most 16 MB. */
const BATCH_SIZE = 100;

/**
 * Reads items by their keys, strongly consistent, with BatchGetItem: those that are there, in any order. No two keys may be the
 * same. DynamoDB may leave some of a batch unprocessed: those are asked for again.
 * @param options `what` is done, in words
 * @throws {UnavailableError} when some could not be read in time
 */
export async function* batchGet(
  client: TableCalls,
  tableName: string,
  keys: readonly Item[],
  { what, policy }: { readonly what: string; readonly policy: RetryPolicy },
): AsyncGenerator<Item> {
  const deadlineMs = policy.clock.now() + policy.budgetMs;
  for (let start = 0; start < keys.length; start += BATCH_SIZE) {
    const backoff = new Backoff(policy, deadlineMs);
    let pending: Item[] = keys.slice(start, start + BATCH_SIZE);
    for (;;) {
      const attempt = await getBatch(client, tableName, pending);
      yield* attempt.items;
      pending = attempt.unprocessed;
      if (pending.length === 0) break;
      if (!(await backoff.wait())) throw unavailable(what, policy, attempt.reason);
    }
  }
}

interface Attempt {
  readonly items: readonly Item[];
  readonly unprocessed: Item[];
  /** Why some are unprocessed. */
  readonly reason: unknown;
}

async function getBatch(client: TableCalls, tableName: string, keys: Item[]): Promise<Attempt> {
  try {
    const answer = await client.call('BatchGetItem', {
      RequestItems: { [tableName]: { Keys: keys, ConsistentRead: true } },
    });
    return {
      items: answer.Responses?.[tableName] ?? [],
      unprocessed: answer.UnprocessedKeys?.[tableName]?.Keys ?? [],
      reason: 'UnprocessedKeys',
    };
  } catch (error) {
    if (!isRetryable(error)) throw error;
    return { items: [], unprocessed: keys, reason: error };
  }
}
