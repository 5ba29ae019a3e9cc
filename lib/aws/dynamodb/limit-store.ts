import {
  ConditionalCheckFailedException,
  type DynamoDBClient,
  GetItemCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import type { Clock, Lease, LimitStore } from '../../pipeline/ports.ts';
import { levelAfter, type TokenBucket, tokensIn } from '../../sampling/token-bucket.ts';
import { Backoff, type RetryPolicy, retry, retryPolicy, unavailable } from '../retry.ts';
import type { TenantScope } from '../tenant-scope.ts';
import { addToBucket, levelOf, limitKey, startFromFull, takeBack } from './limit-item.ts';

export interface DynamoDbLimitStoreDeps extends TenantScope {
  readonly client: DynamoDBClient;
  readonly tableName: string;
  readonly clock: Clock;
  /** @default 4 s with full jitter */
  readonly retryPolicy?: RetryPolicy;
}

/**
 * Token buckets as items of the buffer table: docs/storage-schema.md. A lease is one conditional addition, so that
 * deciders that lease at once do not get in each other's way as long as there are tokens for all of them.
 */
export class DynamoDbLimitStore implements LimitStore {
  readonly #deps: DynamoDbLimitStoreDeps;
  readonly #retryPolicy: RetryPolicy;

  constructor(deps: DynamoDbLimitStoreDeps) {
    this.#deps = deps;
    this.#retryPolicy = deps.retryPolicy ?? retryPolicy(deps.clock);
  }

  async lease(bucket: TokenBucket, nowMs: number, needed: number, wanted: number): Promise<Lease> {
    const backoff = new Backoff(this.#retryPolicy);
    const first = await this.#add(bucket, nowMs, wanted);
    if (first !== undefined) return { granted: wanted, level: first };
    for (;;) {
      const level = await this.#level(bucket);
      const tokens = tokensIn(bucket, level, nowMs);
      const granted = tokens >= wanted ? wanted : tokens >= needed ? needed : 0;
      if (granted === 0) return { granted, level };
      const isFull = level === undefined || tokens === bucket.capacity;
      const next = await (isFull ? this.#startFromFull(bucket, nowMs, granted) : this.#add(bucket, nowMs, granted));
      if (next !== undefined) return { granted, level: next };
      if (!(await backoff.wait())) throw unavailable(`lease from ${bucket.key}`, this.#retryPolicy, LOST_RACE);
    }
  }

  async giveBack(bucket: TokenBucket, tokens: number): Promise<void> {
    await this.#deps.client.send(new UpdateItemCommand({ ...this.#item(bucket), ...takeBack(tokens) }));
  }

  /** The level after it; `undefined`: the bucket is full, or has less. */
  #add(bucket: TokenBucket, nowMs: number, tokens: number): Promise<bigint | undefined> {
    return this.#update(bucket, addToBucket(bucket, nowMs, tokens));
  }

  /** The level after it; `undefined`: the bucket is not full. */
  #startFromFull(bucket: TokenBucket, nowMs: number, tokens: number): Promise<bigint | undefined> {
    return this.#update(bucket, startFromFull(bucket, nowMs, levelAfter(bucket, undefined, nowMs, tokens)));
  }

  /** An update whose answer is lost is tried again, and may take its tokens twice: too few are kept then. */
  #update(bucket: TokenBucket, update: ReturnType<typeof addToBucket>): Promise<bigint | undefined> {
    const command = { ...this.#item(bucket), ...update, ReturnValues: 'UPDATED_NEW' as const };
    return retry(this.#retryPolicy, `lease from ${bucket.key}`, async () => {
      try {
        const { Attributes } = await this.#deps.client.send(new UpdateItemCommand(command));
        return levelOf(Attributes);
      } catch (error) {
        if (error instanceof ConditionalCheckFailedException) return undefined;
        throw error;
      }
    });
  }

  async #level(bucket: TokenBucket): Promise<bigint | undefined> {
    const command = { ...this.#item(bucket), ConsistentRead: true };
    const { Item } = await retry(this.#retryPolicy, `read ${bucket.key}`, () =>
      this.#deps.client.send(new GetItemCommand(command)),
    );
    return levelOf(Item);
  }

  #item(bucket: TokenBucket) {
    return { TableName: this.#deps.tableName, Key: limitKey(bucket, this.#deps) };
  }
}

const LOST_RACE = new Error('other deciders took its tokens first, each time');
