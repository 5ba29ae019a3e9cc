-- Late spans
--
-- Spans that arrived after the decision on their trace, latest first, with the delay in milliseconds. If many arrive
-- with the same delay, use a longer decision_wait.
-- @param service: text = any; service.name of the span
-- @param limit: integer = 100; most rows
WITH late AS (
  SELECT trace_id, span_id, service, name, start_time, end_ns, duration_ms, status, decided_at
  FROM spans
  WHERE :window AND seq > 0
), first AS (
  SELECT trace_id, decided_at, sampling_policy
  FROM traces
  WHERE :traces_window
)
SELECT late.trace_id, late.span_id, late.service, late.name, late.start_time, late.duration_ms, late.status,
       date_diff('millisecond', first.decided_at, late.decided_at) AS late_by_ms, first.sampling_policy
FROM late JOIN first ON first.trace_id = late.trace_id
WHERE late.decided_at > first.decided_at AND (:service IS NULL OR late.service = :service)
ORDER BY late_by_ms DESC, late.trace_id, late.span_id
LIMIT :limit
