import { type ArchiveHour, dayOf, formatUtc, hourOf, hourOfDay, MS_PER_DAY } from './hours.ts';

/**
 * The names of everything in the archive bucket, and in the folder that stands for it on one machine. No other file spells
 * them.
 *
 * ```
 * traces/[tenant=<t>/]dt=2026-11-21/hour=07/traces_20261121T071300123Z-<16 hex digits>.jsonl.gz   kept traces (line.ts)
 * spans/[tenant=<t>/]dt=2026-11-21/hour=07/part-0.parquet                their copies (compaction/part-file.ts)
 * spill/[tenant=<t>/]<trace ID>/<hash>                                   fragments too large for the buffer
 * query-results/…                                                        answers of Athena
 * ```
 *
 * `dt=…/hour=…` is a **partition**, in Hive's form: every engine reads the folders as columns. `tenant=…` is there only in
 * an archive that keeps tenants apart. Objects under `traces/` and `spans/` are created once and never change.
 */
export const TRACES_PREFIX = 'traces/';
export const PARTS_PREFIX = 'spans/';
export const SPILL_PREFIX = 'spill/';
export const QUERY_RESULTS_PREFIX = 'query-results/';

/** The bucket of the local run, and the folder for its objects in the data folder. */
export const LOCAL_ARCHIVE = 'archive';

// Partitions

/** How the folder of a day begins: all partitions of an archive, or of a tenant, are in such folders. */
export const DAY_FOLDER = 'dt=';

/** `dt=YYYY-MM-DD/hour=HH`: the partition of an hour. */
export function partitionOfHour(hour: ArchiveHour): string {
  return partitionPath(dayOf(hour), hourOfDay(hour));
}

function partitionPath(dt: string, hour: string): string {
  return `${DAY_FOLDER}${dt}/hour=${hour}`;
}

/**
 * A trace whose start is further than this from its arrival has a clock that cannot be trusted. Windows of queries know
 * such traces: they are in every window that has a part of the hour of their arrival (`window.ts`).
 */
const CLOCK_TRUST_MS = MS_PER_DAY;

/**
 * The partition of a trace: by its start, because that is how people look for it; by its arrival when the start is off by
 * more than a day, because a query over the last days would never find it.
 */
export function partitionOf(traceStartMs: number, receivedAtMs: number): string {
  const isTrusted = Math.abs(traceStartMs - receivedAtMs) <= CLOCK_TRUST_MS;
  return partitionOfHour(hourOf(isTrusted ? traceStartMs : receivedAtMs));
}

/** Whether the path is that of a partition, and nothing more. */
export function isPartition(path: string): boolean {
  return /^dt=\d{4}-\d{2}-\d{2}\/hour=\d{2}$/.test(path);
}

const PARTITION = /dt=(?<dt>[^/\\]+)[/\\]hour=(?<hour>\d\d)(?:[/\\][^/\\]*)?$/;

/**
 * The hour of a partition, or of the partition that the object at a key or path is in.
 * @throws {RangeError} when there is no partition in it
 */
export function filedHour(place: string): ArchiveHour {
  const { dt, hour } = PARTITION.exec(place)?.groups ?? {};
  if (dt === undefined) throw new RangeError(`expected a path with dt=YYYY-MM-DD/hour=HH in it, got ${place}`);
  return `${dt}T${hour}`;
}

// Tenants

/**
 * Tenants of one pipeline. The pipeline itself knows nothing of them: each tenant has adapters of its own, which differ in
 * the folder and in the prefix of the buffer keys.
 */
export interface TenantScope {
  /** A valid tenant name. @default no tenant */
  readonly tenant?: string | undefined;
}

const TENANT_NAME = /^[a-z0-9][a-z0-9_-]{0,62}$/;

/** What a tenant may be called, in words. */
export const TENANT_NAME_RULE =
  'lower-case letters, digits, "-" and "_", the first one a letter or a digit, 63 at most';

/** Whether a tenant may have this name: the name is a segment of S3 keys and of partition keys. */
export function isTenantName(name: string): boolean {
  return TENANT_NAME.test(name);
}

/** @throws {RangeError} which says what is allowed */
export function assertTenantName(name: string): void {
  if (isTenantName(name)) return;
  throw new RangeError(`tenant ${JSON.stringify(name)}: a tenant's name is a path segment of ${TENANT_NAME_RULE}`);
}

/** The folder of a tenant inside the first folder of a key; empty without a tenant. */
export function tenantFolder({ tenant }: TenantScope): string {
  return tenant === undefined ? '' : `tenant=${tenant}/`;
}

/** The tenant whose folder has this name; undefined when it is not the folder of a tenant. */
export function tenantOfFolder(name: string): string | undefined {
  return /^tenant=([^/]+)\/?$/.exec(name)?.[1];
}

/** The key of an object as the pipeline names it, without tenants, for one tenant: `traces/tenant=<t>/dt=…`. */
export function scopedKey(key: string, scope: TenantScope): string {
  if (!key.startsWith(TRACES_PREFIX)) throw new RangeError(`archive key "${key}" must start with ${TRACES_PREFIX}`);
  return TRACES_PREFIX + tenantFolder(scope) + key.slice(TRACES_PREFIX.length);
}

