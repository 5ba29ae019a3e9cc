import type { TenantScope } from '../../archive/layout.ts';
import { DEFAULT_BUFFER_TTL_MS } from '../../pipeline/adapter-rules.ts';
import type { Clock, KeyTable, KeyTables } from '../../pipeline/ports.ts';
import type { KeyNumbers } from '../../sampling/dynamic/share-table.ts';
import { isNamed } from '../calls/service-calls.ts';
import { type RetryPolicy, retry, retryPolicy } from '../retry.ts';
import {
  EXPIRES_AT,
  type Item,
  isExpired,
  KEY_COUNT_ATTRIBUTE,
  KEY_COUNT_PREFIX,
  KEY_TABLE,
  KEY_TABLE_PREFIX,
  number,
  PARTITION_KEY,
  SORT_KEY,
  sharedItemKey,
  sharedPartition,
  UnreadableItemError,
  wholeNumber,
} from './schema.ts';
import type { TableCalls } from './table-calls.ts';

export interface DynamoDbKeyTablesDeps extends TenantScope {
  readonly client: TableCalls;
  readonly tableName: string;
  readonly clock: Clock;
  /** How long a trace may be evaluated again after its arrival. @default 24 h */
  readonly bufferTtlMs?: number;
  /** Uniform in [0, 1). @default Math.random */
  readonly random?: () => number;
  /** @default 4 s with full jitter */
  readonly retryPolicy?: RetryPolicy;
}

/** Counts of one interval are spread over this many items, so that no item takes all writes. */
const COUNT_PARTS = 8;
/** An UpdateExpression may have 300 operators and operands. */
const KEYS_PER_UPDATE = 100;

/**
 * What the `dynamic` policies of all deciders share, as items of the buffer table (`schema.ts`): counts of an interval
 * (`n#…`), which every decider adds to, and the table of averages that one of them computes from them (`t#…`), which never
 * changes once it is stored.
 */
export class DynamoDbKeyTables implements KeyTables {
  readonly #deps: DynamoDbKeyTablesDeps;
  readonly #retryPolicy: RetryPolicy;

  constructor(deps: DynamoDbKeyTablesDeps) {
    this.#deps = deps;
    this.#retryPolicy = deps.retryPolicy ?? retryPolicy(deps.clock);
  }

