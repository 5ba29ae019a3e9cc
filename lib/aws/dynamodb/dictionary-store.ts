import type { TenantScope } from '../../archive/layout.ts';
import { DEFAULT_BUFFER_TTL_MS } from '../../pipeline/adapter-rules.ts';
import type { Clock } from '../../pipeline/ports.ts';
import { isNamed } from '../calls/service-calls.ts';
import { type RetryPolicy, retry, retryPolicy } from '../retry.ts';
import {
  DICTIONARY,
  DICTIONARY_PARTITION,
  DICTIONARY_PREFIX,
  dictionaryExpiresAt,
  EXPIRES_AT,
  type Item,
  isExpired,
  PARTITION_KEY,
  partitionPrefix,
  SORT_KEY,
  text,
  UnreadableItemError,
  wholeNumber,
} from './schema.ts';
import type { TableCalls } from './table-calls.ts';
import { dictionaryId, isDictionary, type TrainedDictionary } from './trained-dictionary.ts';

export interface DictionaryStoreDeps extends TenantScope {
  readonly client: TableCalls;
  readonly tableName: string;
  readonly clock: Clock;
  /** How long fragments are kept. @default 24 h */
  readonly bufferTtlMs?: number | undefined;
  /** @default 4 s with full jitter */
  readonly retryPolicy?: RetryPolicy | undefined;
}

/** Dictionaries that stay in memory. A trace has fragments of one or two. */
const MAX_HELD = 4;

/**
 * Trained dictionaries as items of the buffer table (`schema.ts`, `z#<id>`), beside the fragments that need them:
 * ```
 *   trained ─▶ put ─── written with for 7 days ───▶ ─── read for the buffer TTL ───▶ expired
 * ```
 * An item never changes, and nothing deletes it before it expires. Whoever writes with a dictionary has read it from the table, and
 * writes no fragment that outlives it. So whatever happens to the processes, a fragment's dictionary is there as long as the fragment
 * is. Any number of processes may put dictionaries at the same time: each is complete, and the newest is used.
 */
export class DictionaryStore {
  readonly #deps: DictionaryStoreDeps;
  readonly #retryPolicy: RetryPolicy;
  readonly #held = new Map<string, Promise<Uint8Array>>();

  constructor(deps: DictionaryStoreDeps) {
    this.#deps = deps;
    this.#retryPolicy = deps.retryPolicy ?? retryPolicy(deps.clock);
  }

  /**
   * The newest dictionary that is not expired. Tried once: the caller can do without.
   * @param options.consistent also one whose put has just been answered
   */
  async newest({ consistent = false } = {}): Promise<TrainedDictionary | undefined> {
    const { client, tableName, clock } = this.#deps;
    const { Items = [] } = await client.call('Query', {
      TableName: tableName,
      ConsistentRead: consistent,
      KeyConditionExpression: '#traceId = :dictionary',
      ExpressionAttributeNames: { '#traceId': PARTITION_KEY },
      ExpressionAttributeValues: { ':dictionary': this.#partition() },
      ScanIndexForward: false,
      Limit: 1,
    });
    const [newest] = Items.map(fromItem).filter(({ expiresAt }) => !isExpired(expiresAt, clock.now()));
    if (newest !== undefined) this.#hold(newest.id, Promise.resolve(newest.bytes));
    return newest;
  }

  /**
   * The bytes of a dictionary that a fragment names.
   * @throws {MissingDictionaryError}
   * @throws {UnavailableError}
   */
  bytesOf(id: string): Promise<Uint8Array> {
    const held = this.#held.get(id);
    if (held !== undefined) return held;
    const bytes = this.#fetch(id).then((dictionary) => dictionary.bytes);
    this.#hold(id, bytes);
    // The next one to ask tries again.
    bytes.catch(() => this.#held.delete(id));
    return bytes;
  }

  /** Durable when it resolves. @throws {UnavailableError} */
  async put(bytes: Uint8Array): Promise<TrainedDictionary> {
    const { client, tableName, clock, bufferTtlMs = DEFAULT_BUFFER_TTL_MS } = this.#deps;
    const nowMs = clock.now();
    const id = dictionaryId(bytes, nowMs);
    const expiresAt = dictionaryExpiresAt(nowMs, bufferTtlMs);
    const put = {
      TableName: tableName,
      Item: {
        ...this.#key(id),
        [EXPIRES_AT]: { N: String(expiresAt) },
        [DICTIONARY.bytes]: { B: bytes },
      },
      ConditionExpression: 'attribute_not_exists(#sk)',
      ExpressionAttributeNames: { '#sk': SORT_KEY },
    };
    return retry(this.#retryPolicy, `store dictionary ${id}`, async () => {
      try {
        await client.call('PutItem', put);
        return { id, bytes, expiresAt };
      } catch (error) {
        if (!isNamed(error, 'ConditionalCheckFailedException')) throw error;
        // An earlier try did arrive, or another process trained in the same second. What is stored counts.
        return this.#fetch(id);
      }
    });
  }

  async #fetch(id: string): Promise<TrainedDictionary> {
    const { client, tableName: TableName } = this.#deps;
    const get = { TableName, Key: this.#key(id), ConsistentRead: true };
    const { Item } = await retry(this.#retryPolicy, `read dictionary ${id}`, () => client.call('GetItem', get));
    if (Item !== undefined) return fromItem(Item);
    throw new MissingDictionaryError(
      `a fragment was compressed with dictionary ${id}, but the buffer table has no item ` +
        `${partitionPrefix(this.#deps)}${DICTIONARY_PARTITION} / ${DICTIONARY_PREFIX}${id}: restore it`,
    );
  }

  #hold(id: string, bytes: Promise<Uint8Array>): void {
    this.#held.delete(id);
    this.#held.set(id, bytes);
    const [oldest] = this.#held.keys();
    if (this.#held.size > MAX_HELD && oldest !== undefined) this.#held.delete(oldest);
  }

  #key(id: string): Item {
    return { [PARTITION_KEY]: this.#partition(), [SORT_KEY]: { S: DICTIONARY_PREFIX + id } };
  }

  #partition() {
    return { S: partitionPrefix(this.#deps) + DICTIONARY_PARTITION };
  }
}

function fromItem(item: Item): TrainedDictionary {
  const id = text(item, SORT_KEY).slice(DICTIONARY_PREFIX.length);
  const bytes = item[DICTIONARY.bytes];
  if (bytes?.B === undefined || !isDictionary(id, bytes.B)) {
    throw new UnreadableItemError(DICTIONARY.bytes, `the bytes of dictionary ${id}`, bytes);
  }
  return { id, bytes: bytes.B, expiresAt: wholeNumber(item, EXPIRES_AT) };
}

/** The dictionary of a fragment is gone: it was deleted by hand, or the table was restored without it. */
export class MissingDictionaryError extends Error {
  override readonly name = 'MissingDictionaryError';
}
