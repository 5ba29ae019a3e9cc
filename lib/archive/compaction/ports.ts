/** What compaction needs from the world. Adapters implement it (`lib/aws/`). */

import type { CompactedHours } from '../tables/compacted-hours.ts';

export interface ObjectEntry {
  /** The path of the object in its bucket, or in the archive folder. */
  readonly path: string;
  readonly bytes: number;
}

/** The objects of an archive. Paths have `/` between their names and none before the first. */
export interface ArchiveFolders {
  /** The objects right in a folder, by name; consistent with every `create` that was answered before. @param folder ends with `/` */
  list(folder: string): Promise<readonly ObjectEntry[]>;

  /** The names of the folders right in a folder, without slashes. @param folder ends with `/` */
  listFolders(folder: string): Promise<readonly string[]>;

  read(path: string): Promise<Uint8Array>;

  /** The last bytes of a listed object, or all of it when it has no more. */
  readEnd(object: ObjectEntry, bytes: number): Promise<Uint8Array>;

  /** Creates an object, whole or not at all. `exists`: there is one at `path` already, and it is untouched. */
  create(path: string, bytes: Uint8Array): Promise<'created' | 'exists'>;
}

export interface PublishedHours {
  readonly hours: CompactedHours;
  /** Of what was read: the condition of the next write. */
  readonly version: string;
}

/** The one place that says which hours the views read from Parquet. */
export interface CompactionCatalog {
  read(): Promise<PublishedHours>;

  /** Makes it what every query that starts from now on sees. `conflict`: somebody else has written since `version` was read. */
  write(hours: CompactedHours, version: string): Promise<'written' | 'conflict'>;
}

/** Compression that the platform brings. */
export interface Codecs {
  /** @throws {Error} when it is no gzip, or more than `maxBytes` come out of it */
  gunzip(bytes: Uint8Array, maxBytes: number): Uint8Array;
  zstd(bytes: Uint8Array): Uint8Array;
}
