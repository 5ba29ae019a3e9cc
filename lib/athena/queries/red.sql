-- Rate, errors and duration
--
-- Estimated requests and errors, and percentiles of the duration in milliseconds, by interval, service and operation: of
-- spans that serve or consume. A trace of unknown weight counts once; unknown_weight says how many spans of such there are.
-- @param service: text = any; service.name of the span
-- @param operation: text = any; name of the span
-- @param step: minute | hour | day = hour; length of an interval
SELECT date_trunc(:step, start_time) AS interval_start, service, name,
       sum(coalesce(sample_weight, 1e0)) AS requests,
       sum(CASE WHEN status = 'ERROR' THEN coalesce(sample_weight, 1e0) ELSE 0e0 END) AS errors,
       sum(CASE WHEN status = 'ERROR' THEN coalesce(sample_weight, 1e0) ELSE 0e0 END)
         / sum(coalesce(sample_weight, 1e0)) AS error_rate,
       approx_percentile(duration_ms, coalesce(sample_weight, 1e0), 0.5e0) AS p50_ms,
       approx_percentile(duration_ms, coalesce(sample_weight, 1e0), 0.95e0) AS p95_ms,
       approx_percentile(duration_ms, coalesce(sample_weight, 1e0), 0.99e0) AS p99_ms,
       count(*) AS kept_spans,
       count(CASE WHEN sample_weight IS NULL THEN 1 END) AS unknown_weight
FROM spans
WHERE :window
  AND kind IN ('SERVER', 'CONSUMER')
  AND (:service IS NULL OR service = :service)
  AND (:operation IS NULL OR name = :operation)
GROUP BY 1, 2, 3
ORDER BY interval_start, requests DESC, service, name
