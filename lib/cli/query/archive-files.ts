import type { DuckDBConnection } from '@duckdb/node-api';
import { OBJECTS_KEY } from '../../archive/compaction/part-file.ts';
import { quoted } from './duckdb/views.ts';

/** Names that start with a dot or an underscore are hidden, as they are for Athena. */
const OBJECTS = 'traces/dt=*/hour=[0-9][0-9]/[!._]*.jsonl.gz';
const PARTS = 'spans/dt=*/hour=[0-9][0-9]/part-*.parquet';

/** The files of a local archive. */
export interface ArchiveFiles {
  /** All objects of lines, in order. */
  readonly objects: readonly string[];
  /** Those that are in no part. */
  readonly uncovered: readonly string[];
  readonly parts: readonly string[];
}

/**
 * Lists them, once for all queries of a run: what is in a part of the list is not read from JSON, and the other way round,
 * whatever is compacted meanwhile.
 *
 * @param archive path of the archive folder with a slash at its end, as a pattern
 */
export async function listArchiveFiles(connection: DuckDBConnection, archive: string): Promise<ArchiveFiles> {
  const parts = await column(connection, `SELECT file FROM glob(${quoted(archive + PARTS)})`);
  const covered =
    parts.length === 0
      ? []
      : await column(
          connection,
          `SELECT regexp_replace(file_name, '/spans/(dt=[^/]+/hour=[^/]+)/[^/]+$', '/traces/\\1/') ||
                  unnest(from_json(decode(value), '["VARCHAR"]'))
           FROM parquet_kv_metadata([${parts.map(quoted).join(', ')}]) WHERE decode(key) = ${quoted(OBJECTS_KEY)}`,
        );
  const objects = await column(connection, `SELECT file FROM glob(${quoted(archive + OBJECTS)}) ORDER BY file`);
  const isCovered = new Set(covered);
  return { objects, uncovered: objects.filter((object) => !isCovered.has(object)), parts };
}

async function column(connection: DuckDBConnection, sql: string): Promise<string[]> {
  const reader = await connection.runAndReadAll(sql);
  return reader.getRows().map(([value]) => String(value));
}
