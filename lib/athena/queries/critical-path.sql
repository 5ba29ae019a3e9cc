-- Critical path of one trace
--
-- The spans that the duration of a trace comes from, in order: from the end of the root span backwards, always the child
-- that ended last before what is already explained. path_ms is what the span itself adds; the sum is the duration of the
-- root. A child that ends after its parent counts up to its parent's end.
-- @param trace_id: trace_id; as the log has it: 32 hex digits, a traceparent, a UUID or an X-Ray ID
WITH s AS (
  SELECT span_id, min(parent_span_id) AS parent_span_id, min(service) AS service, min(name) AS name,
         min(start_ns) AS start_ns, max(end_ns) AS end_ns
  FROM spans
  WHERE :window AND trace_id = :trace_id AND start_ns IS NOT NULL AND end_ns >= start_ns
  GROUP BY span_id
), chains AS (
  SELECT p.span_id, p.start_ns, p.end_ns,
         array_agg(CAST(ROW(c.span_id, greatest(c.start_ns, p.start_ns), least(c.end_ns, p.end_ns), '', 0)
                   AS ROW(id varchar, a bigint, b bigint, picked varchar, picked_ns bigint))
                   ORDER BY least(c.end_ns, p.end_ns) DESC, c.start_ns DESC, c.span_id) AS children
  FROM s AS c JOIN s AS p ON p.span_id = c.parent_span_id
  WHERE c.end_ns > p.start_ns AND c.start_ns < p.end_ns
  GROUP BY p.span_id, p.start_ns, p.end_ns
), picks AS (
  SELECT span_id,
         reduce(
           children,
           CAST(ROW(span_id, end_ns, end_ns, '', 0)
                AS ROW(id varchar, a bigint, b bigint, picked varchar, picked_ns bigint)),
           (c, x) -> CASE WHEN x.b > c.a THEN c ELSE
             CAST(ROW(x.id, x.a, x.b, c.picked || '/' || x.id, c.picked_ns + x.b - x.a)
                  AS ROW(id varchar, a bigint, b bigint, picked varchar, picked_ns bigint)) END,
           c -> c
         ) AS chain
  FROM chains
), picked AS (
  SELECT k.child, picks.span_id AS parent
  FROM picks CROSS JOIN UNNEST(split(picks.chain.picked, '/')) AS k (child)
  WHERE k.child <> ''
), root AS (
  SELECT min(s.span_id) AS span_id
  FROM s JOIN (
    SELECT max_by(r.span_id, r.end_ns - r.start_ns) AS span_id
    FROM s AS r LEFT JOIN s AS p ON p.span_id = r.parent_span_id
    WHERE p.span_id IS NULL
  ) AS longest ON longest.span_id = s.span_id
), up AS (
  SELECT map_agg(child, parent) AS parents FROM picked
), climbed AS (
  SELECT s.span_id, root.span_id AS root_id,
         reduce(
           repeat(CAST(ROW(s.span_id, 0) AS ROW(node varchar, depth bigint)), 100),
           CAST(ROW(s.span_id, 0) AS ROW(node varchar, depth bigint)),
           (c, i) -> CASE WHEN element_at(up.parents, c.node) IS NULL THEN c ELSE
             CAST(ROW(element_at(up.parents, c.node), c.depth + 1) AS ROW(node varchar, depth bigint)) END,
           c -> c
         ) AS climb
  FROM s CROSS JOIN root CROSS JOIN up
)
SELECT climbed.climb.depth AS depth, (s.start_ns - r.start_ns) / 1e6 AS offset_ms,
       (s.end_ns - s.start_ns) / 1e6 AS duration_ms,
       (least(s.end_ns, coalesce(p.end_ns, s.end_ns)) - greatest(s.start_ns, coalesce(p.start_ns, s.start_ns))
         - coalesce(picks.chain.picked_ns, 0)) / 1e6 AS path_ms,
       s.service, s.name, s.span_id
FROM climbed
JOIN s ON s.span_id = climbed.span_id
JOIN s AS r ON r.span_id = climbed.root_id
LEFT JOIN picks ON picks.span_id = s.span_id
LEFT JOIN s AS p ON p.span_id = s.parent_span_id
WHERE climbed.climb.node = climbed.root_id
ORDER BY s.start_ns, depth, s.span_id
