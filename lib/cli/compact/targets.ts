import type { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import type { S3Client } from '@aws-sdk/client-s3';
import {
  type CompactArchiveResult,
  compactArchive,
  firstHour,
  SETTLE_MS,
} from '../../archive/compaction/compact-archive.ts';
import { uncoveredObjects } from '../../archive/compaction/compact-folder.ts';
import { compactHour, type HourResult, listTenants } from '../../archive/compaction/compact-hour.ts';
import { listHours } from '../../archive/compaction/list-hours.ts';
import type { ArchiveFolders, CompactionCatalog, PublishedHours } from '../../archive/compaction/ports.ts';
import { hourAt, hoursBetween, partitionFolder } from '../../archive/hours.ts';
import { LINES_FOLDER } from '../../archive/layout.ts';
import { NOTHING_COMPACTED } from '../../archive/tables/compacted-hours.ts';
import { FilesystemArchiveFolders } from '../../aws/filesystem/object-store.ts';
import { NODE_CODECS } from '../../aws/node.ts';
import { S3ArchiveFolders } from '../../aws/s3/object-store.ts';
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
  const objects = new FilesystemArchiveFolders(archiveIn(compaction.dataDir));
  const results: HourResult[] = [];
  for (const hour of await hoursOf(objects, compaction)) {
    if (compaction.isInterrupted()) break;
    const deps = { objects, codecs: NODE_CODECS };
    const result = await compactHour(hour, [undefined], deps, () => !compaction.isInterrupted());
    results.push(result);
    compaction.onHour(result);
  }
  return results;
}

/** What is in no part yet. @throws {CommandError} when the folder does not exist */
export async function lookAtDataFolder(compaction: LocalCompaction): Promise<Uncompacted> {
  const objects = new FilesystemArchiveFolders(archiveIn(compaction.dataDir));
  const hours = await hoursOf(objects, compaction);
  return lookAt(
    hours.map((hour) => partitionFolder(hour, undefined)),
    objects,
  );
}

async function hoursOf(objects: FilesystemArchiveFolders, { nowMs, fromMs, toMs }: LocalCompaction) {
  const settled = hourAt(nowMs - SETTLE_MS);
  const to = toMs === undefined || hourAt(toMs) > settled ? settled : hourAt(toMs);
  const from = fromMs === undefined ? '' : hourAt(fromMs);
  return (await listHours(objects)).filter((hour) => hour >= from && hour < to);
}

export interface StackCompactionDeps {
  readonly s3: S3Client;
  readonly cloudFormation: CloudFormationClient;
  readonly catalogOf: (databaseName: string) => CompactionCatalog;
  readonly clock: Clock;
}

export interface StackArchive {
  readonly objects: S3ArchiveFolders;
  readonly catalog: CompactionCatalog;
  readonly published: PublishedHours;
  readonly tenants: boolean;
}

/** @throws {CommandError} when it is no stack of Tailgate's @throws {CommandError} when it is deployed without compaction */
export async function openStackArchive(stack: string, deps: StackCompactionDeps): Promise<StackArchive> {
  const { ArchiveBucket, Database } = await readStackOutputs(deps.cloudFormation, stack, ['ArchiveBucket', 'Database']);
  const objects = new S3ArchiveFolders({ client: deps.s3, bucket: ArchiveBucket, clock: deps.clock });
  const catalog = deps.catalogOf(Database);
  try {
    const published = await catalog.read();
    const folders = await objects.listFolders(LINES_FOLDER);
    return { objects, catalog, published, tenants: folders.some((name) => name.startsWith('tenant=')) };
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
  const { objects, catalog, tenants } = archive;
  return compactArchive({
    objects,
    catalog,
    codecs: NODE_CODECS,
    clock,
    tenants,
    hasTime: () => !isInterrupted(),
    onHour,
    ...(from !== undefined && { from }),
  });
}

/** What is in no part yet, of the settled hours after those that are read from Parquet. */
export async function lookAtStack(
  { objects, published, tenants }: StackArchive,
  from: string | undefined,
  nowMs: number,
): Promise<Uncompacted> {
  const names = await listTenants({ objects, codecs: NODE_CODECS }, tenants);
  const hours = hoursBetween(nextHour(published.hours, from, nowMs), hourAt(nowMs - SETTLE_MS));
  return lookAt(
    hours.flatMap((hour) => names.map((tenant) => partitionFolder(hour, tenant))),
    objects,
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
async function lookAt(folders: readonly string[], objects: ArchiveFolders): Promise<Uncompacted> {
  const found = { hours: 0, objects: 0, bytes: 0 };
  for (const folder of folders) {
    const uncovered = await uncoveredObjects(folder, objects);
    if (uncovered.length === 0) continue;
    found.hours += 1;
    found.objects += uncovered.length;
    found.bytes += uncovered.reduce((sum, { bytes }) => sum + bytes, 0);
  }
  return found;
}
