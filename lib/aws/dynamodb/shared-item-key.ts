import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { partitionPrefix, type TenantScope } from '../tenant-scope.ts';
import { LIMIT_PARTITION, PARTITION_KEY, SORT_KEY } from './schema.ts';

export type ItemKey = Record<string, AttributeValue>;

/** The partition of what all deciders of a tenant share. */
export function sharedPartition(scope: TenantScope): AttributeValue {
  return { S: partitionPrefix(scope) + LIMIT_PARTITION };
}

export function sharedItemKey(sortKey: string, scope: TenantScope): ItemKey {
  return { [PARTITION_KEY]: sharedPartition(scope), [SORT_KEY]: { S: sortKey } };
}
