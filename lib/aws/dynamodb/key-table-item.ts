import type { KeyTable } from '../../pipeline/ports.ts';
import type { KeyNumbers } from '../../sampling/dynamic/dynamic-sampler.ts';
import { number, UnreadableItemError, wholeNumber } from './attribute-reader.ts';
import type { Item } from './item-size.ts';
import { EXPIRES_AT, KEY_COUNT_ATTRIBUTE, KEY_COUNT_PREFIX, KEY_TABLE, KEY_TABLE_PREFIX } from './schema.ts';
import type { ItemKey } from './shared-item-key.ts';

/** Enough for the milliseconds of some 30,000 years; sort keys are compared as text. */
const INTERVAL_DIGITS = 15;

/** Sort keys of the tables of one sampler start with it; interval by interval they ascend. */
export function tableSortKey(sampler: string, interval: number): string {
  return `${KEY_TABLE_PREFIX}${sampler}#${digitsOf(interval)}`;
}

/** Sort keys of the counts of one interval start with it; the number of the part follows. */
export function countSortKey(sampler: string, interval: number): string {
  return `${KEY_COUNT_PREFIX}${sampler}#${digitsOf(interval)}#`;
}

export function tableToItem(key: ItemKey, { interval, averages }: KeyTable, expiresAt: number): Item {
  return {
    ...key,
    [EXPIRES_AT]: { N: String(expiresAt) },
    [KEY_TABLE.interval]: { N: String(interval) },
    [KEY_TABLE.averages]: { M: Object.fromEntries([...averages].map(([key, n]) => [key, { N: String(n) }])) },
  };
}

export function itemToTable(item: Item): KeyTable {
  const averages = item[KEY_TABLE.averages];
  if (averages?.M === undefined) throw new UnreadableItemError(KEY_TABLE.averages, 'a map', averages);
  const { M: map } = averages;
  return {
    interval: wholeNumber(item, KEY_TABLE.interval),
    averages: new Map(Object.keys(map).map((key) => [key, number(map, key)])),
  };
}

export function countsOf(item: Item): KeyNumbers {
  const attributes = Object.keys(item).filter((name) => name.startsWith(KEY_COUNT_ATTRIBUTE));
  return new Map(attributes.map((name) => [name.slice(KEY_COUNT_ATTRIBUTE.length), number(item, name)]));
}

/** Adds to counts, and lets them expire. */
export function addCounts(counts: readonly (readonly [string, number])[], expiresAt: number) {
  const additions = counts.map((_, i) => `#${i} :${i}`).join(', ');
  return {
    UpdateExpression: `SET #expiresAt = :expiresAt ADD ${additions}`,
    ExpressionAttributeNames: {
      '#expiresAt': EXPIRES_AT,
      ...Object.fromEntries(counts.map(([key], i) => [`#${i}`, `${KEY_COUNT_ATTRIBUTE}${key}`])),
    },
    ExpressionAttributeValues: {
      ':expiresAt': { N: String(expiresAt) },
      ...Object.fromEntries(counts.map(([, count], i) => [`:${i}`, { N: String(count) }])),
    },
  };
}

function digitsOf(interval: number): string {
  return String(interval).padStart(INTERVAL_DIGITS, '0');
}
