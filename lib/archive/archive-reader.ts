import type { ArchiveHour } from './hours.ts';
import {
  DAY_FOLDER,
  filedHour,
  isPartition,
  type TenantScope,
  TRACES_PREFIX,
  tenantFolder,
  tenantOfFolder,
  visiblePartition,
} from './layout.ts';
import type { ObjectStore, StoredObject } from './ports.ts';

/** Partitions of the archive, `dt=YYYY-MM-DD/hour=HH`, both bounds included. Undefined: no bound. */
export interface PartitionRange {
  readonly first?: string | undefined;
  readonly last?: string | undefined;
}

export interface ArchiveReaderDeps extends TenantScope {
  readonly store: ObjectStore;
}

/** Reads the kept traces of one tenant, or of an archive without tenants, object by object. */
export class ArchiveReader {
  readonly #store: ObjectStore;
  /** Of all keys that it lists. */
  readonly #prefix: string;

  constructor({ store, tenant }: ArchiveReaderDeps) {
    this.#store = store;
    this.#prefix = TRACES_PREFIX + tenantFolder({ tenant });
  }

  /**
   * The objects of some partitions in ascending order of their keys: a key tells how far a reader has come. Leaves out what
   * is hidden, as engines do, and what is not in a partition.
   */
  async *list({ first, last }: PartitionRange): AsyncGenerator<StoredObject> {
    const after = first === undefined ? undefined : `${this.#prefix}${first}/`;
    for await (const object of this.#store.list(`${this.#prefix}${DAY_FOLDER}`, after)) {
      // `0` comes right behind `/`: this is the first key behind the last partition.
      if (last !== undefined && object.key.slice(this.#prefix.length) >= `${last}0`) return;
      if (visiblePartition(object.key, this.#prefix) !== undefined) yield object;
    }
  }

  /** The bytes of an object; undefined when it is gone. */
  open(key: string): Promise<AsyncIterable<Uint8Array> | undefined> {
    return this.#store.open(key);
  }

  /** The tenants of the archive, whichever this reader is for. */
  tenants(): Promise<readonly string[]> {
    return listTenants(this.#store);
  }
}

/** The tenants that have traces. */
export async function listTenants(store: Pick<ObjectStore, 'listFolder'>): Promise<readonly string[]> {
  const { folders } = await store.listFolder(TRACES_PREFIX);
  return folders.flatMap((name) => tenantOfFolder(name) ?? []);
}

/** The hours that have traces, in their order, in an archive without tenants. */
export async function listHours(store: Pick<ObjectStore, 'listFolder'>): Promise<readonly ArchiveHour[]> {
  const hours: ArchiveHour[] = [];
  const days = await store.listFolder(TRACES_PREFIX);
  for (const day of days.folders.filter((name) => name.startsWith(DAY_FOLDER))) {
    const { folders } = await store.listFolder(`${TRACES_PREFIX}${day}/`);
    hours.push(
      ...folders
        .map((hour) => `${day}/${hour}`)
        .filter(isPartition)
        .map(filedHour),
    );
  }
  return hours.sort();
}
