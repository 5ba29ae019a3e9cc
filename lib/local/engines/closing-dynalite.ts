import type { Server } from 'node:http';
import dynalite, { type DynaliteOptions } from 'dynalite';
import stores, { type LevelIterator, type LevelStore } from 'dynalite/db/index.js';

/**
 * A dynalite that closes its LevelDB iterators. Version 4.0.0 ends each of its streams with `iterator.return()`, a
 * method that iterators of abstract-level do not have, so each Query and Scan leaves an iterator open. An open iterator
 * pins the files and the memory of the moment when it was created, and both grow without bound.
 *
 * Every read of more than one item goes through `keys` or `values` of the store: Query, Scan, ListTables, tags, the
 * removal of a table. Their streams end with `destroy` whether they are read to the end, stop early (a page is full) or
 * fail.
 */
export function createClosingDynalite(options: DynaliteOptions): Server {
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
