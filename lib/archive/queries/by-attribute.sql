-- Spans by attribute
--
-- Spans with a given value of an attribute of their own or of their resource, latest first. Values are compared as
-- text.
-- @param key: text; key of the attribute, such as enduser.id
-- @param value: text = any; its value
-- @param service: text = any; service.name of the span
-- @param limit: integer = 100; most rows
WITH found AS (
  SELECT trace_id, span_id, start_time, start_ns, service, name, duration_ms, status,
         coalesce(element_at(attributes, k.key), element_at(resource_attributes, k.key)) AS value
  FROM spans CROSS JOIN UNNEST(array_distinct(map_keys(attributes) || map_keys(resource_attributes))) AS k (key)
  WHERE :window AND k.key = :key AND (:service IS NULL OR service = :service)
)
SELECT trace_id, span_id, start_time, service, name, duration_ms, status, value
FROM found
WHERE value IS NOT NULL AND (:value IS NULL OR value = :value)
ORDER BY start_ns DESC, trace_id, span_id
LIMIT :limit
