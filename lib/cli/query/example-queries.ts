export interface ExampleQuery {
  readonly title: string;
  readonly sql: string;
}

/** Each works as it stands, on any archive. */
export const EXAMPLE_QUERIES: readonly ExampleQuery[] = [
  {
    title: 'Kept traces by service, and how many requests they stand for',
    sql: 'SELECT root_service, count(*) AS kept, sum(sample_weight) AS requests FROM traces GROUP BY 1 ORDER BY 2 DESC',
  },
  {
    title: 'Why traces were kept',
    sql: 'SELECT sampling_policy, count(*) AS traces, sum(span_count) AS spans FROM traces GROUP BY 1 ORDER BY 2 DESC',
  },
  {
    title: 'The slowest traces',
    sql: 'SELECT trace_id, root_service, root_name, duration_ms, status FROM traces ORDER BY duration_ms DESC LIMIT 10',
  },
  {
    title: 'Errors by exception',
    sql: `SELECT service, event.attributes['exception.type'] AS exception, count(*) AS spans, max(trace_id) AS example
FROM (SELECT service, trace_id, unnest(events) AS event FROM spans WHERE status = 'ERROR')
WHERE event.name = 'exception' GROUP BY ALL ORDER BY spans DESC`,
  },
  {
    title: 'Spans of the slowest trace, in order',
    sql: `SELECT service, name, kind, start_time, duration_ms, status FROM spans
WHERE trace_id = (SELECT trace_id FROM traces ORDER BY duration_ms DESC LIMIT 1) ORDER BY start_ns`,
  },
  {
    title: 'Spans with a certain attribute',
    sql: "SELECT trace_id, service, name, duration_ms FROM spans WHERE attributes['server.address'] IS NOT NULL LIMIT 20",
  },
];
