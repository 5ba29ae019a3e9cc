import type { TenantScope } from '../../archive/layout.ts';
import { byArrival, DEFAULT_BUFFER_TTL_MS } from '../../pipeline/adapter-rules.ts';
import type { Arrival, ArrivalLog } from '../../pipeline/explain/ports.ts';
import {
  type BufferedFragment,
  type BufferedTrace,
  type Clock,
  type DecisionRecord,
  type LookNote,
  type ReadOptions,
  type SpanBuffer,
  type SpillStore,
  TraceTooLargeError,
} from '../../pipeline/ports.ts';
import { LARGEST_TRACE } from '../../pipeline/trace-limits.ts';
import { isNamed } from '../calls/service-calls.ts';
import { forEachBounded } from '../for-each-bounded.ts';
import { type RetryPolicy, retry, retryPolicy } from '../retry.ts';
import { batchGet } from './batch-get.ts';
import { putAll } from './batch-write.ts';
import { decisionIsAt, fromRecordItem, toRecordItem } from './decision-item.ts';
import { DictionaryStore } from './dictionary-store.ts';
import { encodeFragments } from './encode-fragments.ts';
import { fromFragmentItem } from './fragment-item.ts';
import { FragmentsInReading } from './fragments-in-reading.ts';
import { fromHashListItem, hashListKey, toHashListItem } from './hash-list-item.ts';
import { PayloadReader } from './payload-reader.ts';
import {
  AFTER_FRAGMENTS,
  DECISION_SORT_KEY,
  EXPIRES_AT,
  FRAGMENT_PREFIX,
  fragmentExpiresAt,
  type Item,
  isExpired,
  itemBytes,
  MAX_ITEM_BYTES,
  PARTITION_KEY,
  partitionPrefix,
  recordExpiresAt,
  SORT_KEY,
  text,
  wholeNumber,
} from './schema.ts';
import type { TableCalls } from './table-calls.ts';
import type { TrainedDictionary } from './trained-dictionary.ts';

export interface DynamoDbSpanBufferDeps extends TenantScope {
  readonly client: TableCalls;
  readonly tableName: string;
  readonly spillStore: SpillStore;
  readonly clock: Clock;
  /** How long fragments are kept. @default 24 hours */
  readonly bufferTtlMs?: number;
  /** @default 4 s with full jitter */
  readonly retryPolicy?: RetryPolicy;
  /** Where the dictionaries are that fragments were compressed with. @default in the same table */
  readonly dictionaries?: Pick<DictionaryStore, 'bytesOf'>;
  /** The dictionary to compress fragments with: one that was read from {@link dictionaries}. Never rejects. @default dictionary v1 alone */
  readonly newestDictionary?: () => Promise<TrainedDictionary | undefined>;
  /** Called with each payload that was decoded, and must not change it. @default nobody looks */
  readonly onDecoded?: (payload: Uint8Array) => void;
}

const SPILLS_IN_FLIGHT = 8;

/**
 * The span buffer as items of one DynamoDB table (`schema.ts`): a trace is one partition, so that one strongly consistent
 * Query reads its record and all of its fragments; of a large trace the record and single fragments are read by their keys. A payload that is too large for an item is in the spill store,
 * and its item points at it.
 */
export class DynamoDbSpanBuffer implements SpanBuffer, ArrivalLog {
  readonly #deps: DynamoDbSpanBufferDeps;
  readonly #bufferTtlMs: number;
  readonly #retryPolicy: RetryPolicy;
  readonly #payloads: PayloadReader;

  constructor(deps: DynamoDbSpanBufferDeps) {
    this.#deps = deps;
    this.#payloads = new PayloadReader({ ...deps, dictionaries: deps.dictionaries ?? new DictionaryStore(deps) });
    this.#bufferTtlMs = deps.bufferTtlMs ?? DEFAULT_BUFFER_TTL_MS;
    this.#retryPolicy = deps.retryPolicy ?? retryPolicy(deps.clock);
  }

