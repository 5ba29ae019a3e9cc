import { openArchiveDatabase } from '../query/duckdb/database.ts';

/** A span of a kept trace. */
export interface KeptSpan {
  readonly spanId: string;
  readonly parentSpanId: string | null;
  readonly service: string;
  readonly name: string;
  /** Nanoseconds since the epoch. */
  readonly startNs: bigint;
  readonly endNs: bigint;
  readonly isError: boolean;
  /** `exception.type: exception.message` of its first exception. */
  readonly exception: string | null;
}

/** A trace as the archive has it. */
export interface KeptTrace {
  readonly traceId: string;
  readonly rootService: string;
  readonly rootName: string;
  readonly durationMs: number;
  readonly isError: boolean;
  readonly policy: string;
  readonly weight: number | null;
  /** Lines in the archive: more than one when spans came after the decision. */
  readonly lineCount: number;
  /** By start time. A span that is there twice is listed twice. */
  readonly spans: readonly KeptSpan[];
}

const TRACES = `SELECT trace_id, root_service, root_name, duration_ms, status = 'ERROR', sampling_policy, sample_weight
  FROM traces ORDER BY start_time, trace_id`;

const SPANS = `SELECT trace_id, seq, span_id, parent_span_id, service, name, start_ns, end_ns, status = 'ERROR',
  list_filter(events, lambda e: e.name = 'exception')[1].attributes AS exception,
  exception['exception.type'] || ': ' || exception['exception.message']
  FROM spans ORDER BY start_ns, end_ns DESC`;

/** Reads the kept traces through the views that `npm run query` offers. */
export async function readKeptTraces(dataDir: string): Promise<KeptTrace[]> {
  const database = await openArchiveDatabase(dataDir);
  try {
    const spans = Map.groupBy((await database.connection.runAndReadAll(SPANS)).getRows(), (row) => String(row[0]));
    const traces = (await database.connection.runAndReadAll(TRACES)).getRows();
    return traces.map(([traceId, rootService, rootName, durationMs, isError, policy, weight]) => {
      const rows = spans.get(String(traceId)) ?? [];
      return {
        traceId: String(traceId),
        rootService: textOf(rootService),
        rootName: textOf(rootName),
        durationMs: Number(durationMs),
        isError: isError === true,
        policy: String(policy),
        weight: weight === null ? null : Number(weight),
        lineCount: new Set(rows.map((row) => row[1])).size,
        spans: rows.map(([, , spanId, parentSpanId, service, name, startNs, endNs, isErrorSpan, , exception]) => ({
          spanId: String(spanId),
          parentSpanId: typeof parentSpanId === 'string' ? parentSpanId : null,
          service: textOf(service),
          name: textOf(name),
          startNs: typeof startNs === 'bigint' ? startNs : 0n,
          endNs: typeof endNs === 'bigint' ? endNs : 0n,
          isError: isErrorSpan === true,
          exception: typeof exception === 'string' ? exception : null,
        })),
      };
    });
  } finally {
    database.close();
  }
}

/** '' for NULL: a trace may have no root service, and a span no name. */
function textOf(value: unknown): string {
  return value === null ? '' : String(value);
}
