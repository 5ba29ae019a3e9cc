import {
  type BatchGetItemInput,
  type BatchWriteItemInput,
  ConditionalCheckFailedException,
  type GetItemInput,
  type PutItemInput,
  type QueryInput,
  type UpdateItemInput,
} from '@aws-sdk/client-dynamodb';
import {
  DECISION_SORT_KEY,
  DICTIONARY_PREFIX,
  EXPIRES_AT,
  FRAGMENT_PREFIX,
  type Item,
  NOTE,
  PARTITION_KEY,
  SORT_KEY,
} from '../../lib/aws/dynamodb/schema.ts';
import type { TableCalls } from '../../lib/aws/dynamodb/table-calls.ts';
import { type ExpressionValues, holds, operand, updated } from './expressions.ts';
import type { Network } from './network.ts';
import type { Process } from './scheduler.ts';
import { describeAnswer, keyOf, purposeOf, TABLE_NAME } from './table-calls.ts';

interface Stored {
  readonly item: Item;
  readonly writtenAtMs: number;
  /** What an eventually consistent read may still see. */
  readonly before: Item | undefined;
}

export interface SimulatedTableDeps {
  readonly network: Network;
  readonly now: () => number;
  /** How late expired items are deleted; infinite: never. */
  readonly deletesAfterMs: number;
  /** How far the clocks of instances are behind at most. */
  readonly skewMs: number;
  /** How many items a page of an answer has at most. */
  readonly pageItems: number;
  /** How old the answer to an eventually consistent read is, each time anew. */
  readonly staleMs: () => number;
  /** Called with each decision record or note, and with what it replaces. */
  readonly onRecord: (partition: string, item: Item, before: Item | undefined) => void;
}

const DELETES_AFTER_MS = 10_000;

/** DynamoDB with one table, as far as the adapters use it. Each call takes effect at one moment. */
export class SimulatedTable {
  readonly #deps: SimulatedTableDeps;
  readonly #partitions = new Map<string, Map<string, Stored>>();
  /** `[tenant/]trace/hash` of every fragment that was ever stored. */
  readonly stored = new Set<string>();
  /** Partitions of the traces that ever had a decision. */
  readonly decided = new Set<string>();

  constructor(deps: SimulatedTableDeps) {
    this.#deps = deps;
  }

