import { type DataType, duckDbType, glueType, trinoType } from './data-type.ts';
import { RESOURCE_SPANS_TYPE } from './otlp-type.ts';

/** A column of a table or view. */
export interface Column {
  readonly name: string;
  readonly type: DataType;
  /** The type as a Glue table spells it. */
  readonly glueType: string;
  /** The type as Trino, and so Athena's view document, spells it. */
  readonly trinoType: string;
  /** The type as DuckDB spells it. */
  readonly duckDbType: string;
  /** One sentence for the reader, with the unit; Glue stores up to 255 characters. */
  readonly meaning: string;
}

export function column(name: string, type: DataType, meaning: string): Column {
  return {
    name,
    type,
    glueType: glueType(type),
    trinoType: trinoType(type),
    duckDbType: duckDbType(type),
    meaning,
  };
}

/** The names of the columns as a list in SQL. */
export function names(columns: readonly { readonly name: string }[]): string {
  return columns.map(({ name }) => name).join(', ');
}

const TEXT_MAP: DataType = { mapOfTextTo: 'text' };

export const EVENTS_TYPE: DataType = {
  list: {
    fields: [
      { name: 'time_ns', type: 'bigint' },
      { name: 'name', type: 'text' },
      { name: 'attributes', type: TEXT_MAP },
    ],
  },
};

export const LINKS_TYPE: DataType = {
  list: {
    fields: [
      { name: 'trace_id', type: 'text' },
      { name: 'span_id', type: 'text' },
    ],
  },
};

const TIME_PARTITIONS: readonly Column[] = [
  column(
    'dt',
    'text',
    'Day that the trace is filed under, UTC, YYYY-MM-DD: of its start, or of its arrival if the two are more than 24 hours apart. A condition on it avoids reading other days.',
  ),
  column(
    'hour',
    'integer',
    'Hour that the trace is filed under, UTC, 0 to 23, as in dt. A condition on it avoids reading other hours.',
  ),
];

const TENANT_PARTITION = column('tenant', 'text', "Whose traces these are; each query must say: tenant = '…'.");

/** The folders in the keys of the archive, outermost first: `tenant` only in an archive that keeps tenants apart. */
export function partitionColumns(tenants: boolean): readonly Column[] {
  return tenants ? [TENANT_PARTITION, ...TIME_PARTITIONS] : TIME_PARTITIONS;
}

/** What every line of a trace says about the trace. */
const TRACE_COLUMNS: readonly Column[] = [
  column('trace_id', 'text', 'Trace ID, 32 lower-case hex digits.'),
  column('start_time', 'timestamp', 'Start of the earliest span, UTC; NULL when no span has one.'),
  column(
    'duration_ms',
    'double',
    'From the earliest start to the latest end, in milliseconds; 0 when that is negative, NULL when there is no start or no end.',
  ),
  column(
    'root_service',
    'text',
    'Service of the root span, or of the earliest span when there is no root; NULL when it has none.',
  ),
  column(
    'root_name',
    'text',
    'Name of the root span, or of the earliest span when there is no root; NULL when it has none.',
  ),
  column('services', { list: 'text' }, 'Every service.name in the trace, sorted.'),
  column('span_count', 'integer', 'Number of spans; an unfinished copy of a finished span does not count.'),
  column('error_count', 'integer', 'Number of spans with status ERROR.'),
  column('status', 'text', 'ERROR when any span has status ERROR, else OK.'),
  column('sampling_policy', 'text', 'The policy that sampled the trace.'),
  column('sample_weight', 'double', 'How many traces this one stands for; NULL when that is unknown.'),
  column('decided_at', 'timestamp', 'When the trace was decided, UTC.'),
];

const SEQ_COLUMN = column(
  'seq',
  'integer',
  '0 on the first line of a trace; 1 and more on further lines (large traces, late spans).',
);

/** The table `traces_otlp`, one row per line of the archive, without its partitions. */
export const TABLE_COLUMNS: readonly Column[] = [
  column('resourcespans', RESOURCE_SPANS_TYPE, 'The spans as OTLP JSON has them, all names in lower case.'),
  ...TRACE_COLUMNS,
  SEQ_COLUMN,
];

/** The view `traces`: one row per kept trace. */
export function tracesColumns(tenants: boolean): readonly Column[] {
  return [...TRACE_COLUMNS, ...partitionColumns(tenants)];
}

