-- Dependencies between services
--
-- Who calls whom: spans whose parent belongs to another service, with estimated calls and errors and percentiles of
-- their duration in milliseconds. A trace of unknown weight counts once; unknown_weight is the number of spans of such
-- traces.
-- @param service: text = any; caller or callee
WITH roles AS (
  -- Each span twice, as itself and as a child of its parent: a join would read the archive once more.
  SELECT trace_id, CASE WHEN r.is_child THEN parent_span_id ELSE span_id END AS id, r.is_child,
         parent_span_id = span_id AS is_own_parent, service, kind, status, duration_ms, sample_weight,
         coalesce(sample_weight, 1e0) AS weight
  FROM spans CROSS JOIN UNNEST(ARRAY[true, false]) AS r (is_child)
  WHERE :window
), calls AS (
  -- With some tracers the spans of a client and its server have one ID: what the server calls is below its own, and a server
  -- that names this ID as its parent is below the client.
  SELECT is_child, service AS callee, status, duration_ms, sample_weight, weight,
         CASE WHEN is_own_parent
              THEN max(CASE WHEN NOT is_child AND kind NOT IN ('SERVER', 'CONSUMER') THEN service END) OVER (PARTITION BY trace_id, id)
              ELSE coalesce(max(CASE WHEN NOT is_child AND kind IN ('SERVER', 'CONSUMER') THEN service END) OVER (PARTITION BY trace_id, id),
                            max(CASE WHEN NOT is_child THEN service END) OVER (PARTITION BY trace_id, id)) END AS caller
  FROM roles
  WHERE id IS NOT NULL
)
SELECT caller, callee,
       sum(weight) AS calls,
       sum(CASE WHEN status = 'ERROR' THEN weight ELSE 0e0 END) AS errors,
       approx_percentile(duration_ms, weight, 0.5e0) AS p50_ms,
       approx_percentile(duration_ms, weight, 0.95e0) AS p95_ms,
       approx_percentile(duration_ms, weight, 0.99e0) AS p99_ms,
       count(*) AS kept_spans,
       count(CASE WHEN sample_weight IS NULL THEN 1 END) AS unknown_weight
FROM calls
WHERE is_child AND callee <> caller AND (:service IS NULL OR callee = :service OR caller = :service)
GROUP BY caller, callee
ORDER BY calls DESC, caller, callee
