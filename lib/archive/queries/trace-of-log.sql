-- The trace of a log line
--
-- The kept trace with the ID from a log line, and the policy that kept it. No row: the trace was not kept, or began in
-- another window; `tailgate trace` says which, and why.
-- @param trace_id: trace_id; as in the log: 32 hex digits, a traceparent, a UUID or an X-Ray ID
SELECT trace_id, start_time, duration_ms, root_service, root_name, services, span_count, error_count, status,
       sampling_policy, decided_at, dt, hour
FROM traces
WHERE :traces_window AND trace_id = :trace_id
