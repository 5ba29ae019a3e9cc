-- What got worse: two windows compared
--
-- Estimated requests, error rate and percentiles of the duration in milliseconds, by service and operation, of server
-- and consumer spans: in the window (after), and in one of the same length that lies --before back (before). Worst
-- first, by worse_by: 1 is an error rate of 10 percentage points more, or twice the p95, whichever makes more. An
-- operation of only one window has no ratios; a new one is as bad as its error rate, and one that is gone comes last. A
-- trace of unknown weight counts once; unknown_weight is the number of spans of such traces.
-- @param before: duration = 24h; how far back the window before lies, such as 7d; at least the length of the window
-- @param service: text = any; service.name of the span
-- @param operation: text = any; name of the span
-- @param min_spans: integer = 10; fewest kept spans of an operation in both windows together
-- @param limit: integer = 50; most rows
WITH requests AS (
  -- Each window reads its own hours. A trace of both, which is filed under its arrival, counts in both.
  SELECT 'after' AS part, service, name, status, duration_ms, sample_weight, coalesce(sample_weight, 1e0) AS weight
  FROM spans
  WHERE :window
    AND kind IN ('SERVER', 'CONSUMER')
    AND (:service IS NULL OR service = :service)
    AND (:operation IS NULL OR name = :operation)
  UNION ALL
  SELECT 'before' AS part, service, name, status, duration_ms, sample_weight, coalesce(sample_weight, 1e0) AS weight
  FROM spans
  WHERE :window_before
    AND kind IN ('SERVER', 'CONSUMER')
    AND (:service IS NULL OR service = :service)
    AND (:operation IS NULL OR name = :operation)
), sums AS (
  SELECT service, name,
         sum(CASE WHEN part = 'before' THEN weight ELSE 0e0 END) AS requests_before,
         sum(CASE WHEN part = 'after' THEN weight ELSE 0e0 END) AS requests_after,
         sum(CASE WHEN part = 'before' AND status = 'ERROR' THEN weight ELSE 0e0 END) AS errors_before,
         sum(CASE WHEN part = 'after' AND status = 'ERROR' THEN weight ELSE 0e0 END) AS errors_after,
         approx_percentile(CASE WHEN part = 'before' THEN duration_ms END, weight, 0.5e0) AS p50_before_ms,
         approx_percentile(CASE WHEN part = 'after' THEN duration_ms END, weight, 0.5e0) AS p50_after_ms,
         approx_percentile(CASE WHEN part = 'before' THEN duration_ms END, weight, 0.95e0) AS p95_before_ms,
         approx_percentile(CASE WHEN part = 'after' THEN duration_ms END, weight, 0.95e0) AS p95_after_ms,
         count(CASE WHEN part = 'before' THEN 1 END) AS kept_spans_before,
         count(CASE WHEN part = 'after' THEN 1 END) AS kept_spans_after,
         count(CASE WHEN sample_weight IS NULL THEN 1 END) AS unknown_weight
  FROM requests
  GROUP BY service, name
  HAVING count(*) >= :min_spans
), compared AS (
  SELECT service, name, requests_before, requests_after,
         errors_before / nullif(requests_before, 0e0) AS error_rate_before,
         errors_after / nullif(requests_after, 0e0) AS error_rate_after,
         p50_before_ms, p50_after_ms,
         -- A clock that runs backwards makes durations of 0 and less, which have no ratio.
         CASE WHEN p50_before_ms > 0 AND p50_after_ms > 0 THEN p50_after_ms / p50_before_ms END AS p50_ratio,
         p95_before_ms, p95_after_ms,
         CASE WHEN p95_before_ms > 0 AND p95_after_ms > 0 THEN p95_after_ms / p95_before_ms END AS p95_ratio,
         kept_spans_before, kept_spans_after, unknown_weight
  FROM sums
), ranked AS (
  SELECT compared.*, error_rate_after - error_rate_before AS error_rate_difference,
         10e0 * (error_rate_after - coalesce(error_rate_before, 0e0)) AS worse_errors
  FROM compared
)
SELECT service, name, greatest(worse_errors, coalesce(log2(p95_ratio), worse_errors)) AS worse_by,
       requests_before, requests_after, error_rate_before, error_rate_after, error_rate_difference,
       p50_before_ms, p50_after_ms, p50_ratio, p95_before_ms, p95_after_ms, p95_ratio,
       kept_spans_before, kept_spans_after, unknown_weight
FROM ranked
ORDER BY worse_by DESC NULLS LAST, service, name
LIMIT :limit
