import { cutOffObjects } from './duckdb/damaged-objects.ts';
import type { ArchiveDatabase } from './duckdb/database.ts';
import { quoted } from './duckdb/views.ts';
import { QueryError } from './query-error.ts';

/** Damaged objects that are named. */
const MAX_LISTED = 5;
/** What DuckDB says of gzip without the name of the file. */
const NAMELESS = 'Input is not a GZIP stream';

/** @throws {QueryError} when one of the objects is not whole: DuckDB would give a wrong answer, or none */
export function refuseCutOff(objects: readonly string[], { folder }: ArchiveDatabase): void {
  const keys = cutOffObjects(objects).map((path) => path.slice(folder.length));
  if (keys.length === 0) return;
  const which = keys.length === 1 ? 'an object of the archive is' : `${keys.length} objects of the archive are`;
  const listed = keys.slice(0, MAX_LISTED).join('\n  ');
  throw new QueryError(`${which} cut off:\n  ${listed}\n${advice(folder)}`);
}

/** A failure to read an object of the archive, as an error that names it; any other failure as it is. */
export async function explainArchiveError(error: unknown, database: ArchiveDatabase): Promise<unknown> {
  if (!(error instanceof Error)) return error;
  const { folder, files } = database;
  const named = files.objects.find((path) => error.message.includes(path));
  const path = named ?? (error.message.includes(NAMELESS) ? await firstUnreadable(database) : undefined);
  if (path === undefined) return error;
  const [reason = ''] = error.message
    .replace(/^[\w ]+Error: /, '')
    .replace(`file "${path}"`, 'it')
    .split('\n');
  return new QueryError(
    `${path.slice(folder.length)} is damaged, or not an object of the archive:\n  ${reason}\n${advice(folder)}`,
    { cause: error },
  );
}

async function firstUnreadable({ connection, files }: ArchiveDatabase): Promise<string | undefined> {
  for (const path of files.objects) {
    try {
      await connection.run(`SELECT count(*) FROM read_json_objects(${quoted(path)}, compression = 'gzip')`);
    } catch {
      return path;
    }
  }
  return undefined;
}

function advice(folder: string): string {
  return `restore what is damaged, or move it out of ${folder} to get answers without it`;
}
