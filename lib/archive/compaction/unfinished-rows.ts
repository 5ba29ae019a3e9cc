import { ContentTable } from '../../otlp/content-table.ts';
import type { PartRow } from './span-rows.ts';

/**
 * The rows without those of unfinished spans (`end_ns` NULL or 0) of which a finished copy is among them. Copies have the
 * same trace, span ID, kind, start time and name, as in `lib/otlp/trace/unfinished.ts`.
 *
 * The archive keeps an unfinished span that was written before the finished one came. Here most pairs meet.
 */
export function withoutUnfinishedCopies(rows: readonly PartRow[]): readonly PartRow[] {
  const traces = new Set(rows.filter(isUnfinished).map((row) => row['trace_id']));
  if (traces.size === 0) return rows;
  const identities = new ContentTable();
  const finished = new Set<number>();
  for (const row of rows) {
    if (row.record === 'span' && !isUnfinished(row) && traces.has(row['trace_id']))
      finished.add(identify(row, identities));
  }
  return rows.filter((row) => !isUnfinished(row) || !finished.has(identify(row, identities)));
}

function isUnfinished(row: PartRow): boolean {
  return row.record === 'span' && !row['end_ns'];
}

const utf8 = new TextEncoder();

function identify(row: PartRow, identities: ContentTable): number {
  const identity = [row['trace_id'], row['span_id'], row['kind'], String(row['start_ns'] ?? 0), row['name'] ?? ''];
  const bytes = utf8.encode(JSON.stringify(identity));
  return identities.continued(-1, bytes, 0, bytes.length);
}
