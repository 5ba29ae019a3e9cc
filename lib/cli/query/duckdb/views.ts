import { MAX_READ_LINE_BYTES } from '../../../archive/read-line.ts';
import {
  type Column,
  spansColumns,
  TABLE_COLUMNS,
  tracesColumns,
  tracesRawColumns,
} from '../../../archive/tables/columns.ts';
import { endNanosSql, idSql, nanosSql, textSql } from '../../../archive/tables/field-sql.ts';

/** The files of a local archive. */
export interface ArchiveFiles {
  /** All objects of lines, in order. */
  readonly objects: readonly string[];
  /** Those that are in no part. */
  readonly uncovered: readonly string[];
  readonly parts: readonly string[];
}

/**
 * DuckDB expressions for OTLP attributes, with the meaning that they have in the Athena view: values as text, the first
 * value of a key that occurs twice, arrays and key-value lists as JSON text one level deep (deeper values: `traces_raw`).
 * Empty ones are `[]` and `{}`, also where OTLP/JSON leaves their `values` out.
 */

const SCALAR = { stringValue: 'VARCHAR', boolValue: 'BOOLEAN', intValue: 'VARCHAR', doubleValue: 'VARCHAR' };
const LEAF = { ...SCALAR, bytesValue: 'VARCHAR' };

/** Shape of a list of attributes for DuckDB's `json_transform`, which turns whatever does not fit into NULL. */
const ATTRIBUTES_SHAPE = [
  {
    key: 'VARCHAR',
    value: {
      ...LEAF,
      arrayValue: { values: [LEAF] },
      kvlistValue: { values: [{ key: 'VARCHAR', value: LEAF }] },
    },
  },
];

/** `MAP(VARCHAR, VARCHAR)` of the attributes; empty when there are none. */
function attributeMap(attributes: string): string {
  const named = `list_filter(coalesce(${attributes}, []), lambda x: x.key IS NOT NULL)`;
  const keys = `list_transform(${named}, lambda x: x.key)`;
  // A map refuses a key twice. Looking for the first of each is quadratic, so it happens only where it must.
  const firstOfEach = `list_filter(${named}, lambda x, i: list_position(${keys}, x.key) = i)`;
  return `CASE WHEN len(${keys}) = len(list_distinct(${keys}))
    THEN ${mapOfUnique(named)} ELSE ${mapOfUnique(firstOfEach)} END`;
}

function mapOfUnique(attributes: string): string {
  return `map_from_entries(list_transform(${attributes}, lambda x: {'key': x.key, 'value': ${anyValueText('x.value')}}))`;
}

function anyValueText(value: string): string {
  const array = listText(`${value}.arrayValue`, leafText('e'), '[]');
  const pair = `{'key': e.key, 'value': ${leafText('e.value')}}`;
  const keyValues = listText(`${value}.kvlistValue`, pair, '{}');
  return `coalesce(${scalarTexts(value)}, ${array}, ${keyValues}, ${value}.bytesValue)`;
}

function leafText(value: string): string {
  return `coalesce(${scalarTexts(value)}, ${value}.bytesValue)`;
}

function scalarTexts(value: string): string {
  return `${value}.stringValue, CAST(${value}.boolValue AS VARCHAR), ${value}.intValue, ${value}.doubleValue`;
}

/** NULL when the value is no such list. */
function listText(list: string, element: string, empty: string): string {
  const values = `${list}.values`;
  const elements = `CAST(to_json(list_transform(${values}, lambda e: ${element})) AS VARCHAR)`;
  return `CASE WHEN len(${values}) > 0 THEN ${elements} WHEN ${list} IS NOT NULL THEN '${empty}' END`;
}

/** Every column is read as text or JSON and cast with TRY_CAST, so that an odd value is NULL and never a failed query. */
const LINE_COLUMNS = TABLE_COLUMNS.map(({ name, type }) => {
  // DuckDB minds the case of keys.
  const key = name === 'resourcespans' ? 'resourceSpans' : name;
  return `${key}: '${typeof type === 'string' ? 'VARCHAR' : 'JSON'}'`;
});

/** The local archive does not keep tenants apart. */
const TENANTS = false;
const TRACES_COLUMNS = tracesColumns(TENANTS);
const SPANS_COLUMNS = spansColumns(TENANTS);
const TRACES_RAW_COLUMNS = tracesRawColumns(TENANTS);

