import {
  ConditionalCheckFailedException,
  type DynamoDBClient,
  PutItemCommand,
  QueryCommand,
} from '@aws-sdk/client-dynamodb';
import { TraceTooLargeError } from '../../pipeline/errors.ts';
import type {
  BufferedFragment,
  BufferedTrace,
  Clock,
  DecisionRecord,
  SpanBuffer,
  SpillStore,
} from '../../pipeline/ports.ts';
import { forEachBounded } from '../for-each-bounded.ts';
import { byArrival } from '../fragment-order.ts';
import { DEFAULT_BUFFER_TTL_MS, fragmentExpiresAt, isExpired, recordExpiresAt } from '../retention.ts';
import { type RetryPolicy, retry, retryPolicy } from '../retry.ts';
import { partitionPrefix, type TenantScope } from '../tenant-scope.ts';
import { text, wholeNumber } from './attribute-reader.ts';
import { putAll } from './batch-write.ts';
import { decisionIsAt } from './conditions.ts';
import { fromDecisionItem, toDecisionItem } from './decision-item.ts';
import { fromFragmentItem, type StoredFragment, toFragmentItem } from './fragment-item.ts';
import { decodePayload } from './fragment-payload.ts';
import { type Item, itemBytes, MAX_ITEM_BYTES } from './item-size.ts';
import { DECISION_SORT_KEY, EXPIRES_AT, PARTITION_KEY, SORT_KEY } from './schema.ts';

/** More than this of one trace is not read: deciding on it would exhaust the function. */
export const MAX_FRAGMENTS_PER_TRACE = 10_000;

/** Nor is more than this of one trace, uncompressed. */
export const MAX_TRACE_BYTES: number = 64 * 1024 * 1024;

const SPILLS_IN_FLIGHT = 8;

export interface DynamoDbSpanBufferDeps extends TenantScope {
  readonly client: DynamoDBClient;
  readonly tableName: string;
  readonly spillStore: SpillStore;
  readonly clock: Clock;
  /** How long fragments wait. @default 24 hours */
  readonly bufferTtlMs?: number;
  /** @default 4 s with full jitter */
  readonly retryPolicy?: RetryPolicy;
}

/** The span buffer on one DynamoDB table: docs/storage-schema.md. */
export class DynamoDbSpanBuffer implements SpanBuffer {
  readonly #deps: DynamoDbSpanBufferDeps;
  readonly #bufferTtlMs: number;
  readonly #retryPolicy: RetryPolicy;

  constructor(deps: DynamoDbSpanBufferDeps) {
    this.#deps = deps;
    this.#bufferTtlMs = deps.bufferTtlMs ?? DEFAULT_BUFFER_TTL_MS;
    this.#retryPolicy = deps.retryPolicy ?? retryPolicy(deps.clock);
  }

