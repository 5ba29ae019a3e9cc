import type { AttributeValue } from '@aws-sdk/client-dynamodb';

export type Item = Record<string, AttributeValue>;

/** One write unit pays for this many bytes of an item. */
const WRITE_UNIT_BYTES = 1024;

/** DynamoDB rejects items over 400 KB, attribute names included. */
export const MAX_ITEM_BYTES = 400 * 1024;

/** What writing an item of this size costs. */
export function writeUnits(itemBytes: number): number {
  return Math.ceil(itemBytes / WRITE_UNIT_BYTES);
}

/**
 * The size of an item as DynamoDB counts it: names and values. Numbers are counted a little too long.
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html
 */
export function itemBytes(item: Item): number {
  let bytes = 0;
  for (const [name, value] of Object.entries(item)) bytes += Buffer.byteLength(name) + valueBytes(value);
  return bytes;
}

function valueBytes(value: AttributeValue): number {
  if (value.S !== undefined) return Buffer.byteLength(value.S);
  if (value.N !== undefined) return 2 + Math.ceil(value.N.length / 2);
  if (value.B !== undefined) return value.B.length;
  if (value.L !== undefined) return 3 + value.L.reduce((sum, element) => sum + 1 + valueBytes(element), 0);
  if (value.M !== undefined) return 3 + itemBytes(value.M) + Object.keys(value.M).length;
  return 1;
}