const SPAN_COLUMNS: readonly Column[] = [
  column('trace_id', 'text', 'Trace ID, 32 lower-case hex digits.'),
  column('span_id', 'text', 'Span ID, 16 lower-case hex digits.'),
  column(
    'parent_span_id',
    'text',
    'Span ID of the parent; NULL for a root span, whose parent ID is missing or all zero.',
  ),
  column('service', 'text', 'service.name of the resource; NULL when it is missing or empty.'),
  column('name', 'text', 'Name of the span.'),
  column('kind', 'text', 'INTERNAL, SERVER, CLIENT, PRODUCER, CONSUMER, or UNSPECIFIED, also for unknown kinds.'),
  column('start_time', 'timestamp', 'Start of the span, UTC, truncated to the millisecond.'),
  column('start_ns', 'bigint', 'Start of the span, in nanoseconds since the epoch; NULL when it has none, or 0.'),
  column(
    'end_ns',
    'bigint',
    'End of the span, in nanoseconds since the epoch; NULL when it has none, or 0; the largest bigint when it is after April 2262.',
  ),
  column(
    'duration_ms',
    'double',
    'Duration of the span, in milliseconds; negative when it ends before it starts, NULL without both times.',
  ),
  column('status', 'text', 'UNSET, OK or ERROR; unknown codes are UNSET.'),
  column('status_code', 'integer', 'The same as a number: 0, 1 or 2; an unknown code as it was sent.'),
  column('status_message', 'text', 'What the instrumentation says about the status.'),
  column('http_method', 'text', 'Attribute http.request.method, or the older http.method.'),
  column('http_route', 'text', 'Attribute http.route.'),
  column('http_status', 'integer', 'Attribute http.response.status_code, or the older http.status_code.'),
  column('db_system', 'text', 'Attribute db.system.name, or the older db.system.'),
  column('db_query', 'text', 'Attribute db.query.text, or the older db.statement.'),
  column(
    'attributes',
    TEXT_MAP,
    'Attributes of the span as text; arrays and key-value lists as JSON. A repeated key has its first value.',
  ),
  column(
    'resource_attributes',
    TEXT_MAP,
    'Attributes of the resource as text; arrays and key-value lists as JSON. A repeated key has its first value.',
  ),
  column('exception_type', 'text', 'Attribute exception.type of the first event that has it.'),
  column('exception_message', 'text', 'Attribute exception.message of the first event that has it.'),
  column('events', EVENTS_TYPE, 'Events of the span, such as exceptions; time_ns is in nanoseconds since the epoch.'),
  column(
    'links',
    LINKS_TYPE,
    'Spans of other traces that this span is linked to; an ID that is missing or all zero is NULL.',
  ),
  column('linked_trace_ids', { list: 'text' }, 'Trace IDs of the links, 32 lower-case hex digits each.'),
  column('scope_name', 'text', 'Name of the instrumentation scope.'),
  column('scope_version', 'text', 'Version of the instrumentation scope.'),
  column('trace_state', 'text', 'W3C tracestate of the span.'),
  column('root_service', 'text', 'As in traces.'),
  column('root_name', 'text', 'As in traces.'),
  column(
    'trace_start_time',
    'timestamp',
    'start_time of the trace, UTC, as known when the spans of this line were decided.',
  ),
  column('trace_duration_ms', 'double', 'duration_ms of the trace, in milliseconds.'),
  column('trace_status', 'text', 'status of the trace.'),
  column('sampling_policy', 'text', 'As in traces.'),
  column('sample_weight', 'double', 'As in traces.'),
  column(
    'decided_at',
    'timestamp',
    'When the spans of this line were decided, UTC; later than in traces for late spans.',
  ),
  SEQ_COLUMN,
];

/** The view `spans`: one row per span of a kept trace. */
export function spansColumns(tenants: boolean): readonly Column[] {
  return [...SPAN_COLUMNS, ...partitionColumns(tenants)];
}

/** The table `traces_raw`: one row per line of the archive, exactly as it is stored. */
export const RAW_COLUMNS: readonly Column[] = [
  column('line', 'text', 'The line as it is stored: OTLP JSON TracesData, then the columns of traces.'),
];

/** The columns of `traces_raw` with its partitions, as a query sees them. */
export function tracesRawColumns(tenants: boolean): readonly Column[] {
  return [...RAW_COLUMNS, ...partitionColumns(tenants)];
}

const RECORD_COLUMN = column(
  'record',
  'text',
  "What the row is: 'span', or 'trace' for the row of a trace in the view traces.",
);

/**
 * The largest columns, in their order at the end of a row group. Readers fetch what is less than about a megabyte apart in
 * one piece: what most queries need is together, and they fetch none of these.
 */
const LARGE: readonly string[] = [
  'db_query',
  'status_message',
  'exception_message',
  'trace_state',
  'links',
  'linked_trace_ids',
  'events',
  'resource_attributes',
  'attributes',
  'trace_id',
  'span_id',
  'parent_span_id',
];

/**
 * The table `spans_parquet` without its partitions: the rows of both views; `record` distinguishes them. Columns that both
 * views have are stored once; those of the other kind of row are NULL.
 */
export const PART_COLUMNS: readonly Column[] = largeLast([
  RECORD_COLUMN,
  ...new Map(
    [...tracesColumns(false), ...spansColumns(false)]
      .filter(({ name }) => name !== 'dt' && name !== 'hour')
      .map((one) => [one.name, one]),
  ).values(),
]);

function largeLast(columns: readonly Column[]): readonly Column[] {
  const place = ({ name }: Column) => LARGE.indexOf(name);
  return [...columns].sort((a, b) => place(a) - place(b));
}
