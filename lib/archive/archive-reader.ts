import type { Readable } from 'node:stream';

/** An object of the archive that holds kept traces, or something that does not belong there. */
export interface ArchiveObject {
  /** `traces/[tenant=…/]dt=…/hour=…/…`, as it is in the bucket. */
  readonly key: string;
  /** Compressed. */
  readonly byteLength: number;
  /** Objects never change: when it was written. Milliseconds since the epoch. */
  readonly createdAtMs: number;
}

/** Partitions of the archive, `dt=YYYY-MM-DD/hour=HH`, both bounds included. Undefined: no bound. */
export interface PartitionRange {
  readonly first?: string | undefined;
  readonly last?: string | undefined;
}

/** A reader of the archive, object by object. */
export interface ArchiveObjects {
  /**
   * The objects of the partitions in ascending order of their keys, so that a key says how far a reader has come. Not
   * those whose name begins with a dot or an underscore: they are hidden, as they are for Athena.
   */
  list(range: PartitionRange): AsyncIterable<ArchiveObject>;
  /** The bytes of an object; undefined when it is gone. */
  open(key: string): Promise<Readable | undefined>;
  /** Tenants that have a folder in the archive. */
  tenants(): Promise<readonly string[]>;
}