const RESOURCE_SPANS_SHAPE = [
  {
    resource: { attributes: ATTRIBUTES_SHAPE },
    scopeSpans: [
      {
        scope: { name: 'VARCHAR', version: 'VARCHAR' },
        spans: [
          {
            traceId: 'VARCHAR',
            spanId: 'VARCHAR',
            traceState: 'VARCHAR',
            parentSpanId: 'VARCHAR',
            name: 'VARCHAR',
            kind: 'INTEGER',
            startTimeUnixNano: 'VARCHAR',
            endTimeUnixNano: 'VARCHAR',
            attributes: ATTRIBUTES_SHAPE,
            events: [{ timeUnixNano: 'VARCHAR', name: 'VARCHAR', attributes: ATTRIBUTES_SHAPE }],
            links: [{ traceId: 'VARCHAR', spanId: 'VARCHAR' }],
            status: { message: 'VARCHAR', code: 'INTEGER' },
          },
        ],
      },
    ],
  },
];

/** Statements that create the views over the objects of an archive. */
export function viewStatements({ objects, uncovered, parts }: ArchiveFiles): string[] {
  const options = readOptions();
  const lines = `read_json(${listOf(uncovered)}, ${options}, columns = {${LINE_COLUMNS.join(', ')}})`;
  const rows = `read_parquet(${listOf(parts)}, ${HIVE_OPTIONS}, union_by_name = true)`;
  const ofLines = (query: string) => (uncovered.length === 0 ? [] : [query]);
  const ofParts = (query: string) => (parts.length === 0 ? [] : [`${query} UNION ALL BY NAME ${ADDED_COLUMNS}`]);
  return [
    view('traces', TRACES_COLUMNS, [...ofLines(tracesQuery(lines)), ...ofParts(`FROM ${rows} WHERE record = 'trace'`)]),
    view('spans', SPANS_COLUMNS, [...ofLines(spansQuery(lines)), ...ofParts(partSpansQuery(rows))]),
    objects.length === 0
      ? view('traces_raw', TRACES_RAW_COLUMNS, [])
      : `CREATE VIEW traces_raw AS
      SELECT CAST(json AS VARCHAR) AS line, dt, hour FROM read_json_objects(${listOf(objects)}, ${options})`,
  ];
}

function listOf(files: readonly string[]): string {
  return `[${files.map(quoted).join(', ')}]`;
}

