/**
 * What the archive needs of the world: a store of objects, compression, and the catalogue of compacted hours. Adapters
 * implement these ports (`lib/aws/`); every object store passes `test/contract/object-store.contract.ts`.
 */

import type { CompactedHours } from './tables/compacted-hours.ts';

/** An object as a listing has it. */
export interface StoredObject {
  /** Names with `/` between them, none before the first. */
  readonly key: string;
  readonly byteLength: number;
  /** When it was written, in milliseconds since the epoch. */
  readonly createdAtMs: number;
}

/** The contents of a folder, without those of the folders in it. */
export interface Folder {
  readonly objects: readonly StoredObject[];
  /** Names, without slashes. */
  readonly folders: readonly string[];
}

/** What is known of an object without its bytes. */
export interface ObjectHead {
  readonly byteLength: number;
  /** As it was created with; empty in a store that keeps none. */
  readonly metadata: Readonly<Record<string, string>>;
}

/** What an object is created with besides its bytes. A store of files keeps neither. */
export interface ObjectAttributes {
  /** @default application/octet-stream */
  readonly contentType?: string;
  readonly metadata?: Readonly<Record<string, string>>;
}

/**
 * One bucket, or the folder that stands for it. Every call is consistent with all writes that were answered before.
 * Listings are in the order of the bytes of the keys. `undefined`: there is no such object.
 *
 * Every call may throw an `UnavailableError`: the store did not answer in time, and a write may have happened or not.
 */
export interface ObjectStore {
  /**
   * The objects whose keys begin with `prefix`, at any depth, page by page as they are asked for.
   * @param after the listing begins behind this key
   */
  list(prefix: string, after?: string): AsyncIterable<StoredObject>;

  /** @param folder ends with `/` */
  listFolder(folder: string): Promise<Folder>;

  get(key: string): Promise<Uint8Array | undefined>;

  /** The bytes from `begin` up to, and without, `end`, as far as there are any. */
  getRange(key: string, begin: number, end: number): Promise<Uint8Array | undefined>;

  /** The bytes as they come, for objects that need not fit into memory. */
  open(key: string): Promise<AsyncIterable<Uint8Array> | undefined>;

  head(key: string): Promise<ObjectHead | undefined>;

  /** Creates an object, whole or not at all. `exists`: there is one at `key` already, and it is untouched. */
  createOnly(key: string, bytes: Uint8Array, attributes?: ObjectAttributes): Promise<'created' | 'exists'>;

  /** Writes an object, also over one that is there. Only for what is the same however often it is written. */
  put(key: string, bytes: Uint8Array): Promise<void>;
}

/** Compression that the platform brings. */
export interface Codecs {
  /** The parts one after the other, as one gzip. */
  gzip(parts: readonly Uint8Array[]): Promise<Uint8Array>;
  /** @throws {Error} when the bytes are not gzip, or more than `maxBytes` come out of them */
  gunzip(bytes: Uint8Array, maxBytes: number): Uint8Array;
  zstd(bytes: Uint8Array): Uint8Array;
}

export interface PublishedHours {
  readonly hours: CompactedHours;
  /** The version that was read: the condition of the next write. */
  readonly version: string;
}

/** The one place that says which hours the views read from Parquet. */
export interface CompactionCatalog {
  read(): Promise<PublishedHours>;

  /** Publishes the hours to every query that starts from now on. `conflict`: another writer came since `version` was read. */
  write(hours: CompactedHours, version: string): Promise<'written' | 'conflict'>;
}