  client(process: Process): TableCalls {
    const call = (operation: string, input: never): Promise<object> => {
      const { name, about } = purposeOf(operation, input);
      const apply = () => this.#answer(operation, input, false);
      return this.#deps.network.call(process, {
        name,
        about,
        apply,
        applyPartly: () => this.#answer(operation, input, true),
        describe: describeAnswer,
      });
    };
    return { call: (operation, input) => call(operation, input as never) as never };
  }

  /** Of what was done before the history. */
  get past(): TableCalls {
    return { call: async (operation, input) => this.#answer(operation, input as never, false) as never };
  }

  /** Whether a fragment, `[tenant/]trace/hash`, is there, and has not expired by the clock of every instance. */
  has(name: string): boolean {
    const at = name.lastIndexOf('/');
    const item = this.#get(name.slice(0, at), FRAGMENT_PREFIX + name.slice(at + 1));
    return item !== undefined && Number(item[EXPIRES_AT]?.N) * 1000 > this.#deps.now() - this.#deps.skewMs;
  }

  #answer(operation: string, input: never, isPartial: boolean): object {
    switch (operation) {
      case 'BatchWriteItem':
        return this.#batchWrite(input, isPartial);
      case 'BatchGetItem':
        return this.#batchGet(input, isPartial);
      case 'GetItem':
        return this.#getItem(input);
      case 'PutItem':
        return this.#putItem(input);
      case 'UpdateItem':
        return this.#updateItem(input);
      case 'Query':
        return this.#query(input, isPartial);
      default:
        throw new Error(`the simulated table does not know ${operation}: teach it`);
    }
  }

  #batchWrite({ RequestItems = {} }: BatchWriteItemInput, isPartial: boolean): object {
    const requests = RequestItems[TABLE_NAME] ?? [];
    const keys = requests.map(({ PutRequest }) => keyOf(PutRequest?.Item ?? {}).join(' '));
    if (new Set(keys).size < keys.length) throw invalid('BatchWriteItem names an item twice');
    const count = isPartial ? requests.length >> 1 : requests.length;
    for (const { PutRequest } of requests.slice(0, count)) this.#put(PutRequest?.Item ?? {});
    return count === requests.length ? {} : { UnprocessedItems: { [TABLE_NAME]: requests.slice(count) } };
  }

  #batchGet({ RequestItems = {} }: BatchGetItemInput, isPartial: boolean): object {
    const { Keys = [], ConsistentRead } = RequestItems[TABLE_NAME] ?? {};
    if (new Set(Keys.map((key) => keyOf(key).join(' '))).size < Keys.length) throw invalid('BatchGetItem asks twice');
    const count = isPartial ? Keys.length >> 1 : Keys.length;
    const asOfMs = this.#asOf(ConsistentRead);
    const items = Keys.slice(0, count).map((key) => this.#get(...keyOf(key), asOfMs));
    return {
      Responses: { [TABLE_NAME]: items.filter((item) => item !== undefined) },
      ...(count < Keys.length && { UnprocessedKeys: { [TABLE_NAME]: { Keys: Keys.slice(count) } } }),
    };
  }

  #getItem({ Key = {}, ConsistentRead }: GetItemInput): object {
    return { Item: this.#get(...keyOf(Key), this.#asOf(ConsistentRead)) };
  }

  #putItem({ Item: item = {}, ConditionExpression, ...values }: PutItemInput): object {
    const [partition, sortKey] = keyOf(item);
    const stored = this.#get(partition, sortKey);
    this.#check(ConditionExpression, stored, values);
    if (sortKey === DECISION_SORT_KEY) this.#deps.onRecord(partition, item, stored);
    this.#put(item);
    return {};
  }

  #updateItem({ Key = {}, UpdateExpression = '', ConditionExpression, ...values }: UpdateItemInput): object {
    const stored = this.#get(...keyOf(Key));
    this.#check(ConditionExpression, stored, values);
    const item = updated(UpdateExpression, stored ?? Key, values);
    this.#put(item);
    return { Attributes: item };
  }

  #query(input: QueryInput, isPartial: boolean): object {
    const { KeyConditionExpression = '', ScanIndexForward = true, Limit = Number.POSITIVE_INFINITY } = input;
    const [hashCondition = '', ...range] = KeyConditionExpression.split(' AND ');
    const partition = operand(hashCondition.split(' ')[2], input).S ?? '';
    const asOfMs = this.#asOf(input.ConsistentRead);
    const startKey = input.ExclusiveStartKey?.[SORT_KEY]?.S;
    const found = [...(this.#partitions.get(partition)?.keys() ?? [])]
      .filter((sortKey) => isInRange(range, sortKey, input))
      .sort()
      .map((sortKey) => this.#get(partition, sortKey, asOfMs))
      .filter((item) => item !== undefined);
    if (!ScanIndexForward) found.reverse();
    const rest = startKey === undefined ? found : found.filter((item) => keyOf(item)[1] > startKey);
    const page = rest.slice(0, Math.min(Limit, isPartial ? 1 : this.#deps.pageItems));
    const last = page.at(-1);
    const key = last && { [PARTITION_KEY]: last[PARTITION_KEY], [SORT_KEY]: last[SORT_KEY] };
    return { Items: page, ...(page.length < rest.length && { LastEvaluatedKey: key }) };
  }

  #check(condition: string | undefined, stored: Item | undefined, values: ExpressionValues): void {
    if (condition === undefined || holds(condition, stored, values)) return;
    throw new ConditionalCheckFailedException({ message: 'the condition does not hold', $metadata: {} });
  }

  #asOf(isConsistent: boolean | undefined): number {
    return isConsistent === true ? Number.POSITIVE_INFINITY : this.#deps.now() - this.#deps.staleMs();
  }

  #put(item: Item): void {
    const [partition, sortKey] = keyOf(item);
    const before = this.#get(partition, sortKey);
    if (sortKey.startsWith(FRAGMENT_PREFIX)) this.stored.add(`${partition}/${sortKey.slice(FRAGMENT_PREFIX.length)}`);
    if (sortKey === DECISION_SORT_KEY && item[NOTE.outcome] === undefined) this.decided.add(partition);
    const items = this.#partitions.get(partition) ?? new Map<string, Stored>();
    this.#partitions.set(partition, items.set(sortKey, { item, writtenAtMs: this.#deps.now(), before }));
  }

  #get(partition: string, sortKey: string, asOfMs = Number.POSITIVE_INFINITY): Item | undefined {
    const stored = this.#partitions.get(partition)?.get(sortKey);
    const item = stored !== undefined && stored.writtenAtMs > asOfMs ? stored.before : stored?.item;
    if (item === undefined) return undefined;
    // Between a fragment and the dictionary that expires in the same second, nothing is so quick.
    const lateMs = Math.max(this.#deps.deletesAfterMs, sortKey.startsWith(DICTIONARY_PREFIX) ? DELETES_AFTER_MS : 0);
    const deletedAtMs = Number(item[EXPIRES_AT]?.N ?? Number.POSITIVE_INFINITY) * 1000 + lateMs;
    return deletedAtMs <= this.#deps.now() ? undefined : { ...item };
  }
}

/** `#sk < :end`, `#sort BETWEEN :from AND :to`, or nothing. */
function isInRange([first, second]: readonly string[], sortKey: string, values: ExpressionValues): boolean {
  if (first === undefined) return true;
  const [, operator, placeholder] = first.split(' ');
  const bound = operand(placeholder, values).S ?? '';
  if (operator === '<') return sortKey < bound;
  if (operator !== 'BETWEEN') throw new Error(`the simulated table does not know "${first}": teach it`);
  return sortKey >= bound && sortKey <= (operand(second, values).S ?? '');
}

function invalid(message: string): Error {
  return Object.assign(new Error(message), { name: 'ValidationException', $metadata: { httpStatusCode: 400 } });
}
