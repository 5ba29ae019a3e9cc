import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { text } from 'node:stream/consumers';
import type { PartitionRange } from '../../aws/archive-objects.ts';
import { openArchiveDatabase } from '../query/duckdb/database.ts';
import { prepareReadOnly } from '../query/prepare-read-only.ts';
import { readTraceId } from './arguments.ts';
import { partitionCondition } from './partition-condition.ts';
import { ReplayError } from './replay-error.ts';

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
