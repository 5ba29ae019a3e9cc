import type { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import type { S3Client } from '@aws-sdk/client-s3';
import { listTenants } from '../../archive/archive-reader.ts';
import {
  type CompactArchiveResult,
  compactArchive,
  firstHour,
  SETTLE_MS,
} from '../../archive/compaction/compact-archive.ts';
import type { HourResult } from '../../archive/compaction/compact-hour.ts';
import { hourOf, hoursBetween } from '../../archive/hours.ts';
import { hourFolder } from '../../archive/layout.ts';
import type { CompactionCatalog, ObjectStore, PublishedHours } from '../../archive/ports.ts';
import { NOTHING_COMPACTED } from '../../archive/tables/compacted-hours.ts';
import { NODE_CODECS } from '../../aws/codecs.ts';
import { S3ObjectStore } from '../../aws/s3/object-store.ts';
import type { Clock } from '../../pipeline/ports.ts';
import { readStackOutputs } from '../stack.ts';
import { lookAt, type Uncompacted } from './uncompacted.ts';

export interface StackCompactionIo {
  readonly s3: S3Client;
  readonly cloudFormation: CloudFormationClient;
  readonly catalogOf: (databaseName: string) => CompactionCatalog;
  readonly clock: Clock;
  readonly isInterrupted: () => boolean;
}

export interface StackArchive {
  readonly store: ObjectStore;
  readonly catalog: CompactionCatalog;
  readonly published: PublishedHours;
  /** None when they are not kept apart. */
  readonly tenants: readonly string[];
}

/** @throws {StackOutputError} when it is no stack of Tailgate's @throws {Error} when it is deployed without compaction */
export async function openStackArchive(stack: string, io: StackCompactionIo): Promise<StackArchive> {
  const { ArchiveBucket, Database } = await readStackOutputs(io.cloudFormation, stack, ['ArchiveBucket', 'Database']);
  const store = new S3ObjectStore({ client: io.s3, bucket: ArchiveBucket, clock: io.clock, isPatient: true });
  const catalog = io.catalogOf(Database);
  try {
    const published = await catalog.read();
    return { store, catalog, published, tenants: await listTenants(store) };
  } catch (error) {
    if (!(error instanceof Error) || error.name !== 'EntityNotFoundException') throw error;
    throw new Error(
      `stack ${stack} is deployed without compaction, so that no query would read Parquet: npx cdk deploy -c compaction=true`,
      { cause: error },
    );
  }
}

/** One run, as the function makes it. */
export async function compactStack(
  archive: StackArchive,
  from: string | undefined,
  { clock, isInterrupted }: StackCompactionIo,
  onHour: (result: HourResult) => void,
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
