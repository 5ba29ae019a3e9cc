import { rangeOf } from '../../archive/hours.ts';
import { filedHour } from '../../archive/layout.ts';
import type { QueryWindow } from '../../archive/tables/render-query.ts';
import { parseTraceId } from '../../archive/trace-id.ts';
import { windowCondition, windowHours } from '../../archive/window.ts';
import { counted } from '../../text/messages.ts';
import type { ArchiveDatabase } from './duckdb/database.ts';
import type { Question } from './question.ts';

/** The hint for an answer without rows, of DuckDB and of Athena. */
export const NO_ROWS_HINT =
  'no rows. A trace is in the window when it began in it; one that arrived more than 24 hours from its start is filed under ' +
  'its arrival: see --from and --to';

/**
 * The hint for a query of one trace that found no row: the archive cannot tell a trace that was not kept from one that never came.
 * @param place `--stack NAME`, or `--data FOLDER`
 */
export function traceHint({ trace_id: given = '' }: Question['values'], place: string): string | undefined {
  const id = parseTraceId(given);
  return id && `tailgate trace ${id} ${place} says where this trace is, and why`;
}

/**
 * What to know when a named query found nothing, or nothing can be in its window, so that an empty answer is not taken for a
 * good one: where the traces are. Undefined: nothing is to be said.
 */
export async function windowHint(
  database: ArchiveDatabase,
  window: QueryWindow,
  nowMs: number,
  rowCount: number,
): Promise<string | undefined> {
  const outside = outsideHint(database, window, nowMs, '--from and --to');
  if (outside === undefined && rowCount > 0) return undefined;
  return (await elsewhereHint(database, window, nowMs)) ?? outside;
}

/**
 * What to say of a window in whose hours the archive has nothing at all; undefined: it has something.
 * @param options that set the window
 */
export function outsideHint(
  database: ArchiveDatabase,
  window: QueryWindow,
  nowMs: number,
  options: string,
): string | undefined {
  const archive = rangeOf(database.files.objects.map(filedHour));
  if (archive === undefined) return undefined;
  const { first, last } = windowHours(window, nowMs);
  if (last >= archive.first && first <= archive.last) return undefined;
  return (
    `no kept trace is filed under the hours ${first} to ${last}: the archive has ${archive.first} to ${archive.last}, ` +
    `see ${options}`
  );
}

/** Of traces that began in the window by their own clocks, and are filed under hours that it does not read. */
async function elsewhereHint(
  { connection }: ArchiveDatabase,
  window: QueryWindow,
  nowMs: number,
): Promise<string | undefined> {
  const { fromMs, toMs = nowMs } = window;
  const reader = await connection.runAndReadAll(
    `SELECT count(*), min(concat(dt, 'T', lpad(CAST(hour AS VARCHAR), 2, '0'))), max(concat(dt, 'T', lpad(CAST(hour AS VARCHAR), 2, '0')))
     FROM traces
     WHERE start_time >= make_timestamp(${fromMs * 1000}) AND start_time < make_timestamp(${toMs * 1000})
       AND NOT (${windowCondition(window, nowMs, 'traces')})`,
  );
  const [count, first, last] = (reader.getRows()[0] ?? []).map(String);
  if (count === undefined || count === '0') return undefined;
  const traces = counted(Number(count), 'trace');
  const hours = first === last ? `${first}` : `${first} to ${last}`;
  return (
    `${traces} that began in this window arrived more than 24 hours from the start, and ${count === '1' ? 'is' : 'are'} filed under the hour of arrival ` +
    `(${hours}): --from ${first} reads it`
  );
}
