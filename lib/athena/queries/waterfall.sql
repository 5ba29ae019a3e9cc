-- One trace as a waterfall
--
-- The spans of a trace, each below its parent and in order of start: depth, offset from the start of the trace, duration,
-- and the time in which none of its children ran, in milliseconds. A span whose parent is not there has depth 0. Parents
-- are followed over 100 levels.
-- @param trace_id: trace_id; as the log has it: 32 hex digits, a traceparent, a UUID or an X-Ray ID
WITH s AS (
  SELECT span_id, min(parent_span_id) AS parent_span_id, min(service) AS service, min(name) AS name, min(kind) AS kind,
         min(status) AS status, min(start_ns) AS start_ns, max(end_ns) AS end_ns
  FROM spans
  WHERE :window AND trace_id = :trace_id
  GROUP BY span_id
), m AS (
  SELECT map_agg(span_id, CAST(ROW(parent_span_id, coalesce(start_ns, 0)) AS ROW(parent varchar, start_ns bigint))) AS parents,
         min(start_ns) AS begin_ns
  FROM s
), climbed AS (
  SELECT s.span_id, s.parent_span_id, s.service, s.name, s.kind, s.status, s.start_ns, s.end_ns, m.begin_ns,
         reduce(
           repeat(CAST(ROW(s.span_id, -1, '') AS ROW(node varchar, depth bigint, path varchar)), 100),
           CAST(ROW(s.span_id, -1, '') AS ROW(node varchar, depth bigint, path varchar)),
           (c, i) -> CASE WHEN element_at(m.parents, c.node) IS NULL THEN c ELSE
             CAST(ROW(
               element_at(m.parents, c.node).parent,
               c.depth + 1,
               lpad(CAST(element_at(m.parents, c.node).start_ns AS varchar), 20, '0') || c.node || '/' || c.path
             ) AS ROW(node varchar, depth bigint, path varchar)) END,
           c -> c
         ) AS climb
  FROM s CROSS JOIN m
), covered AS (
  SELECT p.span_id, greatest(c.start_ns, p.start_ns) AS a, least(c.end_ns, p.end_ns) AS b
  FROM s AS c JOIN s AS p ON p.span_id = c.parent_span_id
  WHERE c.end_ns > p.start_ns AND c.start_ns < p.end_ns
), runs AS (
  SELECT span_id, a, b,
         max(b) OVER (PARTITION BY span_id ORDER BY a, b ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS until_now
  FROM covered
), busy AS (
  SELECT span_id, sum(greatest(b - greatest(a, coalesce(until_now, a)), 0)) AS children_ns
  FROM runs
  GROUP BY span_id
)
SELECT climbed.climb.depth AS depth, (climbed.start_ns - climbed.begin_ns) / 1e6 AS offset_ms,
       (climbed.end_ns - climbed.start_ns) / 1e6 AS duration_ms,
       (climbed.end_ns - climbed.start_ns - coalesce(busy.children_ns, 0)) / 1e6 AS self_ms,
       climbed.service, climbed.name, climbed.kind, climbed.status, climbed.span_id, climbed.parent_span_id
FROM climbed LEFT JOIN busy ON busy.span_id = climbed.span_id
ORDER BY climbed.climb.path
