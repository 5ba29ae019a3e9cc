import { statSync } from 'node:fs';
import { resolve, sep } from 'node:path';
import type { DuckDBConnection } from '@duckdb/node-api';
import { DuckDBInstance } from '@duckdb/node-api';
import { LOCAL_ARCHIVE } from '../../../local/archive-bucket.ts';
import { type ArchiveFiles, listArchiveFiles } from '../archive-files.ts';
import { QueryError } from '../query-error.ts';
import { refuseTenantFolders } from '../refuse-tenant-folders.ts';
import { TRINO_MACROS } from '../trino-dialect.ts';
import { quoted, viewStatements } from './views.ts';

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
 * @throws {QueryError} when the data folder does not exist, or its archive keeps tenants apart.
 */
export async function openArchiveDatabase(dataDir: string): Promise<ArchiveDatabase> {
  if (!isFolder(dataDir)) {
    throw new QueryError(`no data folder at ${dataDir}: start Tailgate first (npm start), or name another with --data`);
  }
  const archive = resolve(dataDir, LOCAL_ARCHIVE) + sep;
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

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}
