import { createHash } from 'node:crypto';
import { statSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import type { AthenaClient } from '@aws-sdk/client-athena';
import type { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import type { S3Client } from '@aws-sdk/client-s3';
import { ArchiveReader, type PartitionRange } from '../../archive/archive-reader.ts';
import { LOCAL_ARCHIVE } from '../../archive/layout.ts';
import type { StoredObject } from '../../archive/ports.ts';
import { textLiteral } from '../../archive/tables/query-value.ts';
import { FilesystemObjectStore } from '../../aws/filesystem/object-store.ts';
import { S3ObjectStore } from '../../aws/s3/object-store.ts';
import { LIST_PRICES } from '../../cost/prices.ts';
import type { Clock } from '../../pipeline/ports.ts';
import { checkReadOnly, scanSummary } from '../query/athena/ask.ts';
import { athenaResult } from '../query/athena/result.ts';
import { runAthenaQuery } from '../query/athena/run-query.ts';
import { openArchiveDatabase, prepareReadOnly } from '../query/duckdb/database.ts';
import { readStackOutputs } from '../stack.ts';
import { type ArchiveSource, readTraceId } from './arguments.ts';
import { InterruptedError, ReplayError } from './otlp-sender.ts';
import type { ReplayState } from './position.ts';
import { partitionCondition } from './window.ts';

export interface AthenaIo {
  readonly athena: () => AthenaClient;
  readonly cloudFormation: () => CloudFormationClient;
  readonly complain: (line: string) => void;
  /** Rejects when the signal is aborted. */
  readonly sleep: (milliseconds: number, signal: AbortSignal) => Promise<void>;
  readonly stop: AbortSignal;
}

export interface AthenaSelection {
  readonly stack: string;
  readonly tenant: string | undefined;
  readonly where: string;
  readonly range: PartitionRange;
}

/**
 * The traces of a deployed archive for which a condition on the view `traces` holds, as Athena says. Says what that cost.
 * @throws {ReplayError} when it is no condition
 * @throws {InterruptedError} when it was interrupted, and the query cancelled
 */
export async function selectInAthena(selection: AthenaSelection, io: AthenaIo): Promise<Set<string>> {
  const { stack, tenant, where, range } = selection;
  const ofTenant = tenant === undefined ? '' : `tenant = ${textLiteral(tenant)} AND `;
  // A comment at the end of the condition must not hide the parenthesis.
  const sql = `SELECT trace_id FROM traces WHERE ${ofTenant}${partitionCondition(range)} AND (${where}\n)`;
  const client = io.athena();
  try {
    checkReadOnly(sql);
    const { Database, WorkGroup } = await readStackOutputs(io.cloudFormation(), stack, ['Database', 'WorkGroup']);
    const query = await runAthenaQuery(
      client,
      { sql, database: Database, workGroup: WorkGroup },
      { signal: io.stop, onProgress() {}, pause: (ms, signal) => io.sleep(ms, signal).catch(() => undefined) },
    );
    io.complain(`--where: ${scanSummary(query, LIST_PRICES)}`);
    if (query.state !== 'SUCCEEDED') throw new InterruptedError();
    const { batches } = await athenaResult(client, query, io.stop);
    const ids = new Set<string>();
    for await (const rows of batches) for (const [id] of rows) ids.add(id ?? '');
    return ids;
  } catch (error) {
    if (io.stop.aborted) throw new InterruptedError();
    throw new ReplayError(`--where: ${error instanceof Error ? error.message : error}`, { cause: error });
  } finally {
    client.destroy();
  }
}

export interface ArchiveClients {
  readonly s3: () => S3Client;
  readonly cloudFormation: () => CloudFormationClient;
  readonly clock: Clock;
}

/**
 * The archive that a person has named.
 * @throws {ReplayError} when there is no such folder
 * @throws {StackOutputError} when there is no such stack
 */
export async function openArchive(
  source: ArchiveSource,
  tenant: string | undefined,
  { s3, cloudFormation, clock }: ArchiveClients,
): Promise<ArchiveReader> {
  if (source.kind === 'data') {
    if (!statSync(source.dataDir, { throwIfNoEntry: false })?.isDirectory()) {
      throw new ReplayError(
        `no data folder at ${source.dataDir}: start Tailgate first (npm start), or name another with --data, --stack or --bucket`,
      );
    }
    return new ArchiveReader({ store: new FilesystemObjectStore(join(source.dataDir, LOCAL_ARCHIVE)), tenant });
  }
  const bucket =
    source.kind === 'bucket'
      ? source.bucket
      : (await readStackOutputs(cloudFormation(), source.stack, ['ArchiveBucket'])).ArchiveBucket;
  return new ArchiveReader({ store: new S3ObjectStore({ client: s3(), bucket, clock, isPatient: true }), tenant });
}

/** The objects of a replay, or of what is left of it. */
export interface SelectedObjects {
  readonly objects: number;
  /** Compressed. */
  readonly bytes: number;
  /** Objects that were written after the replay began, and are not part of it. */
  readonly later: number;
}

/** @throws the reason of the signal once it is aborted */
export async function countObjects(
  archive: ArchiveReader,
  state: ReplayState,
  stop: AbortSignal,
): Promise<SelectedObjects> {
  const counts = { objects: 0, bytes: 0, later: 0 };
  for await (const object of archive.list(state.partitions)) {
    stop.throwIfAborted();
    if (isLater(object, state)) {
      counts.later += 1;
    } else {
      counts.objects += 1;
      counts.bytes += object.byteLength;
    }
  }
  return counts;
}

/**
 * Only what was there when the replay began. Objects never change, so this is the same list whenever it goes on, and a
 * receiver that writes into the archive that is being read (Tailgate itself) does not make it endless.
 */
export async function* listObjects(archive: ArchiveReader, state: ReplayState): AsyncGenerator<StoredObject> {
  for await (const object of archive.list(state.partitions)) {
    if (!isLater(object, state)) yield object;
  }
}

function isLater({ createdAtMs }: StoredObject, { startedAtMs }: ReplayState): boolean {
  return createdAtMs > startedAtMs;
}

/**
 * The trace IDs of a file, one a line. Empty lines do not count, nor does the heading that query prints.
 * @param file `-`: standard input
 * @throws {Error} which names the first line that is none
 */
export async function readTraceFile(file: string): Promise<string[]> {
  const content = file === '-' ? await text(process.stdin) : await readFile(file, 'utf8');
  const ids = content.split('\n').flatMap((line, index) => {
    const id = line.trim();
    return id === '' || id === 'trace_id' ? [] : [readTraceId(id, `--trace-file ${file}, line ${index + 1}`)];
  });
  if (ids.length === 0) throw new ReplayError(`--trace-file ${file}: there is no trace ID in it`);
  return ids;
}

/** What tells one set of trace IDs from another, in few words. */
export function describeTraceIds(ids: readonly string[]): string {
  const sorted = [...new Set(ids)].sort();
  if (sorted.length <= 3) return sorted.join(' ');
  return `${sorted.length} IDs, SHA-256 ${createHash('sha256').update(sorted.join('\n')).digest('hex')}`;
}

/**
 * The traces of the local archive for which a condition on the view `traces` holds.
 * @throws {ReplayError} when it is no condition
 */
export async function selectTraceIds(dataDir: string, where: string, range: PartitionRange): Promise<Set<string>> {
  const database = await openArchiveDatabase(dataDir);
  try {
    // A comment at the end of the condition must not hide the parenthesis.
    const sql = `SELECT trace_id FROM traces WHERE ${partitionCondition(range)} AND (${where}\n)`;
    const statement = await prepareReadOnly(database.connection, sql);
    const result = await statement.stream();
    const ids = new Set<string>();
    for await (const rows of result.yieldRows()) for (const [id] of rows) ids.add(String(id));
    return ids;
  } catch (error) {
    throw new ReplayError(`--where: ${error instanceof Error ? error.message : error}`, { cause: error });
  } finally {
    database.close();
  }
}
