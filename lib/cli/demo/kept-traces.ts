import type { DrawnTrace } from '../../terminal/waterfall.ts';
import { type ArchiveDatabase, prepareReadOnly } from '../query/duckdb/database.ts';
import { toDuckDb } from '../query/duckdb/trino-dialect.ts';
import { duckDbResult } from '../query/duckdb/values.ts';
import { namedStatement } from '../query/library.ts';
import { type PlainRow, plainRow } from '../query/print-result.ts';
import { waterfallOfRows } from '../query/waterfall-of-rows.ts';

/** A span of a kept trace. */
export interface KeptSpan {
  readonly spanId: string;
  readonly service: string;
}

/** A trace as the archive has it. */
export interface KeptTrace {
  readonly traceId: string;
  readonly rootName: string;
  readonly durationMs: number;
  readonly isError: boolean;
  readonly policy: string;
  readonly weight: number | null;
  /** Lines in the archive: more than one when spans came after the decision. */
  readonly lineCount: number;
  /** A span that is there twice is listed twice. */
  readonly spans: readonly KeptSpan[];
}

const TRACES = `SELECT trace_id, root_name, duration_ms, status = 'ERROR', sampling_policy, sample_weight
  FROM traces ORDER BY start_time, trace_id`;

const SPANS = 'SELECT trace_id, seq, span_id, service FROM spans ORDER BY start_ns, end_ns DESC';

/** Reads the kept traces through the views that `tailgate query` offers. */
export async function readKeptTraces({ connection }: ArchiveDatabase): Promise<KeptTrace[]> {
  const spans = Map.groupBy((await connection.runAndReadAll(SPANS)).getRows(), (row) => String(row[0]));
  const traces = (await connection.runAndReadAll(TRACES)).getRows();
  return traces.map(([traceId, rootName, durationMs, isError, policy, weight]) => {
    const rows = spans.get(String(traceId)) ?? [];
    return {
      traceId: String(traceId),
      rootName: textOf(rootName),
      durationMs: Number(durationMs),
      isError: isError === true,
      policy: String(policy),
      weight: weight === null ? null : Number(weight),
      lineCount: new Set(rows.map((row) => row[1])).size,
      spans: rows.map(([, , spanId, service]) => ({ spanId: String(spanId), service: textOf(service) })),
    };
  });
}

/** A kept trace as `tailgate query waterfall` draws it. */
export async function readWaterfall({ connection }: ArchiveDatabase, traceId: string): Promise<DrawnTrace> {
  const sql = toDuckDb(namedStatement('waterfall', { trace_id: traceId }, { nowMs: Date.now() }));
  const { columns, batches } = duckDbResult(await (await prepareReadOnly(connection, sql)).stream());
  const rows: PlainRow[] = [];
  for await (const batch of batches) rows.push(...batch.map((row) => plainRow(columns, row)));
  return waterfallOfRows(traceId, rows);
}

/** '' for NULL: a trace may have no root service, and a span no name. */
function textOf(value: unknown): string {
  return value === null ? '' : String(value);
}
