-- Spans
--
-- Spans by service, operation, duration, status and attribute, latest first. All conditions must hold.
-- @param service: text = any; service.name of the span
-- @param operation: text = any; name of the span
-- @param kind: SERVER | CLIENT | INTERNAL | PRODUCER | CONSUMER | UNSPECIFIED = any; kind of the span
-- @param min_duration: duration = any; shortest duration
-- @param max_duration: duration = any; longest duration
-- @param status: ERROR | OK | UNSET = any; status of the span
-- @param attribute: attribute = any; an attribute of the span, or else of its resource, and its value as text
-- @param limit: integer = 100; most rows
SELECT trace_id, start_time, service, name, kind, duration_ms, status,
       coalesce(nullif(status_message, ''), exception_message) AS message, span_id, sampling_policy
FROM spans
WHERE :window
  AND (:service IS NULL OR service = :service)
  AND (:operation IS NULL OR name = :operation)
  AND (:kind IS NULL OR kind = :kind)
  AND (:min_duration IS NULL OR duration_ms >= :min_duration)
  AND (:max_duration IS NULL OR duration_ms <= :max_duration)
  AND (:status IS NULL OR status = :status)
  AND (:attribute IS NULL
       OR coalesce(element_at(attributes, split_part(:attribute, '=', 1)),
                   element_at(resource_attributes, split_part(:attribute, '=', 1)))
          = substr(:attribute, strpos(:attribute, '=') + 1))
ORDER BY start_ns DESC, trace_id, span_id
LIMIT :limit
