import type { Readable } from 'node:stream';
import type { ObjectEntry } from './compaction/ports.ts';
import { formatUtc, utcHourOf } from './hours.ts';

/** All parts are in it. */
export const PARTS_FOLDER = 'spans/';
/** All objects of lines are in it. */
export const LINES_FOLDER = 'traces/';

/** The path of a part: counted from 0 in its folder. */
export function partPath(folder: string, number: number): string {
  return `${PARTS_FOLDER}${folder}part-${number}.parquet`;
}

/** The number of a part; undefined when the object is none. */
export function partNumber({ path }: ObjectEntry): number | undefined {
  const digits = /\/part-(\d+)\.parquet$/.exec(path)?.[1];
  return digits === undefined ? undefined : Number(digits);
}

/** The name of an object without its folder. */
export function nameOf({ path }: ObjectEntry): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

/** Objects that no engine reads. */
export function isHidden(object: ObjectEntry): boolean {
  return /^[._]/.test(nameOf(object));
}

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

/** All keys start with it. */
export const ARCHIVE_FOLDER = 'traces/';

const PARTITION = /^dt=\d{4}-\d{2}-\d{2}\/hour=\d{2}$/;

/** The partition that a key behind `prefix` lies in; undefined when it lies in none, or is hidden. */
export function partitionOfKey(key: string, prefix: string): string | undefined {
  const folderEnd = key.lastIndexOf('/');
  const partition = key.slice(prefix.length, folderEnd);
  const isVisible = /^[^._]/.test(key.slice(folderEnd + 1));
  return key.startsWith(prefix) && PARTITION.test(partition) && isVisible ? partition : undefined;
}

/** The order of S3: that of the bytes in UTF-8. */
export function compareKeys(left: string, right: string): number {
  return Buffer.compare(Buffer.from(left), Buffer.from(right));
}

/**
 * How the data of tenants is kept apart. The pipeline knows nothing of tenants: each has adapters of its own, which differ in
 * these prefixes. Without a tenant there is none.
 */
export interface TenantScope {
  /** A valid tenant name. @default no tenant */
  readonly tenant?: string | undefined;
}

/** Before partition keys of the buffer table. Trace IDs have no slash, so that no two scopes share a partition. */
export function partitionPrefix({ tenant }: TenantScope): string {
  return tenant === undefined ? '' : `${tenant}/`;
}

/** After the first folder of object keys; a partition of the archive, by its name. */
export function folderOf({ tenant }: TenantScope): string {
  return tenant === undefined ? '' : `tenant=${tenant}/`;
}

/** Where a fragment too large for the buffer waits. */
export function spillKey(traceId: string, hash: string, scope: TenantScope): string {
  return `spill/${folderOf(scope)}${traceId}/${hash}`;
}

/** The archive bucket of the local run, and the folder in its data folder that the objects of it are in. */
export const LOCAL_ARCHIVE = 'archive';

const TENANT_NAME = /^[a-z0-9][a-z0-9_-]{0,62}$/;

/** What a tenant may be called, in words. */
export const TENANT_NAME_RULE =
  'lower-case letters, digits, "-" and "_", the first one a letter or a digit, 63 at most';

/** Whether a tenant may be called so: the name is a segment of S3 keys and of partition keys. */
export function isTenantName(name: string): boolean {
  return TENANT_NAME.test(name);
}

/** @throws {RangeError} which says what is allowed */
export function assertTenantName(name: string): void {
  if (isTenantName(name)) return;
  throw new RangeError(`tenant ${JSON.stringify(name)}: a tenant's name is a path segment of ${TENANT_NAME_RULE}`);
}

/**
 * A trace whose start is further than this from its arrival has a clock that cannot be trusted. Windows of queries know of such
 * traces: they are in every window that has a part of the hour of their arrival (`lib/archive/hours.ts`).
 */
const CLOCK_TRUST_MS = 24 * 60 * 60 * 1000;

/**
 * The archive partition of a trace, `dt=YYYY-MM-DD/hour=HH` in UTC: by its start, because that is how people look for it;
 * by its arrival when the start is off by more than a day, because a query over the last days would never find it.
 */
export function partitionOf(traceStartMs: number, receivedAtMs: number): string {
  const trusted = Math.abs(traceStartMs - receivedAtMs) <= CLOCK_TRUST_MS;
  const { dt, hour } = utcHourOf(trusted ? traceStartMs : receivedAtMs);
  return `dt=${dt}/hour=${hour}`;
}

/**
 * `traces/<partition>/traces_<yyyymmddThhmmssSSSZ>-<id>.jsonl.gz`. The suffix is part of the format: `.gz` is what tells
 * Athena about the compression, and `.jsonl` what keeps the Collector's S3 receiver from reading only the first line.
 *
 * @param id 16 hex digits that no other invocation has
 */
export function archiveKey(partition: string, nowMs: number, id: string): string {
  const time = `${formatUtc(nowMs).replace(' ', 'T').replace(/[-:.]/g, '')}Z`;
  return `traces/${partition}/traces_${time}-${id}.jsonl.gz`;
}
