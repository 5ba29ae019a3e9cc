import { attributeMap } from './attribute-map-sql.ts';
import { EVENTS_TYPE, LINKS_TYPE, names, partitionColumns, spansColumns, tracesColumns } from './columns.ts';
import { IS_COMPACTED, IS_SHOWN_FROM_JSON } from './compacted-hours.ts';
import { trinoType } from './data-type.ts';
import { endNanosSql, idSql, nanosSql, textSql } from './field-sql.ts';
import { otlpFields } from './otlp-type.ts';

/**
 * The SQL of the view `traces` in Trino's dialect. It leaves out the further lines of a trace, and the rows that the
 * OpenX SerDe makes of lines that are not JSON.
 *
 * @param compaction whether some hours are read from Parquet
 */
export function tracesViewSql(tenants: boolean, compaction: boolean): string {
  const columns = names(tracesColumns(tenants));
  const ofLines = tracesColumns(tenants).map(({ name }) =>
    MAY_BE_EMPTY.includes(name) ? `${textSql(name)} AS ${name}` : name,
  );
  const isFirstLine = 'seq = 0 AND trace_id IS NOT NULL';
  if (!compaction) return `SELECT ${ofLines.join(', ')}\nFROM traces_otlp\nWHERE ${isFirstLine}`;
  return `SELECT ${ofLines.join(', ')}
FROM traces_otlp CROSS JOIN compacted_hours
WHERE ${isFirstLine} AND ${IS_SHOWN_FROM_JSON}
UNION ALL
SELECT ${columns}
FROM spans_parquet CROSS JOIN compacted_hours
WHERE record = 'trace' AND ${IS_COMPACTED}`;
}

/** Empty in lines of earlier versions if the root span has none. */
const MAY_BE_EMPTY: readonly string[] = ['root_service', 'root_name'];

/** The columns that a span has from its line. */
const LINE_COLUMNS =
  'seq, root_service, root_name, trace_start_time, trace_duration_ms, trace_status, sampling_policy, sample_weight, decided_at';

/**
 * The SQL of the view `spans` in Trino's dialect. UNNEST of a list of rows gives a column for each field, by position, so
 * that the lists of names come from the description of the table.
 *
 * @param compaction whether some hours are read from Parquet
 */
export function spansViewSql(tenants: boolean, compaction: boolean): string {
  const carried = `${names(partitionColumns(tenants))}, ${LINE_COLUMNS}`;
  return `WITH r AS (
  SELECT ${names(partitionColumns(tenants))}, seq, ${textSql('root_service')} AS root_service,
         ${textSql('root_name')} AS root_name, start_time AS trace_start_time, duration_ms AS trace_duration_ms,
         status AS trace_status, sampling_policy, sample_weight, decided_at,
         ${attributeMap('rs.resource.attributes')} AS resource_attributes, rs.scopespans AS scopespans
  FROM ${lines(compaction)} CROSS JOIN UNNEST(resourcespans) AS rs (${fieldNames('ResourceSpans')})
), s AS (
  SELECT ${carried}, resource_attributes, ss.scope.name AS scope_name, ss.scope.version AS scope_version, ss.spans AS spans
  FROM r CROSS JOIN UNNEST(scopespans) AS ss (${fieldNames('ScopeSpans')})
), p AS (
  SELECT ${carried}, resource_attributes, scope_name, scope_version,
         lower(sp.traceid) AS trace_id, lower(sp.spanid) AS span_id,
         ${idSql('sp.parentspanid')} AS parent_span_id,
         sp.tracestate AS trace_state, sp.name AS name, sp.kind AS kind_code,
         ${nanosSql('sp.starttimeunixnano')} AS start_ns, ${endNanosSql('sp.endtimeunixnano')} AS end_ns,
         coalesce(sp.status.code, 0) AS status_code, sp.status.message AS status_message,
         ${attributeMap('sp.attributes')} AS attributes,
         ${eventsOf('sp.events')} AS events,
         ${linksOf('sp.links')} AS links
  FROM s CROSS JOIN UNNEST(spans) AS sp (${fieldNames('Span')})
), c AS (
  SELECT p.*,
         ${textSql("element_at(resource_attributes, 'service.name')")} AS service,
         CAST(CASE kind_code WHEN 1 THEN 'INTERNAL' WHEN 2 THEN 'SERVER' WHEN 3 THEN 'CLIENT' WHEN 4 THEN 'PRODUCER'
              WHEN 5 THEN 'CONSUMER' ELSE 'UNSPECIFIED' END AS varchar) AS kind,
         CAST(from_unixtime(start_ns / 1000000 / 1e3) AT TIME ZONE 'UTC' AS timestamp(3)) AS start_time,
         TRY(end_ns - start_ns) / 1e6 AS duration_ms,
         CAST(CASE status_code WHEN 2 THEN 'ERROR' WHEN 1 THEN 'OK' ELSE 'UNSET' END AS varchar) AS status,
         ${attribute('http.request.method', 'http.method')} AS http_method,
         ${attribute('http.route')} AS http_route,
         TRY_CAST(${attribute('http.response.status_code', 'http.status_code')} AS integer) AS http_status,
         ${attribute('db.system.name', 'db.system')} AS db_system,
         ${attribute('db.query.text', 'db.statement')} AS db_query,
         ${eventAttribute('exception.type')} AS exception_type,
         ${eventAttribute('exception.message')} AS exception_message,
         ${LINKED_TRACE_IDS} AS linked_trace_ids
  FROM p
)
SELECT ${names(spansColumns(tenants))}
FROM c${compaction ? compactedSpans(tenants) : ''}`;
}

