import { MS_PER_DAY } from '../archive/hours.ts';
import type { TenantScope } from '../archive/layout.ts';

/**
 * The tables of the local run. Everything that arrives in bulk is written at the end of a table and deleted from its
 * beginning: SQLite writes whole pages, so that a row at a random place costs as much as fifty spans at the end.
 *
 * | table | a row is | written by |
 * |---|---|---|
 * | `pack` | the fragments of one export request, and a directory of them (`pack.ts`) | `packs.ts` |
 * | `pack_state` | when a pack expires, and how many wake-ups still need it | `packs.ts` |
 * | `segment`, `segment_part` | which packs have something of a trace, for a range of packs | `trace-index.ts` |
 * | `record` | "this trace is sampled", and its claims, or what a look that did not sample it has seen | `records.ts` |
 * | `hash_list` | hashes that a record names | `records.ts` |
 * | `wake_up`, `dead_letter` | a message, and one that was given up | `wake-up-queue.ts` |
 * | `bucket` | a token bucket of a policy that limits | `limit-store.ts` |
 * | `key_table`, `key_count` | what `dynamic` policies share | `key-tables.ts` |
 * | `usage` | sums over the other tables, so that nobody has to count | `usage.ts` |
 *
 * Times are milliseconds since the epoch. `tenant` is empty in a run without tenants.
 */
export const SCHEMA = `
CREATE TABLE pack (
  id INTEGER PRIMARY KEY AUTOINCREMENT, -- never used again: readers ask for the packs after the last that they know
  tenant TEXT NOT NULL,
  received_at INTEGER NOT NULL,
  codec INTEGER NOT NULL,
  directory BLOB NOT NULL,
  body BLOB NOT NULL
) STRICT;
CREATE TABLE pack_state (
  id INTEGER PRIMARY KEY,
  expires_at INTEGER NOT NULL,
  bytes INTEGER NOT NULL,
  waiting INTEGER NOT NULL
) STRICT;
CREATE INDEX pack_expiry ON pack_state (expires_at);
CREATE INDEX pack_decided ON pack_state (id) WHERE waiting = 0;

CREATE TABLE segment (
  last INTEGER PRIMARY KEY,
  part_bits INTEGER NOT NULL,
  filter BLOB NOT NULL
) STRICT;
CREATE TABLE segment_part (
  segment INTEGER NOT NULL,
  part INTEGER NOT NULL,
  entries BLOB NOT NULL,
  PRIMARY KEY (segment, part)
) STRICT, WITHOUT ROWID;

CREATE TABLE record (
  id INTEGER PRIMARY KEY,
  trace TEXT NOT NULL UNIQUE,
  version INTEGER NOT NULL,
  expires_at INTEGER NOT NULL,
  record TEXT NOT NULL
) STRICT;
CREATE INDEX record_expiry ON record (expires_at);
CREATE TABLE hash_list (
  id INTEGER PRIMARY KEY,
  trace TEXT NOT NULL,
  name TEXT NOT NULL,
  expires_at INTEGER NOT NULL,
  hashes TEXT NOT NULL,
  UNIQUE (trace, name)
) STRICT;
CREATE INDEX hash_list_expiry ON hash_list (expires_at);

CREATE TABLE wake_up (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  visible_at INTEGER NOT NULL,
  due_at INTEGER NOT NULL,
  receive_count INTEGER NOT NULL,
  received_at INTEGER,
  tenant TEXT NOT NULL,
  attempt INTEGER NOT NULL,
  restores INTEGER NOT NULL,
  fragment_count INTEGER NOT NULL,
  packs TEXT NOT NULL,
  fragments TEXT NOT NULL
) STRICT;
CREATE INDEX wake_up_visible ON wake_up (visible_at);
CREATE INDEX wake_up_due ON wake_up (due_at);
CREATE TABLE dead_letter (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  died_at INTEGER NOT NULL,
  due_at INTEGER NOT NULL,
  reason TEXT,
  received_at INTEGER,
  tenant TEXT NOT NULL,
  attempt INTEGER NOT NULL,
  restores INTEGER NOT NULL,
  fragment_count INTEGER NOT NULL,
  packs TEXT NOT NULL,
  fragments TEXT NOT NULL
) STRICT;

CREATE INDEX dead_letter_age ON dead_letter (died_at);

CREATE TABLE bucket (name TEXT PRIMARY KEY, level TEXT NOT NULL, expires_at INTEGER) STRICT, WITHOUT ROWID;
CREATE INDEX bucket_expiry ON bucket (expires_at);
CREATE TABLE key_table (
  sampler TEXT NOT NULL,
  interval INTEGER NOT NULL,
  averages TEXT NOT NULL,
  expires_at INTEGER NOT NULL,
  PRIMARY KEY (sampler, interval)
) STRICT, WITHOUT ROWID;
CREATE INDEX key_table_expiry ON key_table (expires_at);
CREATE TABLE key_count (
  sampler TEXT NOT NULL,
  interval INTEGER NOT NULL,
  trace_key TEXT NOT NULL,
  count REAL NOT NULL,
  expires_at INTEGER NOT NULL,
  PRIMARY KEY (sampler, interval, trace_key)
) STRICT, WITHOUT ROWID;
CREATE INDEX key_count_expiry ON key_count (expires_at);

CREATE TABLE usage (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  undecided_bytes INTEGER NOT NULL,
  decided_bytes INTEGER NOT NULL,
  wake_ups INTEGER NOT NULL,
  waiting_fragments INTEGER NOT NULL
) STRICT;
INSERT INTO usage VALUES (1, 0, 0, 0, 0);
`;

/** `PRAGMA user_version` of a database with these tables. */
export const SCHEMA_VERSION = 3;

/** How long dead letters stay, as SQS keeps them. */
export const DEAD_LETTER_TTL_MS = 14 * MS_PER_DAY;

/** What stands before a name that belongs to a tenant. Neither trace IDs nor names of tenants have a slash in them. */
export function tenantPrefix({ tenant }: TenantScope): string {
  return tenant === undefined ? '' : `${tenant}/`;
}
