import type { TenantScope } from '../../archive/layout.ts';
import {
  EXPIRES_AT,
  type Item,
  joinNames,
  LIST,
  LIST_PREFIX,
  PARTITION_KEY,
  partitionPrefix,
  SORT_KEY,
  splitNames,
} from './schema.ts';

/** The key of a list of hashes (`schema.ts`, `l#<name>`). */
export function hashListKey(traceId: string, name: string, scope: TenantScope = {}): Item {
  return { [PARTITION_KEY]: { S: partitionPrefix(scope) + traceId }, [SORT_KEY]: { S: LIST_PREFIX + name } };
}

/** @param key as {@link hashListKey} makes it */
export function toHashListItem(key: Item, hashes: readonly string[], expiresAt: number): Item {
  return { ...key, [EXPIRES_AT]: { N: String(expiresAt) }, [LIST.hashes]: joinNames(hashes) };
}

/** @throws {UnreadableItemError} */
export function fromHashListItem(item: Item): readonly string[] {
  return splitNames(item, LIST.hashes);
}
