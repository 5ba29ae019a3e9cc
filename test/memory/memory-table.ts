import {
  type BatchGetItemCommandInput,
  type BatchWriteItemCommandInput,
  ConditionalCheckFailedException,
  type PutItemCommandInput,
  type QueryCommandInput,
} from '@aws-sdk/client-dynamodb';
import { EXPIRES_AT, type Item, itemBytes, NOTE, SORT_KEY, writeUnits } from '../../lib/aws/dynamodb/schema.ts';
import type { TableCalls } from '../../lib/aws/dynamodb/table-calls.ts';

const READ_UNIT_BYTES = 4096;
const PAGE_BYTES = 1024 * 1024;

/**
 * The few calls of DynamoDB that the span buffer makes, on items in memory, with what AWS bills for them: fast enough for traces of
 * many thousand fragments. The contract suite of the span buffer runs on it, as on an engine that speaks DynamoDB's protocol.
 */
export class MemoryTable {
  readUnits = 0;
  writeUnits = 0;
  calls = 0;
  /** By partition key; in order of the sort key. */
  readonly #partitions = new Map<string, Item[]>();

  /** It has no more of a client than the span buffer uses. */
  readonly client: TableCalls = { call: async (operation, input) => this.#call(operation, input as never) };

  #call(operation: string, input: never): object {
    this.calls += 1;
    switch (operation) {
      case 'BatchWriteItem':
        return this.#batchWrite(input);
      case 'BatchGetItem':
        return this.#batchGet(input);
      case 'PutItem':
        return this.#putIf(input);
      case 'Query':
        return this.#query(input);
      default:
        throw new Error(`the table in memory knows no ${operation}`);
    }
  }

  #batchWrite({ RequestItems = {} }: BatchWriteItemCommandInput): object {
    for (const { PutRequest } of Object.values(RequestItems).flat()) this.#put(PutRequest?.Item ?? {});
    return {};
  }

  #batchGet({ RequestItems = {} }: BatchGetItemCommandInput): object {
    const found = Object.entries(RequestItems).map(([table, { Keys = [] }]) => {
      const items = Keys.map((key) => this.#get(key));
      // Each key is billed on its own, also where there is no item.
      for (const item of items) this.readUnits += readUnits(item === undefined ? 0 : itemBytes(item));
      return [table, items.filter((item) => item !== undefined)];
    });
    return { Responses: Object.fromEntries(found) };
  }

  /** The conditions of `decision-item.ts`. */
  #putIf({ Item: item = {}, ConditionExpression, ExpressionAttributeValues }: PutItemCommandInput): object {
    if (ConditionExpression !== undefined) {
      const stored = this.#get(item);
      const isAlive =
        stored !== undefined && Number(stored[EXPIRES_AT]?.N) > Number(ExpressionAttributeValues?.[':now']?.N);
      const version = isAlive ? stored['v']?.N : '0';
      const isNote = stored?.[NOTE.outcome] !== undefined;
      const isOtherKind =
        (isNote && ConditionExpression.includes('attribute_not_exists(#outcome)')) ||
        (!isNote && ConditionExpression.includes('attribute_exists(#outcome)'));
      if (isOtherKind || version !== (ExpressionAttributeValues?.[':previous']?.N ?? '0')) {
        this.writeUnits += writeUnits(itemBytes(item));
        throw new ConditionalCheckFailedException({ message: 'The conditional request failed', $metadata: {} });
      }
    }
    this.#put(item);
    return {};
  }

  #query({
    ExpressionAttributeValues,
    ExclusiveStartKey,
    Limit = Number.POSITIVE_INFINITY,
  }: QueryCommandInput): object {
    const items = this.#partitions.get(ExpressionAttributeValues?.[':traceId']?.S ?? '') ?? [];
    const end = ExpressionAttributeValues?.[':end']?.S ?? '';
    const page: Item[] = [];
    let bytes = 0;
    let at = ExclusiveStartKey === undefined ? 0 : placeOf(items, sortKeyOf(ExclusiveStartKey)) + 1;
    for (let item = items[at]; item !== undefined && sortKeyOf(item) < end; item = items[++at]) {
      if (page.length >= Limit || bytes >= PAGE_BYTES) break;
      page.push(item);
      bytes += itemBytes(item);
    }
    this.readUnits += readUnits(bytes);
    const last = page.at(-1);
    const isCut = page.length >= Limit || bytes >= PAGE_BYTES;
    return { Items: page, ...(isCut && last !== undefined && { LastEvaluatedKey: last }) };
  }

  #put(item: Item): void {
    this.writeUnits += writeUnits(itemBytes(item));
    const traceId = item['traceId']?.S ?? '';
    const items = this.#partitions.get(traceId) ?? [];
    const place = placeOf(items, sortKeyOf(item));
    items.splice(place, items[place] !== undefined && sortKeyOf(items[place]) === sortKeyOf(item) ? 1 : 0, item);
    this.#partitions.set(traceId, items);
  }

  #get(key: Item): Item | undefined {
    const items = this.#partitions.get(key['traceId']?.S ?? '') ?? [];
    const item = items[placeOf(items, sortKeyOf(key))];
    return item !== undefined && sortKeyOf(item) === sortKeyOf(key) ? item : undefined;
  }
}

function sortKeyOf(item: Item): string {
  return item[SORT_KEY]?.S ?? '';
}

/** Of the first item whose sort key is not before this one. */
function placeOf(items: readonly Item[], sortKey: string): number {
  let [low, high] = [0, items.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sortKeyOf(items[middle] ?? {}) < sortKey) low = middle + 1;
    else high = middle;
  }
  return low;
}

function readUnits(bytes: number): number {
  return Math.max(1, Math.ceil(bytes / READ_UNIT_BYTES));
}
