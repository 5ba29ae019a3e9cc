import { once } from 'node:events';
import { mkdirSync } from 'node:fs';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { promisify } from 'node:util';
import dynalite, { type DynaliteOptions } from 'dynalite';
import stores, { type LevelIterator, type LevelStore } from 'dynalite/db/index.js';
import { createDynamoDbClient } from '../../../lib/aws/clients.ts';
import { SystemClock } from '../../../lib/aws/system.ts';
import { createDynamoFront } from './dynamo-front.ts';
import { type Engine, engineClientOptions } from './engine.ts';
import { startTtlSweeper } from './ttl-sweeper.ts';

/**
 * A dynalite that closes its LevelDB iterators. Version 4.0.0 ends each of its streams with `iterator.return()`, a
 * method that iterators of abstract-level do not have, so each Query and Scan leaves an iterator open. An open iterator
 * pins the files and the memory of the moment when it was created, and both grow without bound.
 *
 * Every read of more than one item goes through `keys` or `values` of the store: Query, Scan, ListTables, tags, the
 * removal of a table. Their streams end with `destroy` whether they are read to the end, stop early (a page is full) or
 * fail.
 */
function createClosingDynalite(options: DynaliteOptions): Server {
  const { create } = stores;
  stores.create = (storeOptions) => {
    const store = create(storeOptions);
    addReturn(store.db);
    return store;
  };
  try {
    return dynalite(options);
  } finally {
    stores.create = create;
  }
}

function addReturn(db: LevelStore): void {
  const { keys, values } = db;
  db.keys = (range) => closable(keys.call(db, range));
  db.values = (range) => closable(values.call(db, range));
}

/** `close` may be called more than once, and while a read is in progress. */
function closable(iterator: LevelIterator): LevelIterator {
  iterator.return ??= () => iterator.close();
  return iterator;
}

export interface DynamoOptions {
  /** Folder of the tables; created if missing. @default in memory */
  readonly path?: string;
  /** @default 0, any free port */
  readonly port?: number;
  /** @default 127.0.0.1 */
  readonly host?: string;
  /** Time between two sweeps for expired items; 0 turns them off. @default 60 s */
  readonly sweepPeriodMs?: number;
}

/** Starts a DynamoDB in this process. With `path`, every answered write survives the death of the process. */
export async function startDynamo(options: DynamoOptions = {}): Promise<Engine> {
  if (options.path !== undefined) mkdirSync(options.path, { recursive: true });
  const inner = createClosingDynalite({
    ...(options.path === undefined ? {} : { path: options.path }),
    createTableMs: 0,
    deleteTableMs: 0,
    updateTableMs: 0,
  });
  const front = createDynamoFront(inner);
  const host = options.host ?? '127.0.0.1';
  front.listen(options.port ?? 0, host);
  await once(front, 'listening');
  const url = `http://${host}:${(front.address() as AddressInfo).port}`;
  const client = createDynamoDbClient(engineClientOptions(url));
  const periodMs = options.sweepPeriodMs ?? 60_000;
  const sweeper = periodMs === 0 ? undefined : startTtlSweeper(client, new SystemClock(), periodMs);
  return {
    url,
    stop: async () => {
      await sweeper?.stop();
      client.destroy();
      const closed = once(front, 'close');
      front.close();
      front.closeAllConnections();
      await closed;
      // dynalite closes its store only after a server that listens, so it listens for this moment.
      inner.listen(0, '127.0.0.1');
      await once(inner, 'listening');
      await promisify(inner.close.bind(inner))();
    },
  };
}
