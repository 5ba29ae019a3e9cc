import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { MS_PER_DAY } from '../../archive/hours.ts';
import type { TenantScope } from '../../archive/layout.ts';
import { RECORD_EXTRA_TTL_MS } from '../../pipeline/adapter-rules.ts';

/**
 * The buffer table: its keys, the attributes of each kind of item, and when items expire. docs/storage-schema.md says what
 * the attributes hold; every byte of a name is paid for in each item.
 *
 * | `traceId` | `sk` | item | written by |
 * |---|---|---|---|
 * | trace ID | `f#<hash>` | fragment: the spans of a trace from one export request | `fragment-item.ts` |
 * | trace ID | `d` | the record: "this trace is sampled", and its claims, or what a look that did not sample it has seen | `decision-item.ts` |
 * | trace ID | `l#<name>` | list of hashes that a record names | `hash-list-item.ts` |
 * | `limiter` | `r#<bucket>` | token bucket of a policy that limits | `limit-store.ts` |
 * | `limiter` | `t#<sampler>#<interval>` | moving averages of a `dynamic` policy | `key-tables.ts` |
 * | `limiter` | `n#<sampler>#<interval>#<part>` | counts for them | `key-tables.ts` |
 * | `dictionary` | `z#<id>` | dictionary that fragments are compressed with | `dictionary-store.ts` |
 *
 * With tenants, `traceId` begins with `<tenant>/`. DynamoDB deletes what has expired, up to days late.
 */

/** An item, or the key of one, as the SDK has it. */
export type Item = Record<string, AttributeValue>;

export const PARTITION_KEY = 'traceId';
export const SORT_KEY = 'sk';

/** The table's TTL attribute, in every kind of item: seconds since the epoch. */
export const EXPIRES_AT = 'expiresAt';

/** Before the partition keys of a tenant. Trace IDs have no slash, so that no two scopes share a partition. */
export function partitionPrefix({ tenant }: TenantScope): string {
  return tenant === undefined ? '' : `${tenant}/`;
}

/** Sort key of the record. It comes before those of fragments: a Query that reads both meets it first. */
export const DECISION_SORT_KEY = 'd';

export const DECISION = {
  policy: 'po',
  adjustedCount: 'w',
  threshold: 'th',
  partition: 'pt',
  claims: 'c',
  /** In place of `claims` where a claim names lists: a version that knows no lists must not take it for the whole. */
  listedClaims: 'cl',
  version: 'v',
} as const;

/** Attributes of one claim, a map in the list {@link DECISION}.claims. */
export const CLAIM = { key: 'k', fragments: 'f', lists: 's', claimedAtMs: 't', firstSeq: 'q', lineCount: 'l' } as const;

/** Attributes of a record that is a note; `outcome` tells it from a decision. */
export const NOTE = {
  outcome: 'no',
  earliest: 'e',
  fragmentCount: 'n',
  lists: 's',
  landmarks: 'm',
  landmarkVotes: 'mv',
  vainLooks: 'x',
  policies: 'pf',
  replacedAtMs: 'pt',
  version: 'v',
} as const;

/** Sort key prefix of lists; the name follows. */
export const LIST_PREFIX = 'l#';
export const LIST = { hashes: 'h' } as const;

/** Sort key prefix of fragments; the hash follows. */
export const FRAGMENT_PREFIX = 'f#';
/** After all fragments, before the lists. */
export const AFTER_FRAGMENTS = 'f$';

export const FRAGMENT = { payload: 'p', spillKey: 's', receivedAtMs: 'r', spanCount: 'n' } as const;

/** The partition of what all deciders of a tenant share; it is not a trace ID. */
const LIMIT_PARTITION = 'limiter';

/** The key of an item in it. */
export function sharedItemKey(sortKey: string, scope: TenantScope): Item {
  return { [PARTITION_KEY]: sharedPartition(scope), [SORT_KEY]: { S: sortKey } };
}

export function sharedPartition(scope: TenantScope): AttributeValue {
  return { S: partitionPrefix(scope) + LIMIT_PARTITION };
}

/** Sort key prefix of token buckets; the key of the bucket follows. */
export const LIMIT_PREFIX = 'r#';
export const LIMIT = { level: 'l' } as const;

