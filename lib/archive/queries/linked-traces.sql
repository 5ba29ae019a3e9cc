-- Linked traces
--
-- The traces that the spans of a trace link to, and those whose spans link to it, with what is kept of them. The traces
-- on both sides must be in the window: is_kept is also false for a kept trace that began outside of it.
-- @param trace_id: trace_id; trace whose links are wanted
WITH links AS (
  SELECT s.trace_id AS from_trace, s.span_id, s.service, s.name, l.linked AS to_trace
  FROM (SELECT trace_id, span_id, service, name, linked_trace_ids FROM spans WHERE :window) AS s
  CROSS JOIN UNNEST(s.linked_trace_ids) AS l (linked)
), kept AS (
  SELECT trace_id, start_time, root_service, root_name, duration_ms, status
  FROM traces
  WHERE :traces_window
), found AS (
  -- Each link as seen from both of its ends.
  SELECT d.direction, CASE d.direction WHEN 'to' THEN links.to_trace ELSE links.from_trace END AS trace_id,
         links.span_id, links.service, links.name
  FROM links CROSS JOIN UNNEST(ARRAY['to', 'from']) AS d (direction)
  WHERE CASE d.direction WHEN 'to' THEN links.from_trace ELSE links.to_trace END = :trace_id
)
SELECT found.direction, found.trace_id, found.service AS linking_service, found.name AS linking_span,
       found.span_id AS linking_span_id, kept.trace_id IS NOT NULL AS is_kept,
       kept.start_time, kept.root_service, kept.root_name, kept.duration_ms, kept.status
FROM found LEFT JOIN kept ON kept.trace_id = found.trace_id
ORDER BY found.direction, found.trace_id, found.span_id
