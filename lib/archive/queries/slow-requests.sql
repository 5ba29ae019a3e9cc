-- Slow requests
--
-- Requests that took at least this long, slowest first: server spans, consumer spans and root spans.
-- @param service: text = any; service.name of the span
-- @param operation: text = any; name of the span
-- @param min_duration_ms: number = 500; shortest duration, in milliseconds
-- @param limit: integer = 50; most rows
SELECT trace_id, start_time, service, name, duration_ms, status, http_status, root_service, root_name, sampling_policy,
       span_id
FROM spans
WHERE :window
  AND (kind IN ('SERVER', 'CONSUMER') OR parent_span_id IS NULL)
  AND (:service IS NULL OR service = :service)
  AND (:operation IS NULL OR name = :operation)
  AND duration_ms >= :min_duration_ms
ORDER BY duration_ms DESC, trace_id, span_id
LIMIT :limit
