-- Incomplete traces
--
-- Where spans are missing, by the span that is left below the gap: its service, name and kind, in how many traces, and
-- in which share of the traces that have such a span. Problems: "no root" (the topmost parent is not there), "missing
-- parent" (a parent further down), "several roots". A share near 1 is how a system is built: a caller outside of it,
-- such as a browser or a gateway, sends a trace context but no spans. A small share is loss. look_for says where the
-- spans may be; search the logs for the missing_span_id of the example. Spans of the last minutes may still come: leave
-- them out with --to -15m. Siblings below one missing parent count once. Spans that are each other's parents count only
-- when nothing is above them.
-- @param service: text = any; service.name of the span that is left
-- @param limit: integer = 50; most rows
WITH nodes AS (
  -- Several spans, because with some tracers the spans of a client and its server have one ID: the outer one counts.
  SELECT trace_id, span_id, min(nullif(parent_span_id, span_id)) AS parent, min(start_ns) AS start_ns,
         max(coalesce(sample_weight, 1e0)) AS weight,
         element_at(array_agg(CAST(ROW(service, name, kind) AS ROW(service varchar, name varchar, kind varchar))
                              ORDER BY start_ns, end_ns DESC, kind, name, service), 1) AS span
  FROM spans
  WHERE :window AND span_id IS NOT NULL
  GROUP BY trace_id, span_id
), roles AS (
  -- Each span twice, as itself and as a child of its parent: a join would read the archive once more.
  SELECT trace_id, span_id, parent, start_ns, weight, span, r.is_child,
         max(CASE WHEN r.is_child THEN 0 ELSE 1 END)
           OVER (PARTITION BY trace_id, CASE WHEN r.is_child THEN parent ELSE span_id END) AS is_there
  FROM nodes CROSS JOIN UNNEST(ARRAY[true, false]) AS r (is_child)
), placed AS (
  SELECT trace_id, span_id, parent, start_ns, weight, span,
         CASE WHEN parent IS NULL THEN 'root' WHEN is_there = 0 THEN 'orphan' ELSE 'child' END AS place
  FROM roles
  WHERE is_child
), counted AS (
  SELECT trace_id, span_id, parent, weight, span, place,
         count(CASE WHEN place = 'root' THEN 1 END) OVER (PARTITION BY trace_id) AS roots,
         count(CASE WHEN place = 'orphan' THEN 1 END) OVER (PARTITION BY trace_id) AS orphans,
         row_number() OVER (PARTITION BY trace_id, place ORDER BY start_ns NULLS LAST, span_id) AS nth,
         row_number() OVER (PARTITION BY trace_id, place, parent ORDER BY start_ns NULLS LAST, span_id) AS nth_of_parent
  FROM placed
), found AS (
  SELECT trace_id, weight, span.service AS service, span.name AS name, span.kind AS kind,
         trace_id || '/' || span_id || '/' || coalesce(parent, '') AS example,
         CASE WHEN roots = 0 AND nth = 1 AND (place = 'orphan' OR orphans = 0) THEN 'no root'
              WHEN place = 'orphan' AND nth_of_parent = 1 THEN 'missing parent'
              WHEN place = 'root' AND nth > 1 THEN 'several roots' END AS problem
  FROM counted
), in_traces AS (
  -- Each operation of a trace once for each problem, and once as such.
  SELECT trace_id, service, name, kind, p.problem, max(weight) AS weight,
         min(CASE WHEN p.problem = found.problem THEN example END) AS example
  FROM found CROSS JOIN UNNEST(ARRAY[problem, 'any']) AS p (problem)
  WHERE p.problem IS NOT NULL
  GROUP BY trace_id, service, name, kind, p.problem
), sums AS (
  SELECT problem, service, name, kind, count(*) AS traces, sum(weight) AS estimated_traces, min(example) AS example
  FROM in_traces
  GROUP BY problem, service, name, kind
), shares AS (
  SELECT problem, service, name, kind, traces, estimated_traces, example,
         estimated_traces / max(CASE WHEN problem = 'any' THEN estimated_traces END)
                            OVER (PARTITION BY service, name, kind) AS share
  FROM sums
)
SELECT problem, service, name, kind, traces, estimated_traces, share,
       CASE WHEN problem = 'several roots' THEN 'context: passes on the trace ID without the span ID'
            WHEN kind IN ('SERVER', 'CONSUMER') AND share > 0.5e0
            THEN 'caller: sends a context but no spans (browser, gateway, proxy, not instrumented)'
            WHEN kind IN ('SERVER', 'CONSUMER') THEN 'caller: lost or late spans (exporter, crash)'
            WHEN share > 0.5e0 THEN 'this service: does not export the span above (filtered, never ended)'
            ELSE 'this service: lost or late spans (exporter, crash)' END AS look_for,
       split_part(example, '/', 1) AS example_trace, split_part(example, '/', 2) AS example_span_id,
       nullif(split_part(example, '/', 3), '') AS missing_span_id
FROM shares
WHERE problem <> 'any' AND (:service IS NULL OR service = :service)
ORDER BY estimated_traces DESC, problem, service, name, kind
LIMIT :limit
