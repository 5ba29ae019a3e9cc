/**
 * The columns of the views `traces` and `spans`: one description for every place that has these views. Athena's views are
 * declared from it, and the local query tool builds the same views over the local archive.
 */
export interface ViewColumn {
  readonly name: string;
  /** Type as a Glue table spells it. */
  readonly glueType: string;
  /** Type as Trino, and so Athena's view document, spells it. */
  readonly trinoType: string;
  /** Type as DuckDB spells it. */
  readonly duckDbType: string;
  /** One sentence for the reader, with the unit. */
  readonly meaning: string;
}

interface ColumnType {
  readonly glueType: string;
  readonly trinoType: string;
  readonly duckDbType: string;
}

const TEXT: ColumnType = { glueType: 'string', trinoType: 'varchar', duckDbType: 'VARCHAR' };
const INTEGER: ColumnType = { glueType: 'int', trinoType: 'integer', duckDbType: 'INTEGER' };
const BIGINT: ColumnType = { glueType: 'bigint', trinoType: 'bigint', duckDbType: 'BIGINT' };
const DOUBLE: ColumnType = { glueType: 'double', trinoType: 'double', duckDbType: 'DOUBLE' };
const TIMESTAMP: ColumnType = { glueType: 'timestamp', trinoType: 'timestamp(3)', duckDbType: 'TIMESTAMP' };
const TEXTS: ColumnType = { glueType: 'array<string>', trinoType: 'array(varchar)', duckDbType: 'VARCHAR[]' };
const TEXT_MAP: ColumnType = {
  glueType: 'map<string,string>',
  trinoType: 'map(varchar,varchar)',
  duckDbType: 'MAP(VARCHAR, VARCHAR)',
};
const EVENTS: ColumnType = {
  glueType: 'array<struct<time_ns:bigint,name:string,attributes:map<string,string>>>',
  trinoType: 'array(row("time_ns" bigint,"name" varchar,"attributes" map(varchar,varchar)))',
  duckDbType: 'STRUCT(time_ns BIGINT, "name" VARCHAR, attributes MAP(VARCHAR, VARCHAR))[]',
};
const LINKS: ColumnType = {
  glueType: 'array<struct<trace_id:string,span_id:string>>',
  trinoType: 'array(row("trace_id" varchar,"span_id" varchar))',
  duckDbType: 'STRUCT(trace_id VARCHAR, span_id VARCHAR)[]',
};

const PARTITION_COLUMNS = [
  column('dt', TEXT, 'Day of the trace start, UTC, YYYY-MM-DD; a condition on it saves reading the other days.'),
  column('hour', INTEGER, 'Hour of the trace start, UTC, 0 to 23; a condition on it saves reading the other hours.'),
];

/** One row per kept trace. */
export const TRACES_COLUMNS: readonly ViewColumn[] = [
  column('trace_id', TEXT, 'Trace ID, 32 lower-case hex digits.'),
  column('start_time', TIMESTAMP, 'Start of the earliest span, UTC.'),
  column('duration_ms', DOUBLE, 'From the earliest start to the latest end, in milliseconds.'),
  column('root_service', TEXT, 'Service of the root span, or of the earliest span when there is no root.'),
  column('root_name', TEXT, 'Name of the root span, or of the earliest span when there is no root.'),
  column('services', TEXTS, 'Every service.name in the trace.'),
  column('span_count', INTEGER, 'Number of spans.'),
  column('error_count', INTEGER, 'Number of spans with status ERROR.'),
  column('status', TEXT, 'ERROR when any span has status ERROR, else OK.'),
  column('sampling_policy', TEXT, 'The policy that kept the trace.'),
  column('sample_weight', DOUBLE, 'How many traces this one stands for; NULL when that is unknown.'),
  column('decided_at', TIMESTAMP, 'When the trace was decided, UTC.'),
  ...PARTITION_COLUMNS,
];

/** One row per span of a kept trace. */
export const SPANS_COLUMNS: readonly ViewColumn[] = [
  column('trace_id', TEXT, 'Trace ID, 32 lower-case hex digits.'),
  column('span_id', TEXT, 'Span ID, 16 lower-case hex digits.'),
  column('parent_span_id', TEXT, 'Span ID of the parent; NULL for a root span.'),
  column('service', TEXT, 'service.name of the resource.'),
  column('name', TEXT, 'Name of the span.'),
  column('kind', TEXT, 'INTERNAL, SERVER, CLIENT, PRODUCER, CONSUMER or UNSPECIFIED.'),
  column('start_time', TIMESTAMP, 'Start of the span, UTC, to the millisecond.'),
  column('start_ns', BIGINT, 'Start of the span, in nanoseconds since the epoch.'),
  column('end_ns', BIGINT, 'End of the span, in nanoseconds since the epoch.'),
  column('duration_ms', DOUBLE, 'Duration of the span, in milliseconds.'),
  column('status', TEXT, 'UNSET, OK or ERROR.'),
  column('status_code', INTEGER, 'The same as a number: 0, 1 or 2.'),
  column('status_message', TEXT, 'What the instrumentation says about the status.'),
  column('http_method', TEXT, 'Attribute http.request.method, or the older http.method.'),
  column('http_route', TEXT, 'Attribute http.route.'),
  column('http_status', INTEGER, 'Attribute http.response.status_code, or the older http.status_code.'),
  column('db_system', TEXT, 'Attribute db.system.name, or the older db.system.'),
  column('db_query', TEXT, 'Attribute db.query.text, or the older db.statement.'),
  column('attributes', TEXT_MAP, 'Attributes of the span as text; arrays and key-value lists as JSON.'),
  column('resource_attributes', TEXT_MAP, 'Attributes of the resource as text; arrays and key-value lists as JSON.'),
  column('events', EVENTS, 'Events of the span, such as exceptions; time_ns is in nanoseconds since the epoch.'),
  column('links', LINKS, 'Spans of other traces that this span is linked to.'),
  column('scope_name', TEXT, 'Name of the instrumentation scope.'),
  column('scope_version', TEXT, 'Version of the instrumentation scope.'),
  column('trace_state', TEXT, 'W3C tracestate of the span.'),
  column('root_service', TEXT, 'As in traces.'),
  column('root_name', TEXT, 'As in traces.'),
  column('trace_duration_ms', DOUBLE, 'duration_ms of the trace, in milliseconds.'),
  column('trace_status', TEXT, 'status of the trace.'),
  column('sampling_policy', TEXT, 'As in traces.'),
  column('sample_weight', DOUBLE, 'As in traces.'),
  column('seq', INTEGER, '0 on the first line of a trace; 1 and more on further lines (large traces, late spans).'),
  ...PARTITION_COLUMNS,
];

/** One row per line of the archive, exactly as it is stored. */
export const TRACES_RAW_COLUMNS: readonly ViewColumn[] = [
  column('line', TEXT, 'The line as it is stored: OTLP JSON TracesData, then the columns of traces.'),
  ...PARTITION_COLUMNS,
];

function column(name: string, type: ColumnType, meaning: string): ViewColumn {
  return { name, ...type, meaning };
}
