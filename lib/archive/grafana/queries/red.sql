-- Requests a second
--
-- Estimated requests of each service: server and consumer spans. A trace of unknown weight counts once.
-- @param service: text = any; service.name of the span
SELECT $__timeGroup(start_time, '$__interval') AS time, service,
       sum(coalesce(sample_weight, 1e0)) / ($__interval_ms / 1e3) AS requests_per_second,
       sum(CASE WHEN status = 'ERROR' THEN coalesce(sample_weight, 1e0) ELSE 0e0 END)
         / sum(coalesce(sample_weight, 1e0)) AS error_ratio,
       approx_percentile(duration_ms, coalesce(sample_weight, 1e0), 0.95e0) AS p95_ms
FROM spans
WHERE :window
  AND kind IN ('SERVER', 'CONSUMER')
  AND (:service IS NULL OR service = :service)
GROUP BY 1, 2
ORDER BY 1, 2