  async append(fragments: readonly BufferedFragment[]): Promise<void> {
    const { client, tableName, spillStore } = this.#deps;
    if (fragments.length === 0) return;
    const dictionary = await this.#deps.newestDictionary?.();
    const options = { tenant: this.#deps.tenant, bufferTtlMs: this.#bufferTtlMs, dictionary };
    const { items, spills } = await encodeFragments(fragments, options);
    await forEachBounded(spills, SPILLS_IN_FLIGHT, ({ key, bytes }) => spillStore.put(key, bytes));
    await putAll(client, tableName, items, this.#retryPolicy);
  }

  async read(
    traceId: string,
    { known = [], limit = LARGEST_TRACE, wholeUpTo = Number.POSITIVE_INFINITY }: ReadOptions = {},
  ): Promise<BufferedTrace> {
    const nowMs = this.#deps.clock.now();
    let record: DecisionRecord | LookNote | undefined;
    const found = new FragmentsInReading(traceId, limit);
    // One item more than a trace that is read whole: the record, its fragments, and one that says that there are more.
    for await (const item of this.#items(traceId, wholeUpTo + 2)) {
      if (isExpired(wholeNumber(item, EXPIRES_AT), nowMs)) continue;
      if (text(item, SORT_KEY) === DECISION_SORT_KEY) {
        record = fromRecordItem(item);
        found.decision = decisionIn(record);
        continue;
      }
      found.add(fromFragmentItem(item));
      if (record !== undefined && found.count > wholeUpTo) {
        return { decision: found.decision, note: noteIn(record), fragments: [], isRecordOnly: true };
      }
    }
    const fragments = await this.#decode(found, known);
    return { decision: found.decision, note: noteIn(record), fragments };
  }

  async readFragments(traceId: string, hashes: readonly string[], limit = LARGEST_TRACE) {
    const nowMs = this.#deps.clock.now();
    const partition = { S: partitionPrefix(this.#deps) + traceId };
    const keys = [...new Set(hashes)].map((hash) => ({
      [PARTITION_KEY]: partition,
      [SORT_KEY]: { S: FRAGMENT_PREFIX + hash },
    }));
    const { client, tableName } = this.#deps;
    const found = new FragmentsInReading(traceId, limit);
    const what = `read fragments of trace ${traceId}`;
    for await (const item of batchGet(client, tableName, keys, { what, policy: this.#retryPolicy })) {
      if (!isExpired(wholeNumber(item, EXPIRES_AT), nowMs)) found.add(fromFragmentItem(item));
    }
    return this.#decode(found, []);
  }

  async arrivals(traceId: string): Promise<readonly Arrival[]> {
    const arrivals: Arrival[] = [];
    for await (const item of this.#items(traceId, Number.POSITIVE_INFINITY)) {
      if (!text(item, SORT_KEY).startsWith(FRAGMENT_PREFIX)) continue;
      const { hash, receivedAtMs, spanCount } = fromFragmentItem(item);
      arrivals.push({ hash, receivedAtMs, spanCount });
    }
    return arrivals.sort(byArrival);
  }

  /**
   * @throws {UnavailableError}
   * @throws {TraceTooLargeError} when the record does not fit in an item
   */
  async record(
    traceId: string,
    record: DecisionRecord | LookNote,
    over?: 'note' | 'decision',
  ): Promise<'recorded' | 'conflict'> {
    const { client, tableName, clock } = this.#deps;
    const nowMs = clock.now();
    const expiresAt =
      'outcome' in record ? fragmentExpiresAt(nowMs, this.#bufferTtlMs) : recordExpiresAt(nowMs, this.#bufferTtlMs);
    const item = toRecordItem(traceId, record, expiresAt, this.#deps);
    const bytes = itemBytes(item);
    if (bytes > MAX_ITEM_BYTES) {
      throw new TraceTooLargeError(
        `the decision record of trace ${traceId} has ${bytes} bytes, an item may have ${MAX_ITEM_BYTES}`,
      );
    }
    const condition = decisionIsAt(record.version - 1, nowMs, over);
    return retry(this.#retryPolicy, `record the decision on trace ${traceId}`, async () => {
      try {
        await client.call('PutItem', { TableName: tableName, Item: item, ...condition });
        return 'recorded';
      } catch (error) {
        if (isNamed(error, 'ConditionalCheckFailedException')) return 'conflict';
        throw error;
      }
    });
  }

  async writeList(traceId: string, name: string, hashes: readonly string[]): Promise<void> {
    const { client, tableName, clock } = this.#deps;
    const expiresAt = recordExpiresAt(clock.now(), this.#bufferTtlMs);
    const item = toHashListItem(hashListKey(traceId, name, this.#deps), hashes, expiresAt);
    const put = { TableName: tableName, Item: item };
    await retry(this.#retryPolicy, `write list ${name} of trace ${traceId}`, () => client.call('PutItem', put));
  }

  async readList(traceId: string, name: string): Promise<readonly string[] | undefined> {
    const { client, tableName, clock } = this.#deps;
    const keys = [hashListKey(traceId, name, this.#deps)];
    const what = `read list ${name} of trace ${traceId}`;
    for await (const item of batchGet(client, tableName, keys, { what, policy: this.#retryPolicy })) {
      if (!isExpired(wholeNumber(item, EXPIRES_AT), clock.now())) return fromHashListItem(item);
    }
    return undefined;
  }

  /** The payloads of what was found. @param known their payloads are not decoded again */
  async #decode(found: FragmentsInReading, known: readonly BufferedFragment[]): Promise<readonly BufferedFragment[]> {
    const payloads = new Map(known.map(({ hash, payload }) => [hash, payload]));
    const fragments: BufferedFragment[] = [];
    const { traceId, stored } = found;
    found.startDecoding();
    await forEachBounded(stored, SPILLS_IN_FLIGHT, async ({ stored: place, ...fragment }) => {
      const payload = payloads.get(fragment.hash) ?? (await this.#payloads.read(traceId, place, () => found.bytesLeft));
      found.countBytes(payload?.length ?? Number.POSITIVE_INFINITY);
      if (payload !== undefined) fragments.push({ traceId, ...fragment, payload });
    });
    return fragments.sort(byArrival);
  }

  /** The record, then the fragments. @param firstPage items of the first page at most: nothing more is read if they suffice */
  async *#items(traceId: string, firstPage: number): AsyncGenerator<Item> {
    const { client, tableName } = this.#deps;
    let startKey: Item | undefined;
    do {
      const query = {
        TableName: tableName,
        ConsistentRead: true,
        KeyConditionExpression: '#traceId = :traceId AND #sk < :end',
        ExpressionAttributeNames: { '#traceId': PARTITION_KEY, '#sk': SORT_KEY },
        ExpressionAttributeValues: {
          ':traceId': { S: partitionPrefix(this.#deps) + traceId },
          ':end': { S: AFTER_FRAGMENTS },
        },
        ...(startKey === undefined
          ? Number.isFinite(firstPage) && { Limit: firstPage }
          : { ExclusiveStartKey: startKey }),
      };
      const page = await retry(this.#retryPolicy, `read trace ${traceId}`, () => client.call('Query', query));
      yield* page.Items ?? [];
      startKey = page.LastEvaluatedKey;
    } while (startKey !== undefined);
  }
}

function decisionIn(record: DecisionRecord | LookNote | undefined): DecisionRecord | undefined {
  return record === undefined || 'outcome' in record ? undefined : record;
}

function noteIn(record: DecisionRecord | LookNote | undefined): LookNote | undefined {
  return record !== undefined && 'outcome' in record ? record : undefined;
}
