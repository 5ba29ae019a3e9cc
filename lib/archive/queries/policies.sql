-- What each policy kept, and what it costs
--
-- By policy: traces and spans kept, its share of all kept spans, how many traces and spans they stand for, and the
-- price of the kept spans and of all of them. A trace of unknown weight counts once; unknown_weight is the number of
-- such traces.
-- @param usd_per_million_spans: number = 1; what it costs to keep a million spans, in US dollars
WITH kept AS (
  SELECT sampling_policy, count(*) AS kept_traces, sum(span_count) AS kept_spans,
         sum(coalesce(sample_weight, 1e0)) AS traces, sum(span_count * coalesce(sample_weight, 1e0)) AS spans,
         count(CASE WHEN sample_weight IS NULL THEN 1 END) AS unknown_weight,
         max(date_diff('millisecond', start_time, decided_at)) AS longest_wait_ms
  FROM traces
  WHERE :traces_window
  GROUP BY sampling_policy
)
SELECT sampling_policy, kept_traces, kept_spans,
       CAST(kept_spans AS double) / sum(kept_spans) OVER () AS share_of_kept_spans,
       traces AS estimated_traces, spans AS estimated_spans,
       kept_spans * :usd_per_million_spans / 1e6 AS usd_kept,
       spans * :usd_per_million_spans / 1e6 AS usd_without_sampling,
       unknown_weight, longest_wait_ms
FROM kept
ORDER BY kept_spans DESC, sampling_policy
