-- Rate, errors and duration
--
-- Estimated requests and errors, and percentiles of the duration in milliseconds, by interval, service and operation:
-- of server and consumer spans. requests_se, errors_se and error_rate_se are the standard errors of the estimates: 0
-- where every trace was kept. A trace of unknown weight counts once; unknown_weight is the number of spans of such
-- traces.
-- @param service: text = any; service.name of the span
-- @param operation: text = any; name of the span
-- @param step: minute | hour | day = hour; length of an interval
WITH requests AS (
  -- The spans of a trace are kept together, so that what varies is the trace: how many of these requests it has.
  SELECT date_trunc(:step, start_time) AS interval_start, service, name, status, duration_ms, sample_weight,
         coalesce(sample_weight, 1e0) AS weight,
         CAST(count(*) OVER (PARTITION BY trace_id, date_trunc(:step, start_time), service, name) AS double) AS in_trace,
         CAST(count(CASE WHEN status = 'ERROR' THEN 1 END)
              OVER (PARTITION BY trace_id, date_trunc(:step, start_time), service, name) AS double) AS errors_in_trace
  FROM spans
  WHERE :window
    AND kind IN ('SERVER', 'CONSUMER')
    AND (:service IS NULL OR service = :service)
    AND (:operation IS NULL OR name = :operation)
), sums AS (
  -- A trace that is kept with probability 1/w adds w (w - 1) times the square of its count to the variance.
  SELECT interval_start, service, name,
         sum(weight) AS requests,
         sum(CASE WHEN status = 'ERROR' THEN weight ELSE 0e0 END) AS errors,
         sum(in_trace * weight * (weight - 1e0)) AS requests_variance,
         sum(CASE WHEN status = 'ERROR' THEN errors_in_trace * weight * (weight - 1e0) ELSE 0e0 END) AS errors_variance,
         sum(CASE WHEN status = 'ERROR' THEN in_trace * weight * (weight - 1e0) ELSE 0e0 END) AS covariance,
         approx_percentile(duration_ms, weight, 0.5e0) AS p50_ms,
         approx_percentile(duration_ms, weight, 0.95e0) AS p95_ms,
         approx_percentile(duration_ms, weight, 0.99e0) AS p99_ms,
         count(*) AS kept_spans,
         count(CASE WHEN sample_weight IS NULL THEN 1 END) AS unknown_weight
  FROM requests
  GROUP BY interval_start, service, name
)
SELECT interval_start, service, name, requests, sqrt(requests_variance) AS requests_se,
       errors, sqrt(errors_variance) AS errors_se, errors / requests AS error_rate,
       sqrt(greatest(errors_variance - 2e0 * errors / requests * covariance
                     + errors / requests * errors / requests * requests_variance, 0e0)) / requests AS error_rate_se,
       p50_ms, p95_ms, p99_ms, kept_spans, unknown_weight
FROM sums
ORDER BY interval_start, requests DESC, service, name
