import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { forgiven, type TokenBucket, thousandthsOf } from '../../sampling/token-bucket.ts';
import type { TenantScope } from '../tenant-scope.ts';
import { bigNumber } from './attribute-reader.ts';
import type { Condition } from './conditions.ts';
import type { Item } from './item-size.ts';
import { EXPIRES_AT, LIMIT, LIMIT_PREFIX } from './schema.ts';
import { type ItemKey, sharedItemKey } from './shared-item-key.ts';

interface Update extends Condition {
  readonly UpdateExpression: string;
}

/** How long a bucket stays after it is full again, or its second over, in seconds. */
const EXTRA_TTL_S = 600;

const NAMES = { '#level': LIMIT.level };

export function limitKey({ key }: TokenBucket, scope: TenantScope): ItemKey {
  return sharedItemKey(`${LIMIT_PREFIX}${key}`, scope);
}

export function levelOf(item: Item | undefined): bigint | undefined {
  return item === undefined ? undefined : bigNumber(item, LIMIT.level);
}

/** Adds to the level of a bucket that is not full and has the tokens. */
export function addToBucket(bucket: TokenBucket, nowMs: number, tokens: number): Update {
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
export function startFromFull(bucket: TokenBucket, nowMs: number, level: bigint): Update {
  return withExpiry(bucket, nowMs, {
    UpdateExpression: 'SET #level = :level',
    ConditionExpression: 'attribute_not_exists(#level) OR #level <= :full',
    ExpressionAttributeNames: NAMES,
    ExpressionAttributeValues: { ':level': numberOf(level), ':full': numberOf(forgiven(bucket, nowMs)) },
  });
}

/** Subtracts from the level of a bucket that is there. */
export function takeBack(tokens: number): Update {
  return {
    UpdateExpression: 'SET #level = #level - :tokens',
    ConditionExpression: 'attribute_exists(#level)',
    ExpressionAttributeNames: NAMES,
    ExpressionAttributeValues: { ':tokens': numberOf(thousandthsOf(tokens)) },
  };
}

/** A bucket that is full again need not be there. One that never refills stays. */
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

function numberOf(value: bigint): AttributeValue.NMember {
  return { N: String(value) };
}