  async latest(sampler: string, interval: number): Promise<KeyTable | undefined> {
    const range = { from: tableSortKey(sampler, 0), to: tableSortKey(sampler, interval) };
    const { items } = await this.#query(range, { ScanIndexForward: false, Limit: 1 });
    return items.filter((item) => this.#isAlive(item)).map(itemToTable)[0];
  }

  async putIfAbsent(sampler: string, table: KeyTable): Promise<KeyTable> {
    const { client, tableName: TableName, clock } = this.#deps;
    const Key = sharedItemKey(tableSortKey(sampler, table.interval), this.#deps);
    const put = {
      TableName,
      Item: tableToItem(Key, table, this.#expiresAt()),
      ConditionExpression: 'attribute_not_exists(#expiresAt) OR #expiresAt <= :now',
      ExpressionAttributeNames: { '#expiresAt': EXPIRES_AT },
      ExpressionAttributeValues: { ':now': { N: String(Math.floor(clock.now() / 1000)) } },
    };
    return retry(this.#retryPolicy, `store a table of ${sampler}`, async () => {
      try {
        await client.call('PutItem', put);
        return table;
      } catch (error) {
        if (!isNamed(error, 'ConditionalCheckFailedException')) throw error;
        const { Item } = await client.call('GetItem', { TableName, Key, ConsistentRead: true });
        return Item === undefined ? table : itemToTable(Item);
      }
    });
  }

  async counts(sampler: string, interval: number): Promise<KeyNumbers> {
    const prefix = countSortKey(sampler, interval);
    const sums = new Map<string, number>();
    let start: Item | undefined;
    do {
      const page = await this.#query({ from: prefix, to: `${prefix}9` }, start && { ExclusiveStartKey: start });
      for (const item of page.items.filter((found) => this.#isAlive(found))) {
        for (const [key, count] of countsOf(item)) sums.set(key, (sums.get(key) ?? 0) + count);
      }
      start = page.next;
    } while (start !== undefined);
    return sums;
  }

  async count(sampler: string, interval: number, counts: KeyNumbers): Promise<void> {
    const { client, tableName: TableName, random = Math.random } = this.#deps;
    const entries = [...counts];
    for (let at = 0; at < entries.length; at += KEYS_PER_UPDATE) {
      const part = Math.floor(random() * COUNT_PARTS);
      const Key = sharedItemKey(`${countSortKey(sampler, interval)}${part}`, this.#deps);
      const addition = addCounts(entries.slice(at, at + KEYS_PER_UPDATE), this.#expiresAt());
      await client.call('UpdateItem', { TableName, Key, ...addition });
    }
  }

  async #query(range: { readonly from: string; readonly to: string }, options: object = {}) {
    const query = {
      TableName: this.#deps.tableName,
      ConsistentRead: true,
      KeyConditionExpression: '#partition = :partition AND #sort BETWEEN :from AND :to',
      ExpressionAttributeNames: { '#partition': PARTITION_KEY, '#sort': SORT_KEY },
      ExpressionAttributeValues: {
        ':partition': sharedPartition(this.#deps),
        ':from': { S: range.from },
        ':to': { S: range.to },
      },
      ...options,
    };
    const { Items = [], LastEvaluatedKey } = await retry(this.#retryPolicy, `read ${range.to}`, () =>
      this.#deps.client.call('Query', query),
    );
    return { items: Items, next: LastEvaluatedKey };
  }

  #isAlive(item: Item): boolean {
    return !isExpired(wholeNumber(item, EXPIRES_AT), this.#deps.clock.now());
  }

  /** A trace of the interval may arrive after this call, and then waits for its whole time in the buffer. */
  #expiresAt(): number {
    const { clock, bufferTtlMs = DEFAULT_BUFFER_TTL_MS } = this.#deps;
    return Math.ceil((clock.now() + 2 * bufferTtlMs) / 1000);
  }
}

/** DynamoDB compares sort keys as text. This many digits count the milliseconds of 30,000 years. */
const INTERVAL_DIGITS = 15;

/** The sort key of a table: those of one sampler ascend with the interval. */
function tableSortKey(sampler: string, interval: number): string {
  return `${KEY_TABLE_PREFIX}${sampler}#${digitsOf(interval)}`;
}

/** What the sort keys of the counts of one interval begin with; the number of the part follows. */
function countSortKey(sampler: string, interval: number): string {
  return `${KEY_COUNT_PREFIX}${sampler}#${digitsOf(interval)}#`;
}

function digitsOf(interval: number): string {
  return String(interval).padStart(INTERVAL_DIGITS, '0');
}

function tableToItem(key: Item, { interval, averages }: KeyTable, expiresAt: number): Item {
  return {
    ...key,
    [EXPIRES_AT]: { N: String(expiresAt) },
    [KEY_TABLE.interval]: { N: String(interval) },
    [KEY_TABLE.averages]: { M: Object.fromEntries([...averages].map(([key, n]) => [key, { N: String(n) }])) },
  };
}

function itemToTable(item: Item): KeyTable {
  const averages = item[KEY_TABLE.averages];
  if (averages?.M === undefined) throw new UnreadableItemError(KEY_TABLE.averages, 'a map', averages);
  const { M: map } = averages;
  return {
    interval: wholeNumber(item, KEY_TABLE.interval),
    averages: new Map(Object.keys(map).map((key) => [key, number(map, key)])),
  };
}

function countsOf(item: Item): KeyNumbers {
  const attributes = Object.keys(item).filter((name) => name.startsWith(KEY_COUNT_ATTRIBUTE));
  return new Map(attributes.map((name) => [name.slice(KEY_COUNT_ATTRIBUTE.length), number(item, name)]));
}

/** Adds to counts, and lets them expire. */
function addCounts(counts: readonly (readonly [string, number])[], expiresAt: number) {
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
