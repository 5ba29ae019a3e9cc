import { readdirSync } from 'node:fs';
import { join, resolve, sep } from 'node:path';
import { type DuckDBConnection, DuckDBInstance, type DuckDBPreparedStatement, StatementType } from '@duckdb/node-api';
import { OBJECTS_KEY } from '../../../archive/compaction/part-file.ts';
import {
  LOCAL_ARCHIVE,
  OBJECTS_GLOB,
  PARTS_GLOB,
  TRACES_PREFIX,
  tenantOfFolder,
  tracesFolderOf,
} from '../../../archive/layout.ts';
import { archiveIn } from '../../../local/data-folder.ts';
import { CommandError } from '../../../terminal/errors.ts';
import { TRINO_MACROS } from './trino-dialect.ts';
import { type ArchiveFiles, quoted, viewStatements } from './views.ts';

/**
 * Lists them, once for all queries of a run: what is in a part of the list is not read from JSON, and the other way round,
 * whatever is compacted in the meantime.
 *
 * @param archive path of the archive folder with a slash at its end, as a pattern
 */
async function listArchiveFiles(connection: DuckDBConnection, archive: string): Promise<ArchiveFiles> {
  const parts = await column(connection, `SELECT file FROM glob(${quoted(archive + PARTS_GLOB)})`);
  const covered = parts.length === 0 ? [] : await coveredObjects(connection, parts);
  const objects = await column(connection, `SELECT file FROM glob(${quoted(archive + OBJECTS_GLOB)}) ORDER BY file`);
  const isCovered = new Set(covered);
  return { objects, uncovered: objects.filter((object) => !isCovered.has(object)), parts };
}

/** The paths of the objects that these parts cover: each part has the names of its own in its metadata. */
async function coveredObjects(connection: DuckDBConnection, parts: readonly string[]): Promise<string[]> {
  const reader = await connection.runAndReadAll(
    `SELECT file_name, unnest(from_json(decode(value), '["VARCHAR"]'))
     FROM parquet_kv_metadata([${parts.map(quoted).join(', ')}]) WHERE decode(key) = ${quoted(OBJECTS_KEY)}`,
  );
  return reader.getRows().map(([part, name]) => `${tracesFolderOf(String(part))}${name}`);
}

async function column(connection: DuckDBConnection, sql: string): Promise<string[]> {
  const reader = await connection.runAndReadAll(sql);
  return reader.getRows().map(([value]) => String(value));
}

/**
 * The views know no tenants: they would be empty over an archive that keeps them apart, such as the copy of a bucket.
 *
 * @param archive The folder that `traces` is in.
 * @throws {CommandError} when there are folders of tenants, with what to do.
 */
function refuseTenantFolders(archive: string): void {
  const traces = join(archive, TRACES_PREFIX);
  const tenants = namesIn(traces).filter((name) => tenantOfFolder(name) !== undefined);
  const [first] = tenants.sort();
  if (first === undefined) return;
  throw new CommandError(
    `the archive in ${traces} keeps tenants apart (${tenants.join(', ')}), and a local query is about one: ` +
      `copy its folder, such as ${join(traces, first)}, to ${join(LOCAL_ARCHIVE, TRACES_PREFIX)} in a data folder of its own, ` +
      'and name that with --data',
  );
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    // Nothing has been kept yet.
    return [];
  }
}

/** What may stand between EXPLAIN and the statement that it explains. */
const EXPLAIN = /^\s*explain(\s+analyze\b)?(\s*\([^)]*\))?/i;

/** Everything that is no statement. */
const COMMENTS_AND_SPACE = /--[^\n]*|\/\*[\s\S]*?\*\/|[\s;]/g;

/**
 * Prepares the one statement of `sql`, if it only reads. The database may read the archive folder, and whatever it may
 * read it could also write (COPY … TO), so the kind of statement is looked at.
 * @throws {CommandError} when there is not exactly one statement, or it is not a query.
 */
export async function prepareReadOnly(connection: DuckDBConnection, sql: string): Promise<DuckDBPreparedStatement> {
  if (sql.replaceAll(COMMENTS_AND_SPACE, '') === '') {
    throw new CommandError('expected one SQL statement, got none');
  }
  const statements = await connection.extractStatements(sql);
  if (statements.count !== 1) {
    throw new CommandError(`expected one SQL statement, got ${statements.count}`);
  }
  const statement = await statements.prepare(0);
  if (statement.statementType === StatementType.EXPLAIN) {
    // EXPLAIN ANALYZE runs what it explains.
    const explained = sql.replace(EXPLAIN, '');
    if (explained !== sql) {
      await prepareReadOnly(connection, explained);
      return statement;
    }
  } else if (statement.statementType === StatementType.SELECT) {
    return statement;
  }
  throw new CommandError('this tool only reads: expected SELECT, DESCRIBE, SUMMARIZE, SHOW or EXPLAIN');
}

/** An in-memory database with the views `traces`, `spans` and `traces_raw` over one data folder. */
export interface ArchiveDatabase {
  readonly connection: DuckDBConnection;
  /** Whether there is any kept trace. */
  hasTraces(): Promise<boolean>;
  /** The folder of the archive, with the separator at its end. */
  readonly folder: string;
  readonly files: ArchiveFiles;
  close(): void;
}

/**
 * Opens the archive under `dataDir`. The database can read the archive folder and nothing else.
 * @throws {CommandError} when the data folder does not exist, or its archive keeps tenants apart.
 */
export async function openArchiveDatabase(dataDir: string): Promise<ArchiveDatabase> {
  const archive = resolve(archiveIn(dataDir)) + sep;
  refuseTenantFolders(archive);
  const instance = await DuckDBInstance.create(':memory:', { temp_directory: '' });
  const connection = await instance.connect();
  const close = () => {
    connection.closeSync();
    instance.closeSync();
  };
  let files: ArchiveFiles;
  try {
    files = await listArchiveFiles(connection, escapeGlob(archive));
    for (const statement of viewStatements(files)) {
      await connection.run(statement);
    }
    for (const macro of TRINO_MACROS) {
      await connection.run(macro);
    }
    await lockDown(connection, archive);
  } catch (error) {
    close();
    throw error;
  }
  return { connection, hasTraces: () => hasRows(connection, 'traces'), folder: archive, files, close };
}

/** True also for a view that cannot be read: a hint about emptiness would be wrong there. */
async function hasRows(connection: DuckDBConnection, view: string): Promise<boolean> {
  try {
    return (await countRows(connection, `(FROM ${view} LIMIT 1)`)) > 0;
  } catch {
    return true;
  }
}

async function lockDown(connection: DuckDBConnection, archive: string): Promise<void> {
  // A pattern is compared with the allowed folders before it is expanded, as it is spelled.
  await connection.run(`SET allowed_directories = [${quoted(archive)}, ${quoted(escapeGlob(archive))}]`);
  await connection.run('SET enable_external_access = false');
  await connection.run('SET lock_configuration = true');
}

async function countRows(connection: DuckDBConnection, from: string): Promise<number> {
  const reader = await connection.runAndReadAll(`SELECT count(*) FROM ${from}`);
  return Number(reader.value(0, 0));
}

function escapeGlob(path: string): string {
  return path.replaceAll(/[[*?]/g, '[$&]');
}
