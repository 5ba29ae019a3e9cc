import type { TenantScope } from '../archive/layout.ts';
import { DEFAULT_BUFFER_TTL_MS } from '../pipeline/adapter-rules.ts';
import type { ArrivalLog, LimitLevels } from '../pipeline/explain/ports.ts';
import type { Clock, KeyTables, LimitStore, SpanBuffer, WakeUpQueue } from '../pipeline/ports.ts';
import { openDatabase } from './database.ts';
import { DeadLetters } from './dead-letters.ts';
import { GroupCommit } from './group-commit.ts';
import { SqliteKeyTables } from './key-tables.ts';
import { SqliteLimitStore } from './limit-store.ts';
import { MessagePacks } from './message-packs.ts';
import { MessageQueue } from './message-queue.ts';
import { Packs } from './packs.ts';
import { Records } from './records.ts';
import { type DiskUsage, Retention } from './retention.ts';
import { Snapshot } from './snapshot.ts';
import { SqliteSpanBuffer } from './span-buffer.ts';
import { TraceIndex } from './trace-index.ts';
import { UsageCounter } from './usage.ts';
import { SqliteWakeUpQueue } from './wake-up-queue.ts';

export interface StoreOptions {
  /** The database file; its folder is created if necessary. */
  readonly path: string;
  readonly clock: Clock;
  /** How long a fragment can rescue its trace, in milliseconds from its arrival. @default 24 hours */
  readonly bufferTtlMs?: number;
  /** Beyond this many bytes on disk, the oldest decided fragments are deleted early. @default no bound */
  readonly maxBytes?: number;
  /** How long a wake-up that was received and not acknowledged stays hidden. @default 30 s */
  readonly visibilityTimeoutMs?: number;
  /** Deliveries before a wake-up goes to the dead letters. @default 10 */
  readonly maxReceiveCount?: number;
  /**
   * Another thread has the database open, too, and does the work that takes longer: moving the log to the file. This one
   * only does it if the other does not get to it. @default false
   */
  readonly isAssisted?: boolean;
}

/** The ports of the pipeline on SQLite, for one tenant. */
export interface TenantServices {
  readonly clock: Clock;
  readonly buffer: SpanBuffer & ArrivalLog;
  readonly wakeUps: WakeUpQueue;
  readonly limits: LimitStore & LimitLevels;
  readonly keyTables: KeyTables;
}

export interface StoreCounts {
  readonly writes: number;
  /** Transactions that wrote. */
  readonly transactions: number;
  readonly syncs: number;
  /** Directories of new packs that were read into the index. */
  readonly directoriesRead: number;
  /** Parts of segments that were searched for a trace. */
  readonly partsRead: number;
  /** Packs that were read for their fragments. */
  readonly packsRead: number;
  readonly packsInflated: number;
}

/** One database that is open in this thread. Others, in threads or processes, see what it has written, and it sees theirs. */
export interface Store {
  /** The ports; without a tenant those of a run that has none. Tenants share the file and nothing else. */
  services(scope?: TenantScope): TenantServices;
  /** The receiving side of the wake-up queue, for all tenants. */
  readonly messages: MessageQueue;
  readonly deadLetters: DeadLetters;
  /** What this connection has done so far. */
  counts(): StoreCounts;
  /** What is on disk, in a few look-ups. */
  disk(): DiskUsage;
  /**
   * One piece, a few milliseconds long, of what must be done from time to time: deletes what has expired or has no room. Call
   * it every second or so in one thread, and at once again when it resolves to true: then there is more to do.
   */
  maintain(): Promise<boolean>;
  /** Finishes what is being written, and closes the database. */
  close(): Promise<void>;
}

const DEFAULT_VISIBILITY_TIMEOUT_MS = 30_000;
const DEFAULT_MAX_RECEIVE_COUNT = 10;

/** Opens the database, and creates it if necessary. @throws {UnusableDatabaseError} */
export function openStore(options: StoreOptions): Store {
  const { path, clock, bufferTtlMs = DEFAULT_BUFFER_TTL_MS, isAssisted = false } = options;
  const database = openDatabase(path, { isAssisted });
  const usage = new UsageCounter(database);
  const snapshot = new Snapshot(database);
  const writer = new GroupCommit({ database, path, usage, snapshot });
  const packs = new Packs(database, usage, snapshot);
  const index = new TraceIndex(database, writer, snapshot);
  const records = new Records({ database, writer, snapshot, clock, bufferTtlMs });
  const messagePacks = new MessagePacks(packs);
  const shared = { database, writer, snapshot, packs, index, records, messagePacks, usage, clock, bufferTtlMs };
  const retention = new Retention({ ...shared, maxBytes: options.maxBytes });
  return {
    services: (scope = {}) => ({
      clock,
      buffer: new SqliteSpanBuffer({ ...shared, ...scope }),
      wakeUps: new SqliteWakeUpQueue({ ...shared, ...scope }),
      limits: new SqliteLimitStore({ ...shared, ...scope }),
      keyTables: new SqliteKeyTables({ ...shared, ...scope }),
    }),
    messages: new MessageQueue({
      ...shared,
      visibilityTimeoutMs: options.visibilityTimeoutMs ?? DEFAULT_VISIBILITY_TIMEOUT_MS,
      maxReceiveCount: options.maxReceiveCount ?? DEFAULT_MAX_RECEIVE_COUNT,
    }),
    deadLetters: new DeadLetters(shared),
    counts: () => ({ ...writer.counts, ...index.counts, ...packs.counts }),
    disk: () => retention.disk(),
    maintain: async () => {
      const isMore = await retention.step();
      return (await index.maintain()) || isMore;
    },
    close: async () => {
      // Otherwise the end of the process closes it, and the log stays as it is for the next one to check.
      if (await writer.close()) database.close();
    },
  };
}
