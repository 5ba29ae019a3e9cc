import type {
  BatchGetItemInput,
  BatchWriteItemInput,
  GetItemInput,
  PutItemInput,
  QueryInput,
} from '@aws-sdk/client-dynamodb';
import {
  CLAIM,
  DECISION,
  DECISION_SORT_KEY,
  DICTIONARY_PREFIX,
  FRAGMENT_PREFIX,
  type Item,
  KEY_COUNT_PREFIX,
  KEY_TABLE_PREFIX,
  LIMIT_PREFIX,
  LIST_PREFIX,
  NOTE,
  PARTITION_KEY,
  SORT_KEY,
} from '../../lib/aws/dynamodb/schema.ts';
import type { CallName } from './faults.ts';
import { shortHash, shortKey, shortTrace } from './names.ts';

export const TABLE_NAME = 'buffer';

export function keyOf(item: Item): [partition: string, sortKey: string] {
  return [item[PARTITION_KEY]?.S ?? '', item[SORT_KEY]?.S ?? ''];
}

/** What the adapters make a call for, and which items it is about. */
export function purposeOf(operation: string, input: never): { readonly name: CallName; readonly about: () => string } {
  switch (operation) {
    case 'BatchWriteItem': {
      const { RequestItems = {} }: BatchWriteItemInput = input;
      const items = (RequestItems[TABLE_NAME] ?? []).map(({ PutRequest }) => PutRequest?.Item ?? {});
      return { name: 'append', about: () => items.map(shortName).join(' ') };
    }
    case 'BatchGetItem': {
      const { Keys = [] } = (input as BatchGetItemInput).RequestItems?.[TABLE_NAME] ?? {};
      const isOfLists = Keys[0]?.[SORT_KEY]?.S?.startsWith(LIST_PREFIX) ?? false;
      return { name: isOfLists ? 'read list' : 'read fragments', about: () => Keys.map(shortName).join(' ') };
    }
    case 'Query': {
      const values = (input as QueryInput).ExpressionAttributeValues ?? {};
      if (values[':dictionary'] !== undefined) return { name: 'dictionary', about: () => 'newest' };
      const traceId = values[':traceId']?.S;
      if (traceId === undefined) return { name: 'tables', about: () => '' };
      return { name: 'read', about: () => shortTrace(traceId) };
    }
    default: {
      const { Item: item, Key: key }: Partial<PutItemInput & GetItemInput> = input;
      const target = item ?? key ?? {};
      return { name: purposeOfKey(keyOf(target)[1]), about: () => shortName(target) };
    }
  }
}

function purposeOfKey(sortKey: string): CallName {
  if (sortKey === DECISION_SORT_KEY) return 'record';
  if (sortKey.startsWith(LIST_PREFIX)) return 'write list';
  if (sortKey.startsWith(LIMIT_PREFIX)) return 'limits';
  if (sortKey.startsWith(KEY_TABLE_PREFIX) || sortKey.startsWith(KEY_COUNT_PREFIX)) return 'tables';
  if (sortKey.startsWith(DICTIONARY_PREFIX)) return 'dictionary';
  throw new Error(`the simulated table does not know items with the sort key ${sortKey}: teach it`);
}

function shortName(item: Item): string {
  const [partition, sortKey] = keyOf(item);
  const claims = (item[DECISION.claims] ?? item[DECISION.listedClaims])?.L ?? [];
  const claimed = claims.map(({ M }) => `${shortKey(M?.[CLAIM.key]?.S ?? '')} = ${hashesOf(M?.[CLAIM.fragments]?.S)}`);
  const version =
    item[DECISION.version]?.N === undefined
      ? ''
      : ` v${item[DECISION.version]?.N} ${item[NOTE.outcome]?.S ?? claimed.join(', ')}`;
  return `${shortTrace(partition)}/${shortSortKey(sortKey)}${version}`;
}

function shortSortKey(sortKey: string): string {
  return sortKey.startsWith(FRAGMENT_PREFIX) ? shortHash(sortKey.slice(FRAGMENT_PREFIX.length)) : sortKey.slice(0, 12);
}

function hashesOf(names = ''): string {
  return names.split(' ').map(shortHash).join(' ');
}

/** An answer in words. */
export function describeAnswer(answer: object): string {
  const { Items, Item: item, UnprocessedItems, UnprocessedKeys }: Record<string, unknown> = { ...answer };
  if (UnprocessedItems !== undefined || UnprocessedKeys !== undefined) return 'ok, in part';
  if (Array.isArray(Items))
    return `${Items.map((found: Item) => shortSortKey(keyOf(found)[1])).join(' ') || 'nothing'}`;
  return item === undefined ? 'ok' : 'found';
}
