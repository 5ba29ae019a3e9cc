/** Key and attribute names of the buffer table; every byte of a name is paid for in each item. docs/storage-schema.md */
export const PARTITION_KEY = 'traceId';
export const SORT_KEY = 'sk';
/** The table's TTL attribute, in both kinds of item: seconds since the epoch. */
export const EXPIRES_AT = 'expiresAt';

/** Sort key of the decision record. */
export const DECISION_SORT_KEY = 'd';
/** Sort key prefix of fragments; the hash follows. */
export const FRAGMENT_PREFIX = 'f#';

export const FRAGMENT = { payload: 'p', spillKey: 's', receivedAtMs: 'r', spanCount: 'n' } as const;

export const DECISION = {
  policy: 'po',
  sampleWeight: 'w',
  threshold: 'th',
  partition: 'pt',
  claims: 'c',
  version: 'v',
} as const;

/** Attributes of one claim, a map in the list {@link DECISION}.claims. */
export const CLAIM = { key: 'k', fragments: 'f', claimedAtMs: 't', firstSeq: 'q', lineCount: 'l' } as const;

/** Partition of what deciders share: token buckets, tables, counts; no trace ID. */
export const LIMIT_PARTITION = 'limiter';
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