/** A text literal. */
export function quoted(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

/** No rows of the columns that parts of an earlier version lack, in which they are NULL. */
const ADDED_COLUMNS = 'SELECT CAST(NULL AS TIMESTAMP) AS trace_start_time WHERE false';

const HIVE_OPTIONS = 'hive_partitioning = true, hive_types = {dt: VARCHAR, hour: INTEGER}';

function readOptions(): string {
  return `format = 'newline_delimited', compression = 'gzip', maximum_object_size = ${MAX_READ_LINE_BYTES}, ${HIVE_OPTIONS}`;
}

/** The columns of the description, in its order and cast to its types. Without a query there are no rows. */
function view(name: string, columns: readonly Column[], queries: readonly string[]): string {
  const casts = columns.map((column) => `TRY_CAST(v.${column.name} AS ${column.duckDbType}) AS ${column.name}`);
  const nulls = columns.map((column) => `CAST(NULL AS ${column.duckDbType}) AS ${column.name}`);
  const selects = queries.map((query) => `SELECT ${casts.join(', ')} FROM (${query}) AS v`);
  const empty = `SELECT ${nulls.join(', ')} WHERE false`;
  return `CREATE VIEW ${name} AS ${selects.length === 0 ? empty : selects.join('\nUNION ALL\n')}`;
}

function tracesQuery(lines: string): string {
  return `SELECT * EXCLUDE (resourceSpans, services) REPLACE (${textSql('root_service')} AS root_service, ${textSql('root_name')} AS root_name),
      json_transform(services, '["VARCHAR"]') AS services
    FROM ${lines} WHERE TRY_CAST(seq AS INTEGER) = 0 AND trace_id IS NOT NULL`;
}

function spansQuery(lines: string): string {
  return `
WITH r AS (
  SELECT dt, hour, seq, ${textSql('root_service')} AS root_service, ${textSql('root_name')} AS root_name,
         start_time AS trace_start_time, duration_ms AS trace_duration_ms, status AS trace_status,
         sampling_policy, sample_weight, decided_at, unnest(json_transform(resourceSpans, ${quoted(JSON.stringify(RESOURCE_SPANS_SHAPE))})) AS rs
  FROM ${lines}
), s AS (
  SELECT * EXCLUDE (rs), ${attributeMap('rs.resource.attributes')} AS resource_attributes, unnest(rs.scopeSpans) AS ss FROM r
), p AS (
  SELECT * EXCLUDE (ss), ss.scope.name AS scope_name, ss.scope.version AS scope_version, unnest(ss.spans) AS sp FROM s
), a AS (
  SELECT *, ${attributeMap('sp.attributes')} AS attributes,
         ${nanosSql('sp.startTimeUnixNano')} AS start_ns, ${endNanosSql('sp.endTimeUnixNano')} AS end_ns,
         coalesce(sp.status.code, 0) AS status_code
  FROM p WHERE sp IS NOT NULL
), b AS (
SELECT * EXCLUDE (sp),
       lower(sp.traceId) AS trace_id, lower(sp.spanId) AS span_id,
       ${idSql('sp.parentSpanId')} AS parent_span_id,
       ${textSql("resource_attributes['service.name']")} AS service, sp.name AS name,
       CASE sp.kind WHEN 1 THEN 'INTERNAL' WHEN 2 THEN 'SERVER' WHEN 3 THEN 'CLIENT' WHEN 4 THEN 'PRODUCER'
                    WHEN 5 THEN 'CONSUMER' ELSE 'UNSPECIFIED' END AS kind,
       make_timestamp(start_ns // 1000000 * 1000) AS start_time,
       TRY(end_ns - start_ns) / 1e6 AS duration_ms,
       CASE status_code WHEN 2 THEN 'ERROR' WHEN 1 THEN 'OK' ELSE 'UNSET' END AS status,
       sp.status.message AS status_message,
       coalesce(attributes['http.request.method'], attributes['http.method']) AS http_method,
       attributes['http.route'] AS http_route,
       ${wholeNumber("coalesce(attributes['http.response.status_code'], attributes['http.status_code'])")} AS http_status,
       coalesce(attributes['db.system.name'], attributes['db.system']) AS db_system,
       coalesce(attributes['db.query.text'], attributes['db.statement']) AS db_query,
       list_transform(coalesce(sp.events, []), lambda ev: {'time_ns': ${nanosSql('ev.timeUnixNano')}, 'name': ev.name,
                      'attributes': ${attributeMap('ev.attributes')}}) AS events,
       ${linkIds('coalesce(sp.links, [])', 'l.traceId', 'l.spanId')} AS links,
       sp.traceState AS trace_state
FROM a
)
SELECT *, ${eventAttribute('exception.type')} AS exception_type, ${eventAttribute('exception.message')} AS exception_message,
       list_filter(list_transform(links, lambda l: l.trace_id), lambda id: id IS NOT NULL) AS linked_trace_ids
FROM b`;
}

/** Parts of earlier versions have IDs of zeros. */
function partSpansQuery(rows: string): string {
  return `SELECT * REPLACE (${idSql('parent_span_id')} AS parent_span_id, ${linkIds('links', 'l.trace_id', 'l.span_id')} AS links,
      list_filter(list_transform(linked_trace_ids, lambda id: ${idSql('id')}), lambda id: id IS NOT NULL) AS linked_trace_ids)
    FROM ${rows} WHERE record = 'span'`;
}

function linkIds(links: string, traceId: string, spanId: string): string {
  return `list_transform(${links}, lambda l: {'trace_id': ${idSql(traceId)}, 'span_id': ${idSql(spanId)}})`;
}

/** NULL for what Trino takes for no integer, such as 200.0. */
function wholeNumber(text: string): string {
  return `CASE WHEN regexp_full_match(${text}, '\\s*[+-]?\\d+\\s*') THEN ${text} END`;
}

/** The attribute of the first event that has it. */
function eventAttribute(key: string): string {
  const values = `list_transform(events, lambda ev: ev.attributes['${key}'])`;
  return `list_filter(${values}, lambda x: x IS NOT NULL)[1]`;
}
