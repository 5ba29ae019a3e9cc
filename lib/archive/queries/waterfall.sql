-- One trace as a waterfall
--
-- The spans of a trace, each below its parent and in order of start: depth, offset from the start of the trace,
-- duration, and the time in which none of its children ran, in milliseconds. A span has depth 0 when its parent is
-- missing or is the span itself. Parents are followed over 100 levels; a span in a cycle of parents has depth 99. A
-- span that was also exported before it ended is shown as it ended.
-- @param trace_id: trace_id; as in the log: 32 hex digits, a traceparent, a UUID or an X-Ray ID
WITH copies AS (
  SELECT *, max(end_ns) OVER (PARTITION BY span_id, kind, name, start_ns) AS last_end_ns
  FROM spans
  WHERE :window AND trace_id = :trace_id
), roles AS (
  -- Each span twice, as itself and as a child of its parent: a join would read the archive once more.
  SELECT CASE WHEN r.is_child THEN nullif(parent_span_id, span_id) ELSE span_id END AS id, r.is_child,
         nullif(parent_span_id, span_id) AS parent_span_id, service, name, kind, status, start_ns, end_ns,
         coalesce(nullif(status_message, ''), exception_message) AS message, sampling_policy
  FROM copies CROSS JOIN UNNEST(ARRAY[true, false]) AS r (is_child)
  WHERE end_ns > 0 OR coalesce(last_end_ns, 0) = 0
), nodes AS (
  -- Several spans, because with some tracers the spans of a client and its server have one ID.
  SELECT id, min(CASE WHEN NOT is_child THEN parent_span_id END) AS parent,
         min(CASE WHEN NOT is_child THEN start_ns END) AS start_ns,
         array_agg(CAST(ROW(parent_span_id, service, name, kind, status, start_ns, end_ns, message, sampling_policy)
                   AS ROW(parent varchar, service varchar, name varchar, kind varchar, status varchar, a bigint, b bigint,
                          message varchar, sampling_policy varchar))
                   ORDER BY start_ns, kind, name) FILTER (WHERE NOT is_child) AS spans,
         array_agg(CAST(ROW(start_ns, end_ns, 0) AS ROW(a bigint, b bigint, busy bigint))
                   ORDER BY start_ns, end_ns) FILTER (WHERE is_child AND end_ns > start_ns) AS children
  FROM roles
  WHERE id IS NOT NULL
  GROUP BY id
  HAVING count(CASE WHEN NOT is_child THEN 1 END) > 0
), trace AS (
  SELECT map_agg(id, CAST(ROW(parent, lpad(CAST(coalesce(start_ns, 0) AS varchar), 20, '0') || id)
                     AS ROW(parent varchar, place varchar))) AS parents,
         map_agg(id, spans) AS spans, map_agg(id, children) AS children, min(start_ns) AS begin_ns
  FROM nodes
), climbed AS (
  SELECT k.id, element_at(trace.spans, k.id) AS spans, element_at(trace.children, k.id) AS children, trace.begin_ns,
         reduce(
           repeat(CAST(ROW(NULL, -1, '') AS ROW(here ROW(parent varchar, place varchar), depth bigint, path varchar)), 100),
           CAST(ROW(element_at(trace.parents, k.id), -1, '')
                AS ROW(here ROW(parent varchar, place varchar), depth bigint, path varchar)),
           (c, i) -> CASE WHEN c.here IS NULL THEN c ELSE
             CAST(ROW(element_at(trace.parents, c.here.parent), c.depth + 1, c.here.place || '/' || c.path)
                  AS ROW(here ROW(parent varchar, place varchar), depth bigint, path varchar)) END,
           c -> c
         ) AS climb
  FROM trace CROSS JOIN UNNEST(map_keys(trace.parents)) AS k (id)
), s AS (
  SELECT climbed.id, climbed.climb, climbed.children, climbed.begin_ns, i.n, element_at(climbed.spans, i.n) AS span
  FROM climbed CROSS JOIN UNNEST(sequence(1, cardinality(climbed.spans))) AS i (n)
), timed AS (
  -- Children in order of start: what each adds to the time that those before it cover.
  SELECT s.id, s.climb, s.begin_ns, s.n, s.span,
         (reduce(
           s.children,
           CAST(ROW(s.span.a, s.span.a, 0) AS ROW(a bigint, b bigint, busy bigint)),
           (c, x) -> CASE WHEN least(x.b, s.span.b) <= c.b THEN c ELSE
             CAST(ROW(c.a, least(x.b, s.span.b), c.busy + least(x.b, s.span.b) - greatest(x.a, c.b))
                  AS ROW(a bigint, b bigint, busy bigint)) END,
           c -> c
         )).busy AS children_ns
  FROM s
)
SELECT timed.climb.depth AS depth, (timed.span.a - timed.begin_ns) / 1e6 AS offset_ms,
       (timed.span.b - timed.span.a) / 1e6 AS duration_ms,
       (timed.span.b - timed.span.a - coalesce(timed.children_ns, 0)) / 1e6 AS self_ms,
       timed.span.service AS service, timed.span.name AS name, timed.span.kind AS kind, timed.span.status AS status,
       timed.span.message AS message, timed.id AS span_id, timed.span.parent AS parent_span_id,
       timed.span.sampling_policy AS sampling_policy
FROM timed
ORDER BY timed.climb.path, timed.n