/** Sort key prefix of the tables of `dynamic` policies; the key of the sampler and the interval follow. */
export const KEY_TABLE_PREFIX = 't#';
export const KEY_TABLE = { interval: 'i', averages: 'a' } as const;

/** Sort key prefix of the counts for them; the key of the sampler, the interval and a part follow. */
export const KEY_COUNT_PREFIX = 'n#';
/** Prefix of the attribute names of counts; the trace key follows. */
export const KEY_COUNT_ATTRIBUTE = 'k';

/** The partition of the dictionaries of a tenant; it is not a trace ID. */
export const DICTIONARY_PARTITION = 'dictionary';

/** Sort key prefix of dictionaries; the ID follows, which begins with the time of the training. */
export const DICTIONARY_PREFIX = 'z#';
export const DICTIONARY = { bytes: 'b' } as const;

/** How long fragments are written with a dictionary. Its item outlasts the last of them. */
export const DICTIONARY_USE_MS = 7 * MS_PER_DAY;

/** The first second at which a dictionary written at `nowMs` is expired, in seconds since the epoch. */
export function dictionaryExpiresAt(nowMs: number, bufferTtlMs: number): number {
  return Math.ceil((nowMs + bufferTtlMs + DICTIONARY_USE_MS) / 1000);
}

/** The first second at which a fragment is expired, in seconds since the epoch (the unit of DynamoDB's TTL). */
export function fragmentExpiresAt(receivedAtMs: number, bufferTtlMs: number): number {
  return Math.ceil((receivedAtMs + bufferTtlMs) / 1000);
}

/** The first second at which a decision record written at `nowMs` is expired, in seconds since the epoch. */
export function recordExpiresAt(nowMs: number, bufferTtlMs: number): number {
  return Math.ceil((nowMs + bufferTtlMs + RECORD_EXTRA_TTL_MS) / 1000);
}

/** Names or hashes in one string: a list would spend four bytes on each element. */
const SEPARATOR = ' ';

export function joinNames(names: readonly string[]): AttributeValue {
  return { S: names.join(SEPARATOR) };
}

/** @throws {UnreadableItemError} */
export function splitNames(item: Item, attribute: string): readonly string[] {
  const names = text(item, attribute);
  return names === '' ? [] : names.split(SEPARATOR);
}

/** Every reader asks this, because DynamoDB deletes expired items late. */
export function isExpired(expiresAt: number, nowMs: number): boolean {
  return expiresAt * 1000 <= nowMs;
}

/** An item lacks an attribute, or has it in another type: this version did not write it. */
export class UnreadableItemError extends Error {
  override readonly name = 'UnreadableItemError';

  constructor(attribute: string, expected: string, found: AttributeValue | undefined) {
    const got = found === undefined ? 'nothing' : `type ${Object.keys(found).join()}`;
    super(`buffer item: attribute "${attribute}" must be ${expected}, got ${got}`);
  }
}

export function text(item: Item, attribute: string): string {
  const value = item[attribute];
  if (value?.S === undefined) throw new UnreadableItemError(attribute, 'a string', value);
  return value.S;
}

export function number(item: Item, attribute: string): number {
  const value = item[attribute];
  if (value?.N === undefined) throw new UnreadableItemError(attribute, 'a number', value);
  return Number(value.N);
}

export function wholeNumber(item: Item, attribute: string): number {
  const whole = number(item, attribute);
  if (!Number.isSafeInteger(whole)) throw new UnreadableItemError(attribute, 'a whole number', item[attribute]);
  return whole;
}

/** A whole number of any size. */
export function bigNumber(item: Item, attribute: string): bigint {
  const value = item[attribute];
  const parts = /^(-?\d+)(?:E\+?(\d+))?$/i.exec(value?.N ?? '');
  if (parts === null) throw new UnreadableItemError(attribute, 'a whole number', value);
  return BigInt(parts[1] ?? 0) * 10n ** BigInt(parts[2] ?? 0);
}

export function list(item: Item, attribute: string): readonly AttributeValue[] {
  const value = item[attribute];
  if (value?.L === undefined) throw new UnreadableItemError(attribute, 'a list', value);
  return value.L;
}

/** One write unit pays for this many bytes of an item. */
export const WRITE_UNIT_BYTES = 1024;

/** DynamoDB rejects items over 400 KB, attribute names included. */
export const MAX_ITEM_BYTES = 400 * 1024;

/** What writing an item of this size costs, in write units. */
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
