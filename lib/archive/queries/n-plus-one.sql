-- Repeated database queries (N+1)
--
-- The same database query, repeated below one span: the number of traces that do that, the most repeats, and an
-- example.
-- @param service: text = any; service.name of the span
-- @param min_repeats: integer = 10; fewest repeats below one span
-- @param limit: integer = 50; most rows
WITH repeated AS (
  SELECT trace_id, parent_span_id, service, db_system, db_query, count(*) AS repeats, sum(duration_ms) AS total_ms
  FROM spans
  WHERE :window AND db_query IS NOT NULL AND (:service IS NULL OR service = :service)
  GROUP BY trace_id, parent_span_id, service, db_system, db_query
  HAVING count(*) >= :min_repeats
)
SELECT service, db_system, db_query, count(DISTINCT trace_id) AS traces, max(repeats) AS most_repeats,
       sum(repeats) AS queries, sum(total_ms) AS total_ms, min(trace_id) AS example_trace
FROM repeated
GROUP BY service, db_system, db_query
ORDER BY queries DESC, service, db_query
LIMIT :limit
