-- Errors, with the span that explains them
--
-- One row per failing trace, latest first, with its deepest span of status ERROR: the errors above it come from there.
-- Among equally deep spans, one with a message wins, then the one that ended first. The message is that of its status
-- or of its exception, or else the message of the deepest failing span that has one. Depth counts parents, up to 100.
-- @param service: text = any; service of the failing span: the deepest one of this service, wherever it stands in its trace
-- @param limit: integer = 50; most rows
WITH nodes AS (
  -- Several spans, because with some tracers the spans of a client and its server have one ID.
  SELECT trace_id, span_id, min(nullif(parent_span_id, span_id)) AS parent,
         array_agg(CAST(ROW(span_id, root_service, root_name, service, name, start_time, start_ns, end_ns,
                            coalesce(nullif(status_message, ''), exception_message), exception_type, sampling_policy)
                        AS ROW(span_id varchar, root_service varchar, root_name varchar, service varchar, name varchar,
                               start_time timestamp(3), a bigint, b bigint, message varchar, exception_type varchar,
                               sampling_policy varchar)))
           FILTER (WHERE status = 'ERROR') AS failing
  FROM spans
  WHERE :window AND span_id IS NOT NULL
  GROUP BY trace_id, span_id
), trace AS (
  -- One row with the whole trace: a join would read the archive once more.
  SELECT trace_id, map_agg(span_id, CAST(ROW(parent, 0) AS ROW(parent varchar, level bigint))) AS parents,
         flatten(array_agg(failing) FILTER (WHERE failing IS NOT NULL)) AS failing
  FROM nodes
  GROUP BY trace_id
  HAVING count(failing) > 0
), spread AS (
  SELECT trace.trace_id, trace.parents, cardinality(trace.failing) AS error_spans,
         element_at(trace.failing, i.n) AS span
  FROM trace CROSS JOIN UNNEST(sequence(1, cardinality(trace.failing))) AS i (n)
), climbed AS (
  SELECT trace_id, error_spans, span,
         (reduce(
           repeat(CAST(ROW(NULL, -1) AS ROW(here ROW(parent varchar, level bigint), depth bigint)), 100),
           CAST(ROW(element_at(parents, span.span_id), -1) AS ROW(here ROW(parent varchar, level bigint), depth bigint)),
           (c, i) -> CASE WHEN c.here IS NULL THEN c ELSE
             CAST(ROW(element_at(parents, c.here.parent), c.depth + 1)
                  AS ROW(here ROW(parent varchar, level bigint), depth bigint)) END,
           c -> c
         )).depth AS depth,
         CASE WHEN span.message IS NULL AND span.exception_type IS NULL THEN 1 ELSE 0 END AS is_silent
  FROM spread
  WHERE (:service IS NULL OR span.service = :service)
), picked AS (
  SELECT trace_id, max(error_spans) AS error_spans,
         element_at(array_agg(span ORDER BY depth DESC, is_silent, span.b, span.a DESC, span.span_id), 1) AS span,
         element_at(array_agg(span ORDER BY is_silent, depth DESC, span.b, span.a DESC, span.span_id), 1) AS told
  FROM climbed
  GROUP BY trace_id
)
SELECT picked.trace_id, picked.span.start_time AS start_time, picked.span.service AS service, picked.span.name AS name,
       picked.told.message AS message, picked.told.exception_type AS exception_type, picked.error_spans,
       picked.span.root_service AS root_service, picked.span.root_name AS root_name, picked.span.span_id AS span_id,
       picked.span.sampling_policy AS sampling_policy
FROM picked
ORDER BY picked.span.a DESC, picked.trace_id
LIMIT :limit