  async append(fragments: readonly BufferedFragment[]): Promise<void> {
    const { client, tableName, spillStore } = this.#deps;
    // BatchWriteItem rejects a request that names a key twice.
    const unique = new Map(fragments.map((fragment) => [`${fragment.traceId}#${fragment.hash}`, fragment]));
    const items: Item[] = [];
    const spills: { readonly key: string; readonly bytes: Uint8Array }[] = [];
    for (const fragment of unique.values()) {
      const { item, spill } = toFragmentItem(
        fragment,
        fragmentExpiresAt(fragment.receivedAtMs, this.#bufferTtlMs),
        this.#deps,
      );
      items.push(item);
      if (spill !== undefined) spills.push(spill);
    }
    await forEachBounded(spills, SPILLS_IN_FLIGHT, ({ key, bytes }) => spillStore.put(key, bytes));
    await putAll(client, tableName, items, this.#retryPolicy);
  }

  /**
   * @throws {UnavailableError}
   * @throws {TraceTooLargeError} over {@link MAX_FRAGMENTS_PER_TRACE} fragments or {@link MAX_TRACE_BYTES}
   */
  async read(traceId: string, known: readonly BufferedFragment[] = []): Promise<BufferedTrace> {
    const nowMs = this.#deps.clock.now();
    let decision: DecisionRecord | undefined;
    const stored: StoredFragment[] = [];
    for await (const item of this.#items(traceId)) {
      if (isExpired(wholeNumber(item, EXPIRES_AT), nowMs)) continue;
      if (text(item, SORT_KEY) === DECISION_SORT_KEY) decision = fromDecisionItem(item);
      else stored.push(fromFragmentItem(item));
      if (stored.length > MAX_FRAGMENTS_PER_TRACE) {
        throw new TraceTooLargeError(
          `trace ${traceId} has more than ${MAX_FRAGMENTS_PER_TRACE} fragments in the buffer`,
          decision,
        );
      }
    }
    const fragments: BufferedFragment[] = [];
    const payloads = new Map(known.map(({ hash, payload }) => [hash, payload]));
    let byteCount = 0;
    await forEachBounded(stored, SPILLS_IN_FLIGHT, async ({ stored: place, ...fragment }) => {
      const payload = payloads.get(fragment.hash) ?? (await this.#payload(traceId, place));
      byteCount += payload.length;
      if (byteCount > MAX_TRACE_BYTES) {
        throw new TraceTooLargeError(`trace ${traceId} has more than ${MAX_TRACE_BYTES} bytes in the buffer`, decision);
      }
      fragments.push({ traceId, ...fragment, payload });
    });
    return { decision, fragments: fragments.sort(byArrival) };
  }

  /**
   * @throws {UnavailableError}
   * @throws {TraceTooLargeError} when the record does not fit in an item
   */
  async record(traceId: string, record: DecisionRecord): Promise<'recorded' | 'conflict'> {
    const { client, tableName, clock } = this.#deps;
    const nowMs = clock.now();
    const item = toDecisionItem(traceId, record, recordExpiresAt(nowMs, this.#bufferTtlMs), this.#deps);
    const bytes = itemBytes(item);
    if (bytes > MAX_ITEM_BYTES) {
      throw new TraceTooLargeError(
        `the decision record of trace ${traceId} has ${bytes} bytes, an item may have ${MAX_ITEM_BYTES}: ` +
          `it names too many fragments (${record.claims.length} claims)`,
      );
    }
    const condition = decisionIsAt(record.version - 1, nowMs);
    return retry(this.#retryPolicy, `record the decision on trace ${traceId}`, async () => {
      try {
        await client.send(new PutItemCommand({ TableName: tableName, Item: item, ...condition }));
        return 'recorded';
      } catch (error) {
        if (error instanceof ConditionalCheckFailedException) return 'conflict';
        throw error;
      }
    });
  }

  async *#items(traceId: string): AsyncGenerator<Item> {
    const { client, tableName } = this.#deps;
    let startKey: Item | undefined;
    do {
      const query = {
        TableName: tableName,
        ConsistentRead: true,
        KeyConditionExpression: '#traceId = :traceId',
        ExpressionAttributeNames: { '#traceId': PARTITION_KEY },
        ExpressionAttributeValues: { ':traceId': { S: partitionPrefix(this.#deps) + traceId } },
        ...(startKey === undefined ? {} : { ExclusiveStartKey: startKey }),
      };
      const page = await retry(this.#retryPolicy, `read trace ${traceId}`, () => client.send(new QueryCommand(query)));
      yield* page.Items ?? [];
      startKey = page.LastEvaluatedKey;
    } while (startKey !== undefined);
  }

  async #payload(traceId: string, place: StoredFragment['stored']): Promise<Uint8Array> {
    return decodePayload('bytes' in place ? place.bytes : await this.#spilled(traceId, place.spillKey));
  }

  async #spilled(traceId: string, key: string): Promise<Uint8Array> {
    const bytes = await this.#deps.spillStore.get(key);
    if (bytes !== undefined) return bytes;
    throw new MissingSpillError(`trace ${traceId}: the buffer points at ${key}, but there is no such object`);
  }
}

/** A fragment's payload is gone although its item is there: the spill store deletes too early. */
export class MissingSpillError extends Error {
  override readonly name = 'MissingSpillError';
}
