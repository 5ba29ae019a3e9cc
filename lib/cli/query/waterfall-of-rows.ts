import type { DrawnTrace } from '../../terminal/waterfall.ts';
import type { PlainValue } from './query-result.ts';

type Row = Readonly<Record<string, PlainValue>>;

/**
 * What the query `waterfall` answers about a trace, as it is drawn.
 * @param rows at least one
 * @param fate @default kept by the policy that the rows name
 */
export function waterfallOfRows(traceId: string, rows: readonly Row[], fate?: string): DrawnTrace {
  const roots = rows.filter((row) => row['parent_span_id'] === null);
  const root = earliest(roots) ?? roots[0] ?? earliest(rows) ?? rows[0] ?? {};
  return {
    traceId,
    title: `${text(root['service'])} ${text(root['name'])}`,
    fate: fate ?? `kept by ${text(root['sampling_policy'])}`,
    spans: rows.map((row) => ({
      service: text(row['service']),
      name: text(row['name']),
      depth: number(row['depth']) ?? 0,
      offsetMs: number(row['offset_ms']),
      durationMs: number(row['duration_ms']),
      isError: row['status'] === 'ERROR',
    })),
    cause: causeOf(rows),
  };
}

/** Of those that have a start. */
function earliest(rows: readonly Row[]): Row | undefined {
  const startOf = (row: Row) => number(row['offset_ms']) ?? Number.POSITIVE_INFINITY;
  const [first] = rows.filter((row) => number(row['offset_ms']) !== null).sort((a, b) => startOf(a) - startOf(b));
  return first;
}

/** What the deepest failing span says of those that say something, as in the query `errors`. */
function causeOf(rows: readonly Row[]): string | undefined {
  const telling = rows.filter((row) => row['status'] === 'ERROR' && text(row['message']) !== '');
  const endOf = (row: Row) => (number(row['offset_ms']) ?? 0) + (number(row['duration_ms']) ?? 0);
  const [first] = telling.sort((a, b) => (number(b['depth']) ?? 0) - (number(a['depth']) ?? 0) || endOf(a) - endOf(b));
  return first && `${text(first['service'])}: ${text(first['message'])}`;
}

function text(value: PlainValue | undefined): string {
  return value === null || value === undefined ? '' : String(value);
}

function number(value: PlainValue | undefined): number | null {
  return typeof value === 'number' ? value : null;
}
