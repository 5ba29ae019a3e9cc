-- Trace
--
-- The spans of the trace that is chosen in a table above, or whose ID is in the variable. The trace must begin in the
-- time range. Times are whole microseconds. A span that was also exported before it ended is shown as it ended.
-- @param trace_id: text; trace ID, 32 hex digits
SELECT trace_id AS "traceID", span_id AS "spanID",
       -- Below a span that is its own parent the panel would show nothing. The spans of a client and its server may have one ID.
       CASE WHEN count(*) OVER (PARTITION BY span_id) = 1 THEN nullif(parent_span_id, span_id) ELSE parent_span_id END
         AS "parentSpanID",
       name AS "operationName", service AS "serviceName",
       json_format(CAST(
         transform(map_entries(resource_attributes), x -> CAST(x AS ROW(key varchar, value varchar)))
       AS json)) AS "serviceTags",
       start_ns / 1000 / 1e3 AS "startTime", duration_ms AS "duration",
       json_format(CAST(
         transform(
           map_entries(attributes) || IF(status = 'ERROR', ARRAY[ROW('error', 'true')], ARRAY[]),
           x -> CAST(x AS ROW(key varchar, value varchar))
         )
       AS json)) AS "tags",
       json_format(CAST(
         transform(
           filter(events, e -> e.time_ns IS NOT NULL),
           e -> CAST(
             ROW(e.time_ns / 1000 / 1e3, ARRAY[ROW('event', e.name)] || map_entries(e.attributes))
             AS ROW("timestamp" double, fields array(ROW(key varchar, value varchar)))
           )
         )
       AS json)) AS "logs",
       json_format(CAST(
         transform(
           filter(links, l -> l.trace_id IS NOT NULL),
           l -> CAST(ROW(l.trace_id, l.span_id) AS ROW("traceID" varchar, "spanID" varchar))
         )
       AS json)) AS "references",
       lower(kind) AS "kind", status_code AS "statusCode", status_message AS "statusMessage",
       scope_name AS "instrumentationLibraryName", scope_version AS "instrumentationLibraryVersion",
       trace_state AS "traceState"
FROM (
  SELECT *, max(end_ns) OVER (PARTITION BY span_id, kind, name, start_ns) AS last_end_ns
  FROM spans
  WHERE :window
    AND :trace_id <> ''
    AND trace_id = lower(trim(:trace_id))
) AS copies
WHERE end_ns > 0 OR coalesce(last_end_ns, 0) = 0
ORDER BY start_ns, span_id
