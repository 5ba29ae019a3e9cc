import { ContentTable } from '../otlp/content-table.ts';

/**
 * Unfinished copies of spans. Some SDKs export a span when it starts, or while it goes on, and again when it ends. In the
 * archive an unfinished copy gives way to a finished one (docs/adr/0006-copies-that-differ.md).
 *
 * A span is unfinished when it has no end time, or 0, which protobuf does not tell from none. Any other end time is one,
 * also one that no column can hold. Copies of a span have the same trace, span ID, kind, start time and name.
 *
 * The rule applies where copies meet, in the form that they have there:
 * - in the buffer, on protobuf: `lib/otlp/trace/unfinished.ts`, before a line is written;
 * - in a part, on rows: {@link withoutUnfinishedCopies};
 * - in a replay, on OTLP JSON: `lib/cli/replay/unfinished-spans.ts`;
 * - in the queries of one trace, in SQL on `end_ns`: `queries/waterfall.sql`, `grafana/queries/trace.sql`.
 */
export function isFinished(endTime: string | number | bigint | null | undefined): boolean {
  return Number(endTime ?? 0) !== 0;
}

/** What copies of a span have in common, as OTLP JSON or a row has it. */
export interface SpanIdentity {
  readonly traceId: unknown;
  readonly spanId: unknown;
  readonly kind: unknown;
  readonly name: unknown;
  /** 0: none. */
  readonly startNanos: string;
}

/** The same text for copies of a span. */
export function identityOf({ traceId, spanId, kind, name, startNanos }: SpanIdentity): string {
  return JSON.stringify([traceId, spanId, kind, name, startNanos]);
}

/** A row of a part, by the names of its columns. */
type Row = { readonly record: 'span' | 'trace' } & Readonly<Record<string, unknown>>;

/** The rows of a part without those of unfinished spans of which a finished copy is among them. */
export function withoutUnfinishedCopies<PartRow extends Row>(rows: readonly PartRow[]): readonly PartRow[] {
  const traces = new Set(rows.filter(isUnfinishedSpan).map((row) => row['trace_id']));
  if (traces.size === 0) return rows;
  const identities = new ContentTable();
  const finished = new Set<number>();
  for (const row of rows) {
    if (row.record === 'span' && !isUnfinishedSpan(row) && traces.has(row['trace_id']))
      finished.add(identify(row, identities));
  }
  return rows.filter((row) => !isUnfinishedSpan(row) || !finished.has(identify(row, identities)));
}

function isUnfinishedSpan(row: Row): boolean {
  return row.record === 'span' && !isFinished(row['end_ns'] as bigint | null | undefined);
}

const utf8 = new TextEncoder();

/** A number for the identity: names may be long, and a part has many spans. */
function identify(row: Row, identities: ContentTable): number {
  const { trace_id: traceId, span_id: spanId, kind, name, start_ns: start } = row;
  const identity = identityOf({ traceId, spanId, kind, name: name ?? '', startNanos: String(start ?? 0) });
  const bytes = utf8.encode(identity);
  return identities.continued(-1, bytes, 0, bytes.length);
}
