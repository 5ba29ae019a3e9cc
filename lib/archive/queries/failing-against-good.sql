-- What differs between failing and good traces
--
-- Attribute values, ordered by how much more common they are in failing traces than in good ones: shares of the
-- estimated number of traces. A trace with a failed span is failing. A trace of unknown weight counts once.
-- @param service: text = any; root service of the traces
-- @param limit: integer = 50; most rows
WITH s AS (
  SELECT trace_id, service, attributes,
         max(CASE WHEN status = 'ERROR' THEN 1 ELSE 0 END) OVER (PARTITION BY trace_id) AS is_failing,
         max(coalesce(sample_weight, 1e0)) OVER (PARTITION BY trace_id) AS weight
  FROM spans
  WHERE :window AND (:service IS NULL OR root_service = :service)
), pairs AS (
  -- Each value of a trace once, and the trace itself once as a row without a key.
  SELECT DISTINCT s.trace_id, s.is_failing, s.weight, k.key, CASE WHEN k.key IS NOT NULL THEN s.service END AS service,
         CASE WHEN k.key IS NOT NULL THEN element_at(s.attributes, k.key) END AS value
  FROM s CROSS JOIN UNNEST(map_keys(s.attributes) || ARRAY[CAST(NULL AS varchar)]) AS k (key)
), counted AS (
  SELECT service, key, value, sum(CASE WHEN is_failing = 1 THEN weight ELSE 0e0 END) AS failing,
         sum(CASE WHEN is_failing = 0 THEN weight ELSE 0e0 END) AS good
  FROM pairs
  GROUP BY service, key, value
), shares AS (
  SELECT service, key, value,
         coalesce(failing / nullif(max(CASE WHEN key IS NULL THEN failing END) OVER (), 0e0), 0e0) AS share_of_failing,
         coalesce(good / nullif(max(CASE WHEN key IS NULL THEN good END) OVER (), 0e0), 0e0) AS share_of_good
  FROM counted
)
SELECT service, key, value, share_of_failing, share_of_good, share_of_failing - share_of_good AS difference
FROM shares
WHERE key IS NOT NULL
ORDER BY difference DESC, service, key, value
LIMIT :limit
