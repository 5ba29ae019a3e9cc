-- Dependencies between services
--
-- Who calls whom: spans whose parent is of another service, with estimated calls and errors and percentiles of their
-- duration in milliseconds. A trace of unknown weight counts once; unknown_weight says how many spans of such there are.
-- @param service: text = any; caller or callee
WITH s AS (
  SELECT trace_id, span_id, parent_span_id, service, status, duration_ms, sample_weight,
         coalesce(sample_weight, 1e0) AS weight
  FROM spans
  WHERE :window
)
SELECT p.service AS caller, c.service AS callee,
       sum(c.weight) AS calls,
       sum(CASE WHEN c.status = 'ERROR' THEN c.weight ELSE 0e0 END) AS errors,
       approx_percentile(c.duration_ms, c.weight, 0.5e0) AS p50_ms,
       approx_percentile(c.duration_ms, c.weight, 0.95e0) AS p95_ms,
       approx_percentile(c.duration_ms, c.weight, 0.99e0) AS p99_ms,
       count(*) AS kept_spans,
       count(CASE WHEN c.sample_weight IS NULL THEN 1 END) AS unknown_weight
FROM s AS c JOIN s AS p ON p.trace_id = c.trace_id AND p.span_id = c.parent_span_id
WHERE c.service <> p.service AND (:service IS NULL OR c.service = :service OR p.service = :service)
GROUP BY p.service, c.service
ORDER BY calls DESC, caller, callee