/** The folder of an hour inside `traces/` and `spans/`, with the slash at its end. */
export function hourFolder(hour: ArchiveHour, scope: TenantScope): string {
  return `${tenantFolder(scope)}${partitionOfHour(hour)}/`;
}

/** The same with placeholders, which Athena replaces by the values of the columns `tenant`, `dt` and `hour`. */
export function hourFolderTemplate(tenants: boolean): string {
  const tenant = tenants ? tenantFolder({ tenant: placeholder('tenant') }) : '';
  return `${tenant}${partitionPath(placeholder('dt'), placeholder('hour'))}/`;
}

function placeholder(column: string): string {
  return `\${${column}}`;
}

// Objects

/**
 * The key of an object of kept traces. The suffix is part of the format: `.gz` tells Athena about the compression,
 * and `.jsonl` keeps the Collector's S3 receiver from reading only the first line.
 *
 * @param nowMs compaction recognizes late objects by it
 * @param id 16 hex digits that no other invocation has
 */
export function archiveKey(partition: string, nowMs: number, id: string): string {
  return `${TRACES_PREFIX}${partition}/traces_${nameTime(nowMs)}Z-${id}.jsonl.gz`;
}

/** A time as the names of objects have it, without its `Z`: `20261121T071233123`. */
export function nameTime(ms: number): string {
  return formatUtc(ms).replace(' ', 'T').replaceAll(/[-:.]/g, '');
}

/** Whether the name of an object has a time from `fromMs` to `toMs`. Names of one length sort as their times do. */
export function isNamedBetween(key: string, fromMs: number, toMs: number): boolean {
  const time = nameOf(key).slice('traces_'.length, 'traces_'.length + nameTime(0).length);
  return isTracesName(nameOf(key)) && time >= nameTime(fromMs) && time <= nameTime(toMs);
}

/** Finds the time of an object in its path, for `regexp_extract` in SQL. */
export const NAME_TIME_PATTERN = '/traces_(\\d{8}T\\d{9})Z-[^/]+$';

/** Whether a name is one that {@link archiveKey} gives. */
export function isTracesName(name: string): boolean {
  return /^traces_\d{8}T\d{9}Z-[\da-f]+\.jsonl\.gz$/.test(name);
}

/** Where a fragment too large for the buffer waits. */
export function spillKey(traceId: string, hash: string, scope: TenantScope): string {
  return `${SPILL_PREFIX}${tenantFolder(scope)}${traceId}/${hash}`;
}

/** The key of a part: counted from 0 in the folder of its hour. */
export function partKey(hourFolder: string, number: number): string {
  return `${PARTS_PREFIX}${hourFolder}part-${number}.parquet`;
}

/** The number of a part; undefined when the key is not one of a part. */
export function partNumber(key: string): number | undefined {
  const digits = /\/part-(\d+)\.parquet$/.exec(key)?.[1];
  return digits === undefined ? undefined : Number(digits);
}

/** The folder of lines that a part was made from, by the path of the part. */
export function tracesFolderOf(partPath: string): string {
  return partPath.replace(/\/spans\/(dt=[^/]+\/hour=[^/]+\/)[^/]+$/, '/traces/$1');
}

/** The objects and the parts of an archive without tenants, as patterns for an engine that expands them. */
export const OBJECTS_GLOB = `${TRACES_PREFIX}dt=*/hour=[0-9][0-9]/[!._]*.jsonl.gz`;
export const PARTS_GLOB = `${PARTS_PREFIX}dt=*/hour=[0-9][0-9]/part-*.parquet`;

/** The name of an object: its key without the folders. */
export function nameOf(key: string): string {
  return key.slice(key.lastIndexOf('/') + 1);
}

/** Whether no engine reads the object: its name begins with a dot or an underscore. */
export function isHidden(key: string): boolean {
  return /^[._]/.test(nameOf(key));
}

/** The partition that an object is in, behind `prefix`; undefined when it is in none, or is hidden. */
export function visiblePartition(key: string, prefix: string): string | undefined {
  const partition = key.slice(prefix.length, key.lastIndexOf('/'));
  return key.startsWith(prefix) && isPartition(partition) && !isHidden(key) ? partition : undefined;
}

/** The order of keys in a listing: that of their bytes in UTF-8, which is the order of code points. */
export function compareKeys(left: string, right: string): number {
  const length = Math.min(left.length, right.length);
  for (let at = 0; at < length; at++) {
    const difference = rank(left.charCodeAt(at)) - rank(right.charCodeAt(at));
    if (difference !== 0) return difference;
  }
  return left.length - right.length;
}

/** UTF-16 puts surrogates, which stand for the highest code points, before U+E000 to U+FFFF. */
function rank(unit: number): number {
  if (unit < 0xd800) return unit;
  return unit < 0xe000 ? unit + 0x2000 : unit - 0x800;
}
