declare module 'dynalite' {
  import type { Server } from 'node:http';

  export interface DynaliteOptions {
    /** Folder of the LevelDB store. Without it the store is in memory. */
    readonly path?: string;
    /** How long a table stays in CREATING, DELETING, UPDATING. */
    readonly createTableMs?: number;
    readonly deleteTableMs?: number;
    readonly updateTableMs?: number;
  }

  // biome-ignore lint/style/noDefaultExport: how dynalite exports
  export default function dynalite(options?: DynaliteOptions): Server;
}

/** The parts of dynalite's store that closing-dynalite.ts needs. */
declare module 'dynalite/db/index.js' {
  import type { DynaliteOptions } from 'dynalite';

  export interface LevelIterator {
    close(): Promise<void>;
    return?: () => Promise<void>;
  }

  export interface LevelStore {
    keys(range?: object): LevelIterator;
    values(range?: object): LevelIterator;
  }

  const stores: { create(options?: DynaliteOptions): { readonly db: LevelStore } };
  // biome-ignore lint/style/noDefaultExport: module.exports of a CommonJS module
  export default stores;
}
