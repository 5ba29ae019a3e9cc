-- Errors, with their message and the first span that failed
--
-- One row per failing trace, latest first. The first failing span is the one that ended first of those with status ERROR:
-- the error went up from there. The message is that of its status, or else of its exception.
-- @param service: text = any; service.name of the first failing span
-- @param limit: integer = 50; most rows
WITH failing AS (
  SELECT trace_id, root_service, root_name, span_id, service, name, start_time, start_ns, status_message,
         exception_type, exception_message, sampling_policy,
         row_number() OVER (PARTITION BY trace_id ORDER BY end_ns, start_ns DESC, span_id) AS position,
         count(*) OVER (PARTITION BY trace_id) AS error_spans
  FROM spans
  WHERE :window AND status = 'ERROR'
)
SELECT trace_id, start_time, root_service, root_name, service, name, span_id, exception_type,
       coalesce(nullif(status_message, ''), exception_message) AS message, error_spans, sampling_policy
FROM failing
WHERE position = 1 AND (:service IS NULL OR service = :service)
ORDER BY start_ns DESC, trace_id
LIMIT :limit
