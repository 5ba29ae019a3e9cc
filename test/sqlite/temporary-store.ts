import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';
import { openStore, type Store, type StoreOptions } from '../../lib/sqlite/store.ts';
import { ManualClock } from '../support/manual-clock.ts';

/** Stores in a folder that is deleted when the tests of the file are over. */
export function useStores() {
  const folder = mkdtempSync(join(tmpdir(), 'tailgate-sqlite-'));
  const stores: Store[] = [];
  let count = 0;
  afterAll(async () => {
    for (const store of stores) await store.close();
    rmSync(folder, { recursive: true });
  });
  const newPath = () => join(folder, `${++count}`, 'tailgate.db');
  const open = (options: Partial<StoreOptions> = {}): Store => {
    const store = openStore({ path: newPath(), clock: new ManualClock(), ...options });
    stores.push(store);
    return store;
  };
  return { newPath, open };
}