/** A link may lack its IDs. */
const LINKED_TRACE_IDS = 'filter(transform(links, l -> l.trace_id), id -> id IS NOT NULL)';

/** Parts of earlier versions have IDs of zeros. */
const OF_OLD_PARTS: Readonly<Record<string, string>> = {
  parent_span_id: idSql('parent_span_id'),
  links: linkIds('links', 'l.trace_id', 'l.span_id'),
  linked_trace_ids: `filter(transform(linked_trace_ids, id -> ${idSql('id')}), id -> id IS NOT NULL)`,
};

function lines(compaction: boolean): string {
  if (!compaction) return 'traces_otlp';
  return `(SELECT * FROM traces_otlp CROSS JOIN compacted_hours WHERE ${IS_SHOWN_FROM_JSON})`;
}

function compactedSpans(tenants: boolean): string {
  return `
UNION ALL
SELECT ${spansColumns(tenants)
    .map(({ name }) => OF_OLD_PARTS[name] ?? name)
    .join(', ')}
FROM spans_parquet CROSS JOIN compacted_hours
WHERE record = 'span' AND ${IS_COMPACTED}`;
}

function fieldNames(message: Parameters<typeof otlpFields>[0]): string {
  return names(otlpFields(message));
}

/** The first of these attributes that the span has. */
function attribute(...keys: string[]): string {
  const values = keys.map((key) => `element_at(attributes, '${key}')`);
  return values.length === 1 ? values.join() : `coalesce(${values.join(', ')})`;
}

/** The attribute of the first event that has it. */
function eventAttribute(key: string): string {
  const values = `transform(events, ev -> element_at(ev.attributes, '${key}'))`;
  return `element_at(filter(${values}, x -> x IS NOT NULL), 1)`;
}

function eventsOf(events: string): string {
  const event = `ROW(${nanosSql('ev.timeunixnano')}, ev.name, ${attributeMap('ev.attributes')})`;
  return `CAST(transform(coalesce(${events}, ARRAY[]), ev -> ${event}) AS ${trinoType(EVENTS_TYPE)})`;
}

function linksOf(links: string): string {
  return linkIds(`coalesce(${links}, ARRAY[])`, 'l.traceid', 'l.spanid');
}

function linkIds(links: string, traceId: string, spanId: string): string {
  const link = `ROW(${idSql(traceId)}, ${idSql(spanId)})`;
  return `CAST(transform(${links}, l -> ${link}) AS ${trinoType(LINKS_TYPE)})`;
}
