import type { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import type { S3Client } from '@aws-sdk/client-s3';
import { listHours, listTenants } from '../../archive/archive-reader.ts';
import {
  type CompactArchiveResult,
  compactArchive,
  firstHour,
  SETTLE_MS,
} from '../../archive/compaction/compact-archive.ts';
import { uncoveredObjects } from '../../archive/compaction/compact-folder.ts';
import { compactHour, type HourResult } from '../../archive/compaction/compact-hour.ts';
import { hourOf, hoursBetween, MS_PER_HOUR, startOf } from '../../archive/hours.ts';
import { hourFolder } from '../../archive/layout.ts';
import type { CompactionCatalog, ObjectStore, PublishedHours } from '../../archive/ports.ts';
import { NOTHING_COMPACTED } from '../../archive/tables/compacted-hours.ts';
import { NODE_CODECS } from '../../aws/codecs.ts';
import { FilesystemObjectStore } from '../../aws/filesystem/object-store.ts';
import { S3ObjectStore } from '../../aws/s3/object-store.ts';
import { archiveIn } from '../../local/data-folder.ts';
import type { Clock } from '../../pipeline/ports.ts';
import { CommandError } from '../../terminal/errors.ts';
import { readStackOutputs } from '../stack.ts';

/** How a run is followed, and stopped. */
export interface Watch {
  readonly isInterrupted: () => boolean;
  /** Called after each hour. */
  readonly onHour: (result: HourResult) => void;
}

export interface LocalCompaction extends Watch {
  readonly dataDir: string;
  readonly nowMs: number;
  readonly fromMs: number | undefined;
  readonly toMs: number | undefined;
}

/**
 * Compacts the archive of a data folder. Nothing has to be published: queries look which objects are in parts.
 *
 * @throws {CommandError} when the folder does not exist
 */
export async function compactDataFolder(compaction: LocalCompaction): Promise<HourResult[]> {
  const store = new FilesystemObjectStore(archiveIn(compaction.dataDir));
  const results: HourResult[] = [];
  for (const hour of await hoursOf(store, compaction)) {
    if (compaction.isInterrupted()) break;
    const deps = { store, codecs: NODE_CODECS };
    const result = await compactHour(hour, [undefined], deps, () => !compaction.isInterrupted());
    results.push(result);
    compaction.onHour(result);
  }
  return results;
}

/** What is in no part yet. @throws {CommandError} when the folder does not exist */
export async function lookAtDataFolder(compaction: LocalCompaction): Promise<Uncompacted> {
  const store = new FilesystemObjectStore(archiveIn(compaction.dataDir));
  const hours = await hoursOf(store, compaction);
  return lookAt(
    hours.map((hour) => hourFolder(hour, {})),
    store,
  );
}

/** When the first hour that has kept traces and is too young to be compacted becomes old enough. */
export async function nextSettling({
  dataDir,
  nowMs,
}: Pick<LocalCompaction, 'dataDir' | 'nowMs'>): Promise<{ readonly hour: string; readonly atMs: number } | undefined> {
  const settled = hourOf(nowMs - SETTLE_MS);
  const hours = await listHours(new FilesystemObjectStore(archiveIn(dataDir)));
  const hour = hours.find((candidate) => candidate >= settled);
  return hour === undefined ? undefined : { hour, atMs: startOf(hour) + MS_PER_HOUR + SETTLE_MS };
}

async function hoursOf(store: ObjectStore, { nowMs, fromMs, toMs }: LocalCompaction) {
  const settled = hourOf(nowMs - SETTLE_MS);
  const to = toMs === undefined || hourOf(toMs) > settled ? settled : hourOf(toMs);
  const from = fromMs === undefined ? '' : hourOf(fromMs);
  return (await listHours(store)).filter((hour) => hour >= from && hour < to);
}

export interface StackCompactionDeps {
  readonly s3: S3Client;
  readonly cloudFormation: CloudFormationClient;
  readonly catalogOf: (databaseName: string) => CompactionCatalog;
  readonly clock: Clock;
}

export interface StackArchive {
  readonly store: ObjectStore;
  readonly catalog: CompactionCatalog;
  readonly published: PublishedHours;
  /** None when they are not kept apart. */
  readonly tenants: readonly string[];
}

/** @throws {CommandError} when it is no stack of Tailgate's @throws {CommandError} when it is deployed without compaction */
export async function openStackArchive(stack: string, deps: StackCompactionDeps): Promise<StackArchive> {
  const { ArchiveBucket, Database } = await readStackOutputs(deps.cloudFormation, stack, ['ArchiveBucket', 'Database']);
  const store = new S3ObjectStore({ client: deps.s3, bucket: ArchiveBucket, clock: deps.clock, isPatient: true });
  const catalog = deps.catalogOf(Database);
  try {
    const published = await catalog.read();
    return { store, catalog, published, tenants: await listTenants(store) };
  } catch (error) {
    if (!(error instanceof Error) || error.name !== 'EntityNotFoundException') throw error;
    throw new CommandError(
      `stack ${stack} is deployed without compaction, so that no query would read Parquet: npx cdk deploy -c compaction=true`,
      { cause: error },
    );
  }
}

/** One run, as the function makes it. */
export async function compactStack(
  archive: StackArchive,
  from: string | undefined,
  { clock }: StackCompactionDeps,
  { isInterrupted, onHour }: Watch,
): Promise<CompactArchiveResult> {
  const { store, catalog, tenants } = archive;
  return compactArchive({
    store,
    catalog,
    codecs: NODE_CODECS,
    clock,
    tenants: tenants.length > 0,
    hasTime: () => !isInterrupted(),
    onHour,
    ...(from !== undefined && { from }),
  });
}

/** What is in no part yet, of the settled hours after those that are read from Parquet. */
export async function lookAtStack(
  { store, published, tenants }: StackArchive,
  from: string | undefined,
  nowMs: number,
): Promise<Uncompacted> {
  const scopes = tenants.length > 0 ? tenants.map((tenant) => ({ tenant })) : [{}];
  const hours = hoursBetween(nextHour(published.hours, from, nowMs), hourOf(nowMs - SETTLE_MS));
  return lookAt(
    hours.flatMap((hour) => scopes.map((scope) => hourFolder(hour, scope))),
    store,
  );
}

function nextHour({ from: first, to }: PublishedHours['hours'], from: string | undefined, nowMs: number): string {
  return first === NOTHING_COMPACTED.from ? (from ?? firstHour(nowMs)) : to;
}

/** What is in no part yet. */
export interface Uncompacted {
  readonly hours: number;
  readonly objects: number;
  readonly bytes: number;
}

/** @param folders of hours, inside `traces/` and `spans/` */
async function lookAt(folders: readonly string[], store: ObjectStore): Promise<Uncompacted> {
  const found = { hours: 0, objects: 0, bytes: 0 };
  for (const folder of folders) {
    const uncovered = await uncoveredObjects(folder, store);
    if (uncovered.length === 0) continue;
    found.hours += 1;
    found.objects += uncovered.length;
    found.bytes += uncovered.reduce((sum, { byteLength }) => sum + byteLength, 0);
  }
  return found;
}
