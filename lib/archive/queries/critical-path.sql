-- Critical path of one trace
--
-- The spans that account for the duration of a trace, in order: from the end of the root span backwards, each step
-- takes the child that ended last before the part already covered. path_ms is what the span itself adds; the sum is the
-- duration of the root. A span counts while its parent, and every span above it, runs. Spans deeper than 100 levels are
-- left out.
-- @param trace_id: trace_id; as in the log: 32 hex digits, a traceparent, a UUID or an X-Ray ID
WITH spans_of_id AS (
  -- With some tracers the spans of a client and its server have one ID: the outer one counts.
  SELECT span_id,
         element_at(array_agg(CAST(ROW(nullif(parent_span_id, span_id), service, name, start_ns, end_ns)
                              AS ROW(parent varchar, service varchar, name varchar, a bigint, b bigint))
                              ORDER BY start_ns, end_ns DESC, kind, name), 1) AS span
  FROM spans
  WHERE :window AND trace_id = :trace_id AND start_ns IS NOT NULL AND end_ns >= start_ns
  GROUP BY span_id
), trace AS (
  -- One row with the whole trace: a join would read the archive once more.
  SELECT map_agg(span_id, span) AS spans,
         map_agg(span_id, CAST(ROW(span.parent, span.a, span.b) AS ROW(parent varchar, a bigint, b bigint))) AS times
  FROM spans_of_id
), climbed AS (
  -- Up to the root, and the time in which all of them run.
  SELECT k.id, element_at(trace.spans, k.id) AS span,
         reduce(
           repeat(CAST(ROW(NULL, -1, 0, 0)
                  AS ROW(here ROW(parent varchar, a bigint, b bigint), depth bigint, a bigint, b bigint)), 100),
           CAST(ROW(element_at(trace.times, k.id), -1, element_at(trace.times, k.id).a, element_at(trace.times, k.id).b)
                AS ROW(here ROW(parent varchar, a bigint, b bigint), depth bigint, a bigint, b bigint)),
           (c, i) -> CASE WHEN c.here IS NULL THEN c ELSE
             CAST(ROW(element_at(trace.times, c.here.parent), c.depth + 1, greatest(c.a, c.here.a), least(c.b, c.here.b))
                  AS ROW(here ROW(parent varchar, a bigint, b bigint), depth bigint, a bigint, b bigint)) END,
           c -> c
         ) AS climb
  FROM trace CROSS JOIN UNNEST(map_keys(trace.spans)) AS k (id)
), roles AS (
  -- Each span twice, as itself and as a child of its parent.
  SELECT CASE WHEN r.is_child THEN climbed.span.parent ELSE climbed.id END AS node, r.is_child,
         climbed.id, climbed.span, climbed.climb
  FROM climbed CROSS JOIN UNNEST(ARRAY[true, false]) AS r (is_child)
), nodes AS (
  SELECT node,
         element_at(array_agg(span) FILTER (WHERE NOT is_child), 1) AS span,
         element_at(array_agg(climb) FILTER (WHERE NOT is_child), 1) AS climb,
         array_agg(CAST(ROW(id, climb.a, climb.b, '/', 0)
                   AS ROW(id varchar, a bigint, b bigint, picked varchar, picked_ns bigint))
                   ORDER BY climb.b DESC, climb.a DESC, id) FILTER (WHERE is_child AND climb.b > climb.a) AS children
  FROM roles
  WHERE node IS NOT NULL
  GROUP BY node
  HAVING count(CASE WHEN NOT is_child THEN 1 END) > 0
), explained AS (
  -- Backwards from the end: the child that ended last before the one picked before it.
  SELECT node, span, climb,
         reduce(
           children,
           CAST(ROW(node, climb.b, climb.b, '/', 0)
                AS ROW(id varchar, a bigint, b bigint, picked varchar, picked_ns bigint)),
           (c, x) -> CASE WHEN x.b > c.a THEN c ELSE
             CAST(ROW(x.id, x.a, x.b, c.picked || x.id || '/', c.picked_ns + x.b - x.a)
                  AS ROW(id varchar, a bigint, b bigint, picked varchar, picked_ns bigint)) END,
           c -> c
         ) AS chain
  FROM nodes
), path AS (
  SELECT map_agg(node, CAST(ROW(span.parent, span.service, span.name, span.a, span.b, climb.depth,
                                climb.b - climb.a - coalesce(chain.picked_ns, 0))
                       AS ROW(parent varchar, service varchar, name varchar, a bigint, b bigint, depth bigint,
                              path_ns bigint))) AS spans,
         map_agg(node, CAST(ROW(span.parent, coalesce(chain.picked, '/')) AS ROW(parent varchar, picked varchar))) AS picks,
         element_at(array_agg(node ORDER BY span.b - span.a DESC, node) FILTER (WHERE climb.depth = 0), 1) AS root
  FROM explained
), picked AS (
  -- On the path is what is picked by its parent, which is picked by its own, up to the root.
  SELECT k.id, element_at(path.spans, k.id) AS span, path.root, element_at(path.spans, path.root).a AS begin_ns,
         (reduce(
           repeat(CAST(ROW('', NULL) AS ROW(node varchar, here ROW(parent varchar, picked varchar))), 99),
           CAST(ROW(k.id, element_at(path.picks, k.id)) AS ROW(node varchar, here ROW(parent varchar, picked varchar))),
           (c, i) -> CASE WHEN c.here IS NULL THEN c ELSE
             CASE WHEN strpos(element_at(path.picks, c.here.parent).picked, '/' || c.node || '/') > 0
                  THEN CAST(ROW(c.here.parent, element_at(path.picks, c.here.parent))
                            AS ROW(node varchar, here ROW(parent varchar, picked varchar)))
                  ELSE CAST(ROW(c.node, NULL) AS ROW(node varchar, here ROW(parent varchar, picked varchar))) END END,
           c -> c
         )).node AS top
  FROM path CROSS JOIN UNNEST(map_keys(path.spans)) AS k (id)
)
SELECT picked.span.depth AS depth, (picked.span.a - picked.begin_ns) / 1e6 AS offset_ms,
       (picked.span.b - picked.span.a) / 1e6 AS duration_ms,
       picked.span.path_ns / 1e6 AS path_ms,
       picked.span.service AS service, picked.span.name AS name, picked.id AS span_id
FROM picked
WHERE picked.top = picked.root
ORDER BY picked.span.a, depth, span_id
