-- What differs between failing and good traces
--
-- Attribute values by how much more of the failing traces than of the good ones have them: shares of the estimated
-- number of traces. A trace of unknown weight counts once.
-- @param service: text = any; root service of the traces
-- @param limit: integer = 50; most rows
WITH s AS (
  SELECT trace_id, trace_status, coalesce(sample_weight, 1e0) AS weight, service, attributes
  FROM spans
  WHERE :window AND (:service IS NULL OR root_service = :service)
), total AS (
  SELECT sum(CASE WHEN trace_status = 'ERROR' THEN weight END) AS failing,
         sum(CASE WHEN trace_status <> 'ERROR' THEN weight END) AS good
  FROM (SELECT trace_id, max(trace_status) AS trace_status, max(weight) AS weight FROM s GROUP BY trace_id) AS t
), pairs AS (
  SELECT DISTINCT s.trace_id, s.trace_status, s.weight, s.service, k.key, element_at(s.attributes, k.key) AS value
  FROM s CROSS JOIN UNNEST(map_keys(s.attributes)) AS k (key)
), shares AS (
  SELECT service, key, value,
         coalesce(sum(CASE WHEN trace_status = 'ERROR' THEN weight END), 0e0) AS failing,
         coalesce(sum(CASE WHEN trace_status <> 'ERROR' THEN weight END), 0e0) AS good
  FROM pairs
  GROUP BY service, key, value
)
SELECT shares.service, shares.key, shares.value,
       coalesce(shares.failing / total.failing, 0e0) AS share_of_failing,
       coalesce(shares.good / total.good, 0e0) AS share_of_good,
       coalesce(shares.failing / total.failing, 0e0) - coalesce(shares.good / total.good, 0e0) AS difference
FROM shares CROSS JOIN total
ORDER BY difference DESC, shares.service, shares.key, shares.value
LIMIT :limit
