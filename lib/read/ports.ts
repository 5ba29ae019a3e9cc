import type { Codecs, ObjectStore } from '../archive/ports.ts';

/**
 * What reading kept traces needs of the world. Everything here only reads: an instance needs no right to write. One set of
 * ports is for one tenant, or for an archive without tenants.
 */

/** The objects of the archive. */
export type ObjectReader = Pick<ObjectStore, 'listFolder' | 'get' | 'getRange'>;

/** Takes objects out of their compression. */
export interface Decompress extends Pick<Codecs, 'gunzip'> {
  /** @param bytes a page of a part */
  zstd(bytes: Uint8Array, outputLength: number): Uint8Array;
}

/** Where the lines of a kept trace are, as its decision record says. */
export interface KeptRecord {
  /** `dt=YYYY-MM-DD/hour=HH`: all lines of the trace are in it. */
  readonly partition: string;
  /** Keys of the objects with its lines, without the folder of the tenant. */
  readonly keys: readonly string[];
  /** How many lines it has when all of them are committed. Objects of folded claims are not among the keys. */
  readonly lineCount: number;
}

/** The decision records, which outlive the buffer by a week. */
export interface KeptRecords {
  /** `undefined`: the trace is not kept, or its record has expired. */
  find(traceId: string): Promise<KeptRecord | undefined>;
}

export interface ReadClock {
  /** Milliseconds since the epoch. */
  now(): number;
}

export interface ReadPorts {
  readonly objects: ObjectReader;
  readonly decompress: Decompress;
  readonly clock: ReadClock;
  /** @default none: traces are found by the hours asked for */
  readonly records?: KeptRecords;
  /** Hears once of each object in which something is not what the archive writes. */
  readonly onDamage?: (found: FoundDamage) => void;
}

export interface FoundDamage {
  readonly key: string;
  /** How many lines are left out; undefined: the whole object. */
  readonly lines?: number;
  /** Of the first line, or of the object: it goes on behind its name, "is not …". */
  readonly reason: string;
}

/** Until when a call may go on reading. What it has then is its answer. */
export interface Deadline {
  isOver(): boolean;
}

/** Jaeger's page gives up after ten seconds. */
export const DEFAULT_DEADLINE_MS = 8000;

export function deadlineIn(ms: number, clock: ReadClock): Deadline {
  const atMs = clock.now() + ms;
  return { isOver: () => clock.now() >= atMs };
}
