import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import type { TenantScope } from '../../archive/layout.ts';
import type { LimitLevels } from '../../pipeline/explain/ports.ts';
import type { Clock, Lease, LimitStore } from '../../pipeline/ports.ts';
import { forgiven, levelAfter, type TokenBucket, thousandthsOf, tokensIn } from '../../sampling/limits.ts';
import { isNamed } from '../calls/service-calls.ts';
import { Backoff, type RetryPolicy, retry, retryPolicy, unavailable } from '../retry.ts';
import type { Condition } from './decision-item.ts';
import { bigNumber, EXPIRES_AT, type Item, LIMIT, LIMIT_PREFIX, sharedItemKey } from './schema.ts';
import type { TableCalls } from './table-calls.ts';

export interface DynamoDbLimitStoreDeps extends TenantScope {
  readonly client: TableCalls;
  readonly tableName: string;
  readonly clock: Clock;
  /** @default 4 s with full jitter */
  readonly retryPolicy?: RetryPolicy;
}

/** The cause of an `UnavailableError` when all attempts lost against other deciders. */
const LOST_RACE = new Error('other deciders took its tokens first, each time');

/**
 * Token buckets as items of the buffer table (`schema.ts`, `r#…`). A lease is one conditional addition, so that deciders that
 * lease at once do not interfere as long as there are tokens for all of them.
 *
 * The level of a bucket counts what was ever taken, in thousandths of tokens. Time forgives: what is forgiven at a time is
 * computed from the clock (`lib/sampling/limits.ts`), so that nothing has to refill a bucket. `level <= forgiven`: full.
 */
export class DynamoDbLimitStore implements LimitStore, LimitLevels {
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
      const level = await this.level(bucket);
      const tokens = tokensIn(bucket, level, nowMs);
      const granted = tokens >= wanted ? wanted : tokens >= needed ? needed : 0;
      if (granted === 0) return { granted, level };
      const isFull = level === undefined || tokens === bucket.capacity;
      const next = await (isFull ? this.#startFromFull(bucket, nowMs, granted) : this.#add(bucket, nowMs, granted));
      if (next !== undefined) return { granted, level: next };
      if (!(await backoff.wait())) throw unavailable(`lease from ${bucket.key}`, this.#retryPolicy, LOST_RACE);
    }
  }

  async release(bucket: TokenBucket, tokens: number): Promise<void> {
    await this.#deps.client.call('UpdateItem', { ...this.#item(bucket), ...takeBack(tokens) });
  }

  async level(bucket: TokenBucket): Promise<bigint | undefined> {
    const command = { ...this.#item(bucket), ConsistentRead: true };
    const { Item } = await retry(this.#retryPolicy, `read ${bucket.key}`, () =>
      this.#deps.client.call('GetItem', command),
    );
    return levelOf(Item);
  }

  /** The level afterwards; `undefined`: the bucket is full, or has fewer tokens. */
  #add(bucket: TokenBucket, nowMs: number, tokens: number): Promise<bigint | undefined> {
    return this.#update(bucket, addToBucket(bucket, nowMs, tokens));
  }

  /** The level afterwards; `undefined`: the bucket is not full. */
  #startFromFull(bucket: TokenBucket, nowMs: number, tokens: number): Promise<bigint | undefined> {
    return this.#update(bucket, startFromFull(bucket, nowMs, levelAfter(bucket, undefined, nowMs, tokens)));
  }

  /** An update whose answer is lost is tried again, and may take its tokens twice: then too few traces are kept. */
  #update(bucket: TokenBucket, update: Update): Promise<bigint | undefined> {
    const command = { ...this.#item(bucket), ...update, ReturnValues: 'UPDATED_NEW' as const };
    return retry(this.#retryPolicy, `lease from ${bucket.key}`, async () => {
      try {
        const { Attributes } = await this.#deps.client.call('UpdateItem', command);
        return levelOf(Attributes);
      } catch (error) {
        if (isNamed(error, 'ConditionalCheckFailedException')) return undefined;
        throw error;
      }
    });
  }

  #item(bucket: TokenBucket) {
    return { TableName: this.#deps.tableName, Key: limitKey(bucket, this.#deps) };
  }
}

interface Update extends Condition {
  readonly UpdateExpression: string;
}

/** How long a bucket stays after it is full again, or its second over, in seconds. */
const EXTRA_TTL_S = 600;

const NAMES = { '#level': LIMIT.level };

/** Adds to the level of a bucket that is not full and has the tokens. */
function addToBucket(bucket: TokenBucket, nowMs: number, tokens: number): Update {
  const full = forgiven(bucket, nowMs);
  const most = full + thousandthsOf(bucket.capacity - tokens);
  return withExpiry(bucket, nowMs, {
    UpdateExpression: 'SET #level = #level + :taken',
    ConditionExpression: '#level >= :full AND #level <= :most',
    ExpressionAttributeNames: NAMES,
    ExpressionAttributeValues: {
      ':taken': numberOf(thousandthsOf(tokens)),
      ':full': numberOf(full),
      ':most': numberOf(most),
    },
  });
}

/** Sets the level of a bucket that is full, or was never used. */
function startFromFull(bucket: TokenBucket, nowMs: number, level: bigint): Update {
  return withExpiry(bucket, nowMs, {
    UpdateExpression: 'SET #level = :level',
    ConditionExpression: 'attribute_not_exists(#level) OR #level <= :full',
    ExpressionAttributeNames: NAMES,
    ExpressionAttributeValues: { ':level': numberOf(level), ':full': numberOf(forgiven(bucket, nowMs)) },
  });
}

/** Subtracts from the level of a bucket that is there. */
function takeBack(tokens: number): Update {
  return {
    UpdateExpression: 'SET #level = #level - :tokens',
    ConditionExpression: 'attribute_exists(#level)',
    ExpressionAttributeNames: NAMES,
    ExpressionAttributeValues: { ':tokens': numberOf(thousandthsOf(tokens)) },
  };
}

/** Lets a bucket expire after it is full again: then it need not exist. One that never refills stays. */
function withExpiry(bucket: TokenBucket, nowMs: number, update: Update): Update {
  const { perSecond, capacity, endsAtMs } = bucket;
  const uselessAtMs = perSecond > 0 ? nowMs + (capacity / perSecond) * 1000 : endsAtMs;
  if (uselessAtMs === undefined) return update;
  const expiresAt = Math.min(Math.ceil(uselessAtMs / 1000) + EXTRA_TTL_S, Number.MAX_SAFE_INTEGER);
  return {
    ...update,
    UpdateExpression: `${update.UpdateExpression}, #expiresAt = :expiresAt`,
    ExpressionAttributeNames: { ...update.ExpressionAttributeNames, '#expiresAt': EXPIRES_AT },
    ExpressionAttributeValues: { ...update.ExpressionAttributeValues, ':expiresAt': { N: String(expiresAt) } },
  };
}

function limitKey({ key }: TokenBucket, scope: TenantScope): Item {
  return sharedItemKey(`${LIMIT_PREFIX}${key}`, scope);
}

function levelOf(item: Item | undefined): bigint | undefined {
  return item === undefined ? undefined : bigNumber(item, LIMIT.level);
}

function numberOf(value: bigint): AttributeValue.NMember {
  return { N: String(value) };
}
