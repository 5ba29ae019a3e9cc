-- Timeouts and retries
--
-- Timeouts: spans that took a round time, such as 5 s (timeout_ms), and whose child went on after them or failed, or
-- which failed themselves. Of spans above each other that end at one time, the innermost counts. Retries: a span of the
-- same name and peer again under one parent, begun after the one before it had failed; recovered is how many of them did
-- not fail, most_in_a_row how many came under one parent. The peer is the service of the child, else the address that
-- the span names. Round are 1, 2, 3, 5, 10, 15, 20, 29 (API Gateway), 30 and 60 seconds, 1.5, 2, 5 and 15 minutes.
-- Consumers may go on. Estimates count a trace of unknown weight once.
-- @param service: text = any; service.name of the span that gave up or tried again
-- @param tolerance: duration = 50ms; how far a duration may be from the round one
-- @param limit: integer = 50; most rows
WITH s AS (
  SELECT trace_id, span_id, nullif(parent_span_id, span_id) AS parent, service, name, kind, status, start_ns, end_ns,
         coalesce(sample_weight, 1e0) AS weight,
         element_at(filter(ARRAY[1e3, 2e3, 3e3, 5e3, 10e3, 15e3, 20e3, 29e3, 30e3, 60e3, 90e3, 120e3, 300e3, 900e3],
                           x -> abs(duration_ms - x) <= :tolerance), 1) AS round_ms,
         coalesce(element_at(attributes, 'server.address'), element_at(attributes, 'net.peer.name'),
                  element_at(attributes, 'peer.service'),
                  nullif(split_part(coalesce(element_at(attributes, 'url.full'), element_at(attributes, 'http.url')), '/', 3), ''))
           AS peer
  FROM spans
  -- What was sent before it had ended tells nothing.
  WHERE :window AND span_id IS NOT NULL AND end_ns IS NOT NULL
), tried AS (
  SELECT s.*,
         CASE WHEN parent IS NOT NULL
                   AND lag(status) OVER (PARTITION BY trace_id, parent, service, name, peer ORDER BY start_ns, end_ns, span_id) = 'ERROR'
                   AND lag(end_ns) OVER (PARTITION BY trace_id, parent, service, name, peer ORDER BY start_ns, end_ns, span_id) <= start_ns
                   AND lag(span_id) OVER (PARTITION BY trace_id, parent, service, name, peer ORDER BY start_ns, end_ns, span_id) <> span_id
              THEN 1 ELSE 0 END AS is_retry
  FROM s
), roles AS (
  -- Each span twice, as itself and as a child of its parent: a join would read the archive once more.
  SELECT tried.*, r.is_child, CASE WHEN r.is_child THEN parent ELSE span_id END AS id,
         sum(is_retry) OVER (PARTITION BY r.is_child, trace_id, parent, service, name, peer) AS in_a_row
  FROM tried CROSS JOIN UNNEST(ARRAY[true, false]) AS r (is_child)
), nodes AS (
  -- With some tracers the spans of a client and its server have one ID: the outer one counts.
  SELECT trace_id, max(CASE WHEN NOT is_child THEN weight END) AS weight,
         element_at(array_agg(CAST(ROW(service, name, status, peer, end_ns, round_ms, is_retry, in_a_row)
                              AS ROW(service varchar, name varchar, status varchar, peer varchar, b bigint, round_ms double,
                                     is_retry bigint, in_a_row bigint))
                              ORDER BY start_ns, end_ns DESC, kind, name, service) FILTER (WHERE NOT is_child), 1) AS span,
         array_agg(CAST(ROW(service, status, kind, peer, start_ns, end_ns, round_ms)
                   AS ROW(service varchar, status varchar, kind varchar, peer varchar, a bigint, b bigint, round_ms double))
                   ORDER BY end_ns DESC, start_ns, span_id) FILTER (WHERE is_child) AS children
  FROM roles
  WHERE id IS NOT NULL
  GROUP BY trace_id, id
  HAVING max(CASE WHEN NOT is_child THEN round_ms END) IS NOT NULL OR max(CASE WHEN NOT is_child THEN is_retry END) = 1
), judged AS (
  -- A millisecond has 1e6 nanoseconds.
  SELECT trace_id, weight, span,
         element_at(filter(children, c -> c.a < span.b AND c.b > span.b + :tolerance * 1e6 AND c.kind <> 'CONSUMER'), 1) AS goes_on,
         element_at(filter(children, c -> c.status = 'ERROR'), 1) AS failed,
         cardinality(filter(children, c -> c.round_ms = span.round_ms)) AS same_below
  FROM nodes
), found AS (
  SELECT trace_id, weight, f.finding, span.service AS service, span.name AS name, span.status AS status,
         CASE WHEN f.finding = 'timeout' THEN span.round_ms END AS timeout_ms,
         CASE WHEN f.finding = 'timeout' AND goes_on IS NOT NULL THEN 1 END AS goes_on,
         CASE WHEN f.finding = 'retry' THEN span.peer
              WHEN goes_on IS NOT NULL THEN coalesce(nullif(goes_on.service, span.service), span.peer, goes_on.peer)
              ELSE coalesce(nullif(failed.service, span.service), span.peer, failed.peer) END AS peer,
         CASE WHEN f.finding = 'retry' THEN span.in_a_row END AS in_a_row
  FROM judged CROSS JOIN UNNEST(ARRAY['timeout', 'retry']) AS f (finding)
  WHERE CASE f.finding WHEN 'retry' THEN span.is_retry = 1
             ELSE span.round_ms IS NOT NULL
                  AND (goes_on IS NOT NULL OR (coalesce(same_below, 0) = 0 AND (failed IS NOT NULL OR span.status = 'ERROR'))) END
)
SELECT finding, service, name, peer, timeout_ms, count(*) AS times, sum(weight) AS estimated_times,
       count(DISTINCT trace_id) AS traces, count(goes_on) AS child_went_on,
       CASE finding WHEN 'retry' THEN count(CASE WHEN status <> 'ERROR' THEN 1 END) END AS recovered,
       max(in_a_row) AS most_in_a_row, min(trace_id) AS example_trace
FROM found
WHERE (:service IS NULL OR service = :service)
GROUP BY finding, service, name, peer, timeout_ms
ORDER BY estimated_times DESC, finding, service, name, peer, timeout_ms
LIMIT :limit
