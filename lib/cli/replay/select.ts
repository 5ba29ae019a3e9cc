import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { text } from 'node:stream/consumers';
import type { AthenaClient } from '@aws-sdk/client-athena';
import type { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import type { S3Client } from '@aws-sdk/client-s3';
import { ArchiveReader, type PartitionRange } from '../../archive/archive-reader.ts';
import type { StoredObject } from '../../archive/ports.ts';
import { textLiteral } from '../../archive/tables/query-value.ts';
import { FilesystemObjectStore } from '../../aws/filesystem/object-store.ts';
import { S3ObjectStore } from '../../aws/s3/object-store.ts';
import { LIST_PRICES } from '../../cost/prices.ts';
import { archiveIn } from '../../local/data-folder.ts';
import type { Clock } from '../../pipeline/ports.ts';
import { CommandError, InterruptedError, messageOf } from '../../terminal/errors.ts';
import { unreadableFile } from '../../terminal/read-file.ts';
import type { Terminal } from '../../terminal/terminal.ts';
import { explainError } from '../explain-error.ts';
import { readStackOutputs } from '../stack.ts';
import { type ArchiveSource, readTraceId } from './arguments.ts';
import type { ReplayState } from './position.ts';
import { partitionCondition } from './window.ts';

/** What the selection of traces asks for, and where. */
export interface TraceSelection {
  readonly source: Exclude<ArchiveSource, { readonly kind: 'bucket' }>;
  readonly tenant: string | undefined;
  /** A condition on the view `traces`. */
  readonly where: string;
  readonly range: PartitionRange;
}

export interface SelectDeps {
  readonly athena: () => Promise<AthenaClient>;
  readonly cloudFormation: () => CloudFormationClient;
  readonly terminal: Terminal;
  /** Rejects when the signal is aborted. */
  readonly sleep: (milliseconds: number, signal: AbortSignal) => Promise<void>;
  readonly stop: AbortSignal;
}

/**
 * The traces for which a condition on the view `traces` holds, as DuckDB says of the local archive and Athena of a deployed one.
 *
 * @throws {CommandError} when it is not a condition
 * @throws {InterruptedError} when it was interrupted, and the query cancelled
 */
export async function selectTraces(selection: TraceSelection, deps: SelectDeps): Promise<Set<string>> {
  const { source, tenant, where, range } = selection;
  const ofTenant = tenant === undefined || source.kind === 'data' ? '' : `tenant = ${textLiteral(tenant)} AND `;
  // A comment at the end of the condition must not hide the parenthesis.
  const sql = `SELECT trace_id FROM traces WHERE ${ofTenant}${partitionCondition(range)} AND (${where}\n)`;
  try {
    const rows = source.kind === 'stack' ? rowsOfAthena(sql, source.stack, deps) : rowsOfDuckDb(sql, source.dataDir);
    const ids = new Set<string>();
    for await (const [id] of rows) ids.add(String(id));
    return ids;
  } catch (error) {
    if (deps.stop.aborted) throw new InterruptedError();
    throw new CommandError(`--where: ${explainError(error)}`, { cause: error });
  }
}

async function* rowsOfDuckDb(sql: string, dataDir: string): AsyncGenerator<readonly unknown[]> {
  const { openArchiveDatabase, prepareReadOnly } = await import('../query/duckdb/database.ts');
  const database = await openArchiveDatabase(dataDir);
  try {
    const result = await (await prepareReadOnly(database.connection, sql)).stream();
    for await (const rows of result.yieldRows()) yield* rows;
  } finally {
    database.close();
  }
}

/** Says what the query cost. */
async function* rowsOfAthena(sql: string, stack: string, deps: SelectDeps): AsyncGenerator<readonly unknown[]> {
  const { checkReadOnly, scanSummary } = await import('../query/athena/ask.ts');
  const { athenaResult } = await import('../query/athena/result.ts');
  const { runAthenaQuery } = await import('../query/athena/run-query.ts');
  const { sleep, stop, terminal } = deps;
  const client = await deps.athena();
  try {
    checkReadOnly(sql);
    const outputs = await readStackOutputs(deps.cloudFormation(), stack, ['Database', 'WorkGroup']);
    const query = await runAthenaQuery(
      client,
      { sql, database: outputs.Database, workGroup: outputs.WorkGroup },
      { signal: stop, onProgress() {}, pause: (ms, signal) => sleep(ms, signal).catch(() => undefined) },
    );
    terminal.complain(`--where: ${scanSummary(query, LIST_PRICES)}`);
    if (query.state !== 'SUCCEEDED') throw new InterruptedError();
    const { batches } = await athenaResult(client, query, stop);
    for await (const rows of batches) yield* rows;
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
 * @throws {CommandError} when there is no such folder
 * @throws {StackOutputError} when there is no such stack
 */
export async function openArchive(
  source: ArchiveSource,
  tenant: string | undefined,
  { s3, cloudFormation, clock }: ArchiveClients,
): Promise<ArchiveReader> {
  if (source.kind === 'data') {
    return new ArchiveReader({ store: new FilesystemObjectStore(archiveIn(source.dataDir)), tenant });
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
  const content = await contentOf(file);
  const ids = content.split('\n').flatMap((line, index) => {
    const id = line.trim();
    return id === '' || id === 'trace_id' ? [] : [traceIdOf(id, `--trace-file ${file}, line ${index + 1}`)];
  });
  if (ids.length === 0) throw new CommandError(`--trace-file ${file}: there is no trace ID in it`);
  return ids;
}

async function contentOf(file: string): Promise<string> {
  try {
    return file === '-' ? await text(process.stdin) : await readFile(file, 'utf8');
  } catch (error) {
    throw unreadableFile(file, error);
  }
}

function traceIdOf(text: string, where: string): string {
  try {
    return readTraceId(text);
  } catch (error) {
    throw new CommandError(`${where} is "${text}": ${messageOf(error)}`, { cause: error });
  }
}

/** What tells one set of trace IDs from another, in few words. */
export function describeTraceIds(ids: readonly string[]): string {
  const sorted = [...new Set(ids)].sort();
  if (sorted.length <= 3) return sorted.join(' ');
  return `${sorted.length} IDs, SHA-256 ${createHash('sha256').update(sorted.join('\n')).digest('hex')}`;
}
