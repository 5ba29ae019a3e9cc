# Generated from the constructs in lib/cdk by "npm run build"; do not edit.

resource "aws_athena_workgroup" "pipeline" {
  name          = var.pipeline_name
  description   = "Tailgate: queries of kept traces"
  force_destroy = true

  configuration {
    enforce_workgroup_configuration    = true
    bytes_scanned_cutoff_per_query     = 10737418240
    publish_cloudwatch_metrics_enabled = true

    engine_version {
      selected_engine_version = "Athena engine version 3"
    }

    result_configuration {
      output_location = "s3://${aws_s3_bucket.archive.bucket}/query-results/"

      encryption_configuration {
        encryption_option = "SSE_S3"
      }
    }
  }
}

resource "aws_athena_named_query" "by_attribute" {
  name        = "by-attribute"
  description = "Spans by attribute. Asks for, in this order, texts with their single quotes: ${var.tenants ? "tenant 'name', " : ""}key 'enduser.id'"
  database    = aws_glue_catalog_database.pipeline.name
  workgroup   = aws_athena_workgroup.pipeline.name
  query = chomp(<<-EOT
    WITH found AS (
      SELECT trace_id, span_id, start_time, start_ns, service, name, duration_ms, status,
             coalesce(element_at(attributes, k.key), element_at(resource_attributes, k.key)) AS value
      FROM spans CROSS JOIN UNNEST(array_distinct(map_keys(attributes) || map_keys(resource_attributes))) AS k (key)
      WHERE (dt BETWEEN date_format(((current_timestamp - INTERVAL '24' HOUR) AT TIME ZONE 'UTC'), '%Y-%m-%d') AND date_format((current_timestamp AT TIME ZONE 'UTC'), '%Y-%m-%d') AND (dt > date_format(((current_timestamp - INTERVAL '24' HOUR) AT TIME ZONE 'UTC'), '%Y-%m-%d') OR hour >= hour(((current_timestamp - INTERVAL '24' HOUR) AT TIME ZONE 'UTC'))) AND NOT (dt = date_format(((current_timestamp - INTERVAL '24' HOUR) AT TIME ZONE 'UTC'), '%Y-%m-%d') AND hour = hour(((current_timestamp - INTERVAL '24' HOUR) AT TIME ZONE 'UTC')) AND coalesce(trace_start_time >= CAST(date_trunc('hour', ((current_timestamp - INTERVAL '24' HOUR) AT TIME ZONE 'UTC')) AS timestamp(3)) AND trace_start_time < CAST(((current_timestamp - INTERVAL '24' HOUR) AT TIME ZONE 'UTC') AS timestamp(3)), false))${var.tenants ? " AND tenant = ?" : ""}) AND k.key = ? AND (CAST(NULL AS varchar) IS NULL OR service = CAST(NULL AS varchar))
    )
    SELECT trace_id, span_id, start_time, service, name, duration_ms, status, value
    FROM found
    WHERE value IS NOT NULL AND (CAST(NULL AS varchar) IS NULL OR value = CAST(NULL AS varchar))
    ORDER BY start_ns DESC, trace_id, span_id
    LIMIT 100
  EOT
  )
}

resource "aws_athena_named_query" "compare_windows" {
  name        = "compare-windows"
  description = "What got worse: two windows ${var.tenants ? "compared. Asks for, in this order, texts with their single quotes: tenant 'name', tenant again" : "compared"}"
  database    = aws_glue_catalog_database.pipeline.name
  workgroup   = aws_athena_workgroup.pipeline.name
  query = chomp(<<-EOT
    WITH requests AS (
      -- Each window reads its own hours. A trace of both, which is filed under its arrival, counts in both.
      SELECT 'after' AS part, service, name, status, duration_ms, sample_weight, coalesce(sample_weight, 1e0) AS weight
      FROM spans
      WHERE (dt BETWEEN date_format(((current_timestamp - INTERVAL '24' HOUR) AT TIME ZONE 'UTC'), '%Y-%m-%d') AND date_format((current_timestamp AT TIME ZONE 'UTC'), '%Y-%m-%d') AND (dt > date_format(((current_timestamp - INTERVAL '24' HOUR) AT TIME ZONE 'UTC'), '%Y-%m-%d') OR hour >= hour(((current_timestamp - INTERVAL '24' HOUR) AT TIME ZONE 'UTC'))) AND NOT (dt = date_format(((current_timestamp - INTERVAL '24' HOUR) AT TIME ZONE 'UTC'), '%Y-%m-%d') AND hour = hour(((current_timestamp - INTERVAL '24' HOUR) AT TIME ZONE 'UTC')) AND coalesce(trace_start_time >= CAST(date_trunc('hour', ((current_timestamp - INTERVAL '24' HOUR) AT TIME ZONE 'UTC')) AS timestamp(3)) AND trace_start_time < CAST(((current_timestamp - INTERVAL '24' HOUR) AT TIME ZONE 'UTC') AS timestamp(3)), false))${var.tenants ? " AND tenant = ?" : ""})
        AND kind IN ('SERVER', 'CONSUMER')
        AND (CAST(NULL AS varchar) IS NULL OR service = CAST(NULL AS varchar))
        AND (CAST(NULL AS varchar) IS NULL OR name = CAST(NULL AS varchar))
      UNION ALL
      SELECT 'before' AS part, service, name, status, duration_ms, sample_weight, coalesce(sample_weight, 1e0) AS weight
      FROM spans
      WHERE (dt BETWEEN date_format(((current_timestamp - INTERVAL '48' HOUR) AT TIME ZONE 'UTC'), '%Y-%m-%d') AND date_format(((current_timestamp - INTERVAL '24' HOUR) AT TIME ZONE 'UTC'), '%Y-%m-%d') AND (dt > date_format(((current_timestamp - INTERVAL '48' HOUR) AT TIME ZONE 'UTC'), '%Y-%m-%d') OR hour >= hour(((current_timestamp - INTERVAL '48' HOUR) AT TIME ZONE 'UTC'))) AND NOT (dt = date_format(((current_timestamp - INTERVAL '48' HOUR) AT TIME ZONE 'UTC'), '%Y-%m-%d') AND hour = hour(((current_timestamp - INTERVAL '48' HOUR) AT TIME ZONE 'UTC')) AND coalesce(trace_start_time >= CAST(date_trunc('hour', ((current_timestamp - INTERVAL '48' HOUR) AT TIME ZONE 'UTC')) AS timestamp(3)) AND trace_start_time < CAST(((current_timestamp - INTERVAL '48' HOUR) AT TIME ZONE 'UTC') AS timestamp(3)), false)) AND (dt < date_format(((current_timestamp - INTERVAL '24' HOUR) AT TIME ZONE 'UTC'), '%Y-%m-%d') OR hour <= hour(((current_timestamp - INTERVAL '24' HOUR) AT TIME ZONE 'UTC'))) AND NOT (dt = date_format(((current_timestamp - INTERVAL '24' HOUR) AT TIME ZONE 'UTC'), '%Y-%m-%d') AND hour = hour(((current_timestamp - INTERVAL '24' HOUR) AT TIME ZONE 'UTC')) AND coalesce(trace_start_time >= CAST(((current_timestamp - INTERVAL '24' HOUR) AT TIME ZONE 'UTC') AS timestamp(3)) AND trace_start_time < CAST(date_trunc('hour', ((current_timestamp - INTERVAL '24' HOUR) AT TIME ZONE 'UTC')) + INTERVAL '1' HOUR AS timestamp(3)), false))${var.tenants ? " AND tenant = ?" : ""})
        AND kind IN ('SERVER', 'CONSUMER')
        AND (CAST(NULL AS varchar) IS NULL OR service = CAST(NULL AS varchar))
        AND (CAST(NULL AS varchar) IS NULL OR name = CAST(NULL AS varchar))
    ), sums AS (
      SELECT service, name,
             sum(CASE WHEN part = 'before' THEN weight ELSE 0e0 END) AS requests_before,
             sum(CASE WHEN part = 'after' THEN weight ELSE 0e0 END) AS requests_after,
             sum(CASE WHEN part = 'before' AND status = 'ERROR' THEN weight ELSE 0e0 END) AS errors_before,
             sum(CASE WHEN part = 'after' AND status = 'ERROR' THEN weight ELSE 0e0 END) AS errors_after,
             approx_percentile(CASE WHEN part = 'before' THEN duration_ms END, weight, 0.5e0) AS p50_before_ms,
             approx_percentile(CASE WHEN part = 'after' THEN duration_ms END, weight, 0.5e0) AS p50_after_ms,
             approx_percentile(CASE WHEN part = 'before' THEN duration_ms END, weight, 0.95e0) AS p95_before_ms,
             approx_percentile(CASE WHEN part = 'after' THEN duration_ms END, weight, 0.95e0) AS p95_after_ms,
             count(CASE WHEN part = 'before' THEN 1 END) AS kept_spans_before,
             count(CASE WHEN part = 'after' THEN 1 END) AS kept_spans_after,
             count(CASE WHEN sample_weight IS NULL THEN 1 END) AS unknown_weight
      FROM requests
      GROUP BY service, name
      HAVING count(*) >= 10
    ), compared AS (
      SELECT service, name, requests_before, requests_after,
             errors_before / nullif(requests_before, 0e0) AS error_rate_before,
             errors_after / nullif(requests_after, 0e0) AS error_rate_after,
             p50_before_ms, p50_after_ms,
             -- A clock that runs backwards makes durations of 0 and less, which have no ratio.
             CASE WHEN p50_before_ms > 0 AND p50_after_ms > 0 THEN p50_after_ms / p50_before_ms END AS p50_ratio,
             p95_before_ms, p95_after_ms,
             CASE WHEN p95_before_ms > 0 AND p95_after_ms > 0 THEN p95_after_ms / p95_before_ms END AS p95_ratio,
             kept_spans_before, kept_spans_after, unknown_weight
      FROM sums
    ), ranked AS (
      SELECT compared.*, error_rate_after - error_rate_before AS error_rate_difference,
             10e0 * (error_rate_after - coalesce(error_rate_before, 0e0)) AS worse_errors
      FROM compared
    )
    SELECT service, name, greatest(worse_errors, coalesce(log2(p95_ratio), worse_errors)) AS worse_by,
           requests_before, requests_after, error_rate_before, error_rate_after, error_rate_difference,
           p50_before_ms, p50_after_ms, p50_ratio, p95_before_ms, p95_after_ms, p95_ratio,
           kept_spans_before, kept_spans_after, unknown_weight
    FROM ranked
    ORDER BY worse_by DESC NULLS LAST, service, name
    LIMIT 50
  EOT
  )
}

resource "aws_athena_named_query" "critical_path" {
  name        = "critical-path"
  description = "Critical path of one trace. Asks for, in this order, texts with their single quotes: ${var.tenants ? "tenant 'name', " : ""}trace_id '32 lower-case hex digits'"
  database    = aws_glue_catalog_database.pipeline.name
  workgroup   = aws_athena_workgroup.pipeline.name
  query = chomp(<<-EOT
    WITH spans_of_id AS (
      -- With some tracers the spans of a client and its server have one ID: the outer one counts.
      SELECT span_id,
             element_at(array_agg(CAST(ROW(nullif(parent_span_id, span_id), service, name, start_ns, end_ns)
                                  AS ROW(parent varchar, service varchar, name varchar, a bigint, b bigint))
                                  ORDER BY start_ns, end_ns DESC, kind, name), 1) AS span
      FROM spans
      WHERE (dt BETWEEN date_format(((current_timestamp - INTERVAL '24' HOUR) AT TIME ZONE 'UTC'), '%Y-%m-%d') AND date_format((current_timestamp AT TIME ZONE 'UTC'), '%Y-%m-%d') AND (dt > date_format(((current_timestamp - INTERVAL '24' HOUR) AT TIME ZONE 'UTC'), '%Y-%m-%d') OR hour >= hour(((current_timestamp - INTERVAL '24' HOUR) AT TIME ZONE 'UTC'))) AND NOT (dt = date_format(((current_timestamp - INTERVAL '24' HOUR) AT TIME ZONE 'UTC'), '%Y-%m-%d') AND hour = hour(((current_timestamp - INTERVAL '24' HOUR) AT TIME ZONE 'UTC')) AND coalesce(trace_start_time >= CAST(date_trunc('hour', ((current_timestamp - INTERVAL '24' HOUR) AT TIME ZONE 'UTC')) AS timestamp(3)) AND trace_start_time < CAST(((current_timestamp - INTERVAL '24' HOUR) AT TIME ZONE 'UTC') AS timestamp(3)), false))${var.tenants ? " AND tenant = ?" : ""}) AND trace_id = ? AND start_ns IS NOT NULL AND end_ns >= start_ns
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
  EOT
  )
}

resource "aws_athena_named_query" "dependencies" {
  name        = "dependencies"
  description = "Dependencies between ${var.tenants ? "services. Asks for, in this order, texts with their single quotes: tenant 'name'" : "services"}"
  database    = aws_glue_catalog_database.pipeline.name
  workgroup   = aws_athena_workgroup.pipeline.name
  query = chomp(<<-EOT
    WITH roles AS (
      -- Each span twice, as itself and as a child of its parent: a join would read the archive once more.
      SELECT trace_id, CASE WHEN r.is_child THEN parent_span_id ELSE span_id END AS id, r.is_child,
             parent_span_id = span_id AS is_own_parent, service, kind, status, duration_ms, sample_weight,
             coalesce(sample_weight, 1e0) AS weight
      FROM spans CROSS JOIN UNNEST(ARRAY[true, false]) AS r (is_child)
      WHERE (dt BETWEEN date_format(((current_timestamp - INTERVAL '24' HOUR) AT TIME ZONE 'UTC'), '%Y-%m-%d') AND date_format((current_timestamp AT TIME ZONE 'UTC'), '%Y-%m-%d') AND (dt > date_format(((current_timestamp - INTERVAL '24' HOUR) AT TIME ZONE 'UTC'), '%Y-%m-%d') OR hour >= hour(((current_timestamp - INTERVAL '24' HOUR) AT TIME ZONE 'UTC'))) AND NOT (dt = date_format(((current_timestamp - INTERVAL '24' HOUR) AT TIME ZONE 'UTC'), '%Y-%m-%d') AND hour = hour(((current_timestamp - INTERVAL '24' HOUR) AT TIME ZONE 'UTC')) AND coalesce(trace_start_time >= CAST(date_trunc('hour', ((current_timestamp - INTERVAL '24' HOUR) AT TIME ZONE 'UTC')) AS timestamp(3)) AND trace_start_time < CAST(((current_timestamp - INTERVAL '24' HOUR) AT TIME ZONE 'UTC') AS timestamp(3)), false))${var.tenants ? " AND tenant = ?" : ""})
    ), calls AS (
      -- With some tracers the spans of a client and its server have one ID: what the server calls is below its own, and a server
      -- that names this ID as its parent is below the client.
      SELECT is_child, service AS callee, status, duration_ms, sample_weight, weight,
             CASE WHEN is_own_parent
                  THEN max(CASE WHEN NOT is_child AND kind NOT IN ('SERVER', 'CONSUMER') THEN service END) OVER (PARTITION BY trace_id, id)
                  ELSE coalesce(max(CASE WHEN NOT is_child AND kind IN ('SERVER', 'CONSUMER') THEN service END) OVER (PARTITION BY trace_id, id),
                                max(CASE WHEN NOT is_child THEN service END) OVER (PARTITION BY trace_id, id)) END AS caller
      FROM roles
      WHERE id IS NOT NULL
    )
    SELECT caller, callee,
           sum(weight) AS calls,
           sum(CASE WHEN status = 'ERROR' THEN weight ELSE 0e0 END) AS errors,
           approx_percentile(duration_ms, weight, 0.5e0) AS p50_ms,
           approx_percentile(duration_ms, weight, 0.95e0) AS p95_ms,
           approx_percentile(duration_ms, weight, 0.99e0) AS p99_ms,
           count(*) AS kept_spans,
           count(CASE WHEN sample_weight IS NULL THEN 1 END) AS unknown_weight
    FROM calls
    WHERE is_child AND callee <> caller AND (CAST(NULL AS varchar) IS NULL OR callee = CAST(NULL AS varchar) OR caller = CAST(NULL AS varchar))
    GROUP BY caller, callee
    ORDER BY calls DESC, caller, callee
  EOT
  )
}

resource "aws_athena_named_query" "errors" {
  name        = "errors"
  description = "Errors, with the span that explains ${var.tenants ? "them. Asks for, in this order, texts with their single quotes: tenant 'name'" : "them"}"
  database    = aws_glue_catalog_database.pipeline.name
  workgroup   = aws_athena_workgroup.pipeline.name
  query = chomp(<<-EOT
    WITH nodes AS (
      -- Several spans, because with some tracers the spans of a client and its server have one ID.
      SELECT trace_id, span_id, min(nullif(parent_span_id, span_id)) AS parent,
             array_agg(CAST(ROW(span_id, root_service, root_name, service, name, start_time, start_ns, end_ns,
                                coalesce(nullif(status_message, ''), exception_message), exception_type, sampling_policy)
                            AS ROW(span_id varchar, root_service varchar, root_name varchar, service varchar, name varchar,
                                   start_time timestamp(3), a bigint, b bigint, message varchar, exception_type varchar,
                                   sampling_policy varchar)))
               FILTER (WHERE status = 'ERROR') AS failing
      FROM spans
      WHERE (dt BETWEEN date_format(((current_timestamp - INTERVAL '24' HOUR) AT TIME ZONE 'UTC'), '%Y-%m-%d') AND date_format((current_timestamp AT TIME ZONE 'UTC'), '%Y-%m-%d') AND (dt > date_format(((current_timestamp - INTERVAL '24' HOUR) AT TIME ZONE 'UTC'), '%Y-%m-%d') OR hour >= hour(((current_timestamp - INTERVAL '24' HOUR) AT TIME ZONE 'UTC'))) AND NOT (dt = date_format(((current_timestamp - INTERVAL '24' HOUR) AT TIME ZONE 'UTC'), '%Y-%m-%d') AND hour = hour(((current_timestamp - INTERVAL '24' HOUR) AT TIME ZONE 'UTC')) AND coalesce(trace_start_time >= CAST(date_trunc('hour', ((current_timestamp - INTERVAL '24' HOUR) AT TIME ZONE 'UTC')) AS timestamp(3)) AND trace_start_time < CAST(((current_timestamp - INTERVAL '24' HOUR) AT TIME ZONE 'UTC') AS timestamp(3)), false))${var.tenants ? " AND tenant = ?" : ""}) AND span_id IS NOT NULL
      GROUP BY trace_id, span_id
    ), trace AS (
      -- One row with the whole trace: a join would read the archive once more.
      SELECT trace_id, map_agg(span_id, CAST(ROW(parent, 0) AS ROW(parent varchar, level bigint))) AS parents,
             flatten(array_agg(failing) FILTER (WHERE failing IS NOT NULL)) AS failing
      FROM nodes
      GROUP BY trace_id
      HAVING count(failing) > 0
    ), spread AS (
      SELECT trace.trace_id, trace.parents, cardinality(trace.failing) AS error_spans,
             element_at(trace.failing, i.n) AS span
      FROM trace CROSS JOIN UNNEST(sequence(1, cardinality(trace.failing))) AS i (n)
    ), climbed AS (
      SELECT trace_id, error_spans, span,
             (reduce(
               repeat(CAST(ROW(NULL, -1) AS ROW(here ROW(parent varchar, level bigint), depth bigint)), 100),
               CAST(ROW(element_at(parents, span.span_id), -1) AS ROW(here ROW(parent varchar, level bigint), depth bigint)),
               (c, i) -> CASE WHEN c.here IS NULL THEN c ELSE
                 CAST(ROW(element_at(parents, c.here.parent), c.depth + 1)
                      AS ROW(here ROW(parent varchar, level bigint), depth bigint)) END,
               c -> c
             )).depth AS depth,
             CASE WHEN span.message IS NULL AND span.exception_type IS NULL THEN 1 ELSE 0 END AS is_silent
      FROM spread
      WHERE (CAST(NULL AS varchar) IS NULL OR span.service = CAST(NULL AS varchar))
    ), picked AS (
      SELECT trace_id, max(error_spans) AS error_spans,
             element_at(array_agg(span ORDER BY depth DESC, is_silent, span.b, span.a DESC, span.span_id), 1) AS span,
             element_at(array_agg(span ORDER BY is_silent, depth DESC, span.b, span.a DESC, span.span_id), 1) AS told
      FROM climbed
      GROUP BY trace_id
    )
    SELECT picked.trace_id, picked.span.start_time AS start_time, picked.span.service AS service, picked.span.name AS name,
           picked.told.message AS message, picked.told.exception_type AS exception_type, picked.error_spans,
           picked.span.root_service AS root_service, picked.span.root_name AS root_name, picked.span.span_id AS span_id,
           picked.span.sampling_policy AS sampling_policy
    FROM picked
    ORDER BY picked.span.a DESC, picked.trace_id
    LIMIT 50
  EOT
  )
}

resource "aws_athena_named_query" "failing_against_good" {
  name        = "failing-against-good"
  description = "What differs between failing and good ${var.tenants ? "traces. Asks for, in this order, texts with their single quotes: tenant 'name'" : "traces"}"
  database    = aws_glue_catalog_database.pipeline.name
  workgroup   = aws_athena_workgroup.pipeline.name
  query = chomp(<<-EOT
    WITH s AS (
      SELECT trace_id, service, attributes,
             max(CASE WHEN status = 'ERROR' THEN 1 ELSE 0 END) OVER (PARTITION BY trace_id) AS is_failing,
             max(coalesce(sample_weight, 1e0)) OVER (PARTITION BY trace_id) AS weight
      FROM spans
      WHERE (dt BETWEEN date_format(((current_timestamp - INTERVAL '24' HOUR) AT TIME ZONE 'UTC'), '%Y-%m-%d') AND date_format((current_timestamp AT TIME ZONE 'UTC'), '%Y-%m-%d') AND (dt > date_format(((current_timestamp - INTERVAL '24' HOUR) AT TIME ZONE 'UTC'), '%Y-%m-%d') OR hour >= hour(((current_timestamp - INTERVAL '24' HOUR) AT TIME ZONE 'UTC'))) AND NOT (dt = date_format(((current_timestamp - INTERVAL '24' HOUR) AT TIME ZONE 'UTC'), '%Y-%m-%d') AND hour = hour(((current_timestamp - INTERVAL '24' HOUR) AT TIME ZONE 'UTC')) AND coalesce(trace_start_time >= CAST(date_trunc('hour', ((current_timestamp - INTERVAL '24' HOUR) AT TIME ZONE 'UTC')) AS timestamp(3)) AND trace_start_time < CAST(((current_timestamp - INTERVAL '24' HOUR) AT TIME ZONE 'UTC') AS timestamp(3)), false))${var.tenants ? " AND tenant = ?" : ""}) AND (CAST(NULL AS varchar) IS NULL OR root_service = CAST(NULL AS varchar))
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
    LIMIT 50
  EOT
  )
}

resource "aws_athena_named_query" "incomplete_traces" {
  name        = "incomplete-traces"
  description = var.tenants ? "Incomplete traces. Asks for, in this order, texts with their single quotes: tenant 'name'" : "Incomplete traces"
  database    = aws_glue_catalog_database.pipeline.name
  workgroup   = aws_athena_workgroup.pipeline.name
  query = chomp(<<-EOT
    WITH nodes AS (
      -- Several spans, because with some tracers the spans of a client and its server have one ID: the outer one counts.
      SELECT trace_id, span_id, min(nullif(parent_span_id, span_id)) AS parent, min(start_ns) AS start_ns,
             max(coalesce(sample_weight, 1e0)) AS weight,
             element_at(array_agg(CAST(ROW(service, name, kind) AS ROW(service varchar, name varchar, kind varchar))
                                  ORDER BY start_ns, end_ns DESC, kind, name, service), 1) AS span
      FROM spans
      WHERE (dt BETWEEN date_format(((current_timestamp - INTERVAL '24' HOUR) AT TIME ZONE 'UTC'), '%Y-%m-%d') AND date_format((current_timestamp AT TIME ZONE 'UTC'), '%Y-%m-%d') AND (dt > date_format(((current_timestamp - INTERVAL '24' HOUR) AT TIME ZONE 'UTC'), '%Y-%m-%d') OR hour >= hour(((current_timestamp - INTERVAL '24' HOUR) AT TIME ZONE 'UTC'))) AND NOT (dt = date_format(((current_timestamp - INTERVAL '24' HOUR) AT TIME ZONE 'UTC'), '%Y-%m-%d') AND hour = hour(((current_timestamp - INTERVAL '24' HOUR) AT TIME ZONE 'UTC')) AND coalesce(trace_start_time >= CAST(date_trunc('hour', ((current_timestamp - INTERVAL '24' HOUR) AT TIME ZONE 'UTC')) AS timestamp(3)) AND trace_start_time < CAST(((current_timestamp - INTERVAL '24' HOUR) AT TIME ZONE 'UTC') AS timestamp(3)), false))${var.tenants ? " AND tenant = ?" : ""}) AND span_id IS NOT NULL
      GROUP BY trace_id, span_id
    ), roles AS (
      -- Each span twice, as itself and as a child of its parent: a join would read the archive once more.
      SELECT trace_id, span_id, parent, start_ns, weight, span, r.is_child,
             max(CASE WHEN r.is_child THEN 0 ELSE 1 END)
               OVER (PARTITION BY trace_id, CASE WHEN r.is_child THEN parent ELSE span_id END) AS is_there
      FROM nodes CROSS JOIN UNNEST(ARRAY[true, false]) AS r (is_child)
    ), placed AS (
      SELECT trace_id, span_id, parent, start_ns, weight, span,
             CASE WHEN parent IS NULL THEN 'root' WHEN is_there = 0 THEN 'orphan' ELSE 'child' END AS place
      FROM roles
      WHERE is_child
    ), counted AS (
      SELECT trace_id, span_id, parent, weight, span, place,
             count(CASE WHEN place = 'root' THEN 1 END) OVER (PARTITION BY trace_id) AS roots,
             count(CASE WHEN place = 'orphan' THEN 1 END) OVER (PARTITION BY trace_id) AS orphans,
             row_number() OVER (PARTITION BY trace_id, place ORDER BY start_ns NULLS LAST, span_id) AS nth,
             row_number() OVER (PARTITION BY trace_id, place, parent ORDER BY start_ns NULLS LAST, span_id) AS nth_of_parent
      FROM placed
    ), found AS (
      SELECT trace_id, weight, span.service AS service, span.name AS name, span.kind AS kind,
             trace_id || '/' || span_id || '/' || coalesce(parent, '') AS example,
             CASE WHEN roots = 0 AND nth = 1 AND (place = 'orphan' OR orphans = 0) THEN 'no root'
                  WHEN place = 'orphan' AND nth_of_parent = 1 THEN 'missing parent'
                  WHEN place = 'root' AND nth > 1 THEN 'several roots' END AS problem
      FROM counted
    ), in_traces AS (
      -- Each operation of a trace once for each problem, and once as such.
      SELECT trace_id, service, name, kind, p.problem, max(weight) AS weight,
             min(CASE WHEN p.problem = found.problem THEN example END) AS example
      FROM found CROSS JOIN UNNEST(ARRAY[problem, 'any']) AS p (problem)
      WHERE p.problem IS NOT NULL
      GROUP BY trace_id, service, name, kind, p.problem
    ), sums AS (
      SELECT problem, service, name, kind, count(*) AS traces, sum(weight) AS estimated_traces, min(example) AS example
      FROM in_traces
      GROUP BY problem, service, name, kind
    ), shares AS (
      SELECT problem, service, name, kind, traces, estimated_traces, example,
             estimated_traces / max(CASE WHEN problem = 'any' THEN estimated_traces END)
                                OVER (PARTITION BY service, name, kind) AS share
      FROM sums
    )
    SELECT problem, service, name, kind, traces, estimated_traces, share,
           CASE WHEN problem = 'several roots' THEN 'context: passes on the trace ID without the span ID'
                WHEN kind IN ('SERVER', 'CONSUMER') AND share > 0.5e0
                THEN 'caller: sends a context but no spans (browser, gateway, proxy, not instrumented)'
                WHEN kind IN ('SERVER', 'CONSUMER') THEN 'caller: lost or late spans (exporter, crash)'
                WHEN share > 0.5e0 THEN 'this service: does not export the span above (filtered, never ended)'
                ELSE 'this service: lost or late spans (exporter, crash)' END AS look_for,
           split_part(example, '/', 1) AS example_trace, split_part(example, '/', 2) AS example_span_id,
           nullif(split_part(example, '/', 3), '') AS missing_span_id
    FROM shares
    WHERE problem <> 'any' AND (CAST(NULL AS varchar) IS NULL OR service = CAST(NULL AS varchar))
    ORDER BY estimated_traces DESC, problem, service, name, kind
    LIMIT 50
  EOT
  )
}

resource "aws_athena_named_query" "late_spans" {
  name        = "late-spans"
  description = var.tenants ? "Late spans. Asks for, in this order, texts with their single quotes: tenant 'name', tenant again" : "Late spans"
  database    = aws_glue_catalog_database.pipeline.name
  workgroup   = aws_athena_workgroup.pipeline.name
  query = chomp(<<-EOT
    WITH late AS (
      SELECT trace_id, span_id, service, name, start_time, end_ns, duration_ms, status, decided_at
      FROM spans
      WHERE (dt BETWEEN date_format(((current_timestamp - INTERVAL '24' HOUR) AT TIME ZONE 'UTC'), '%Y-%m-%d') AND date_format((current_timestamp AT TIME ZONE 'UTC'), '%Y-%m-%d') AND (dt > date_format(((current_timestamp - INTERVAL '24' HOUR) AT TIME ZONE 'UTC'), '%Y-%m-%d') OR hour >= hour(((current_timestamp - INTERVAL '24' HOUR) AT TIME ZONE 'UTC'))) AND NOT (dt = date_format(((current_timestamp - INTERVAL '24' HOUR) AT TIME ZONE 'UTC'), '%Y-%m-%d') AND hour = hour(((current_timestamp - INTERVAL '24' HOUR) AT TIME ZONE 'UTC')) AND coalesce(trace_start_time >= CAST(date_trunc('hour', ((current_timestamp - INTERVAL '24' HOUR) AT TIME ZONE 'UTC')) AS timestamp(3)) AND trace_start_time < CAST(((current_timestamp - INTERVAL '24' HOUR) AT TIME ZONE 'UTC') AS timestamp(3)), false))${var.tenants ? " AND tenant = ?" : ""}) AND seq > 0
    ), first AS (
      SELECT trace_id, decided_at, sampling_policy
      FROM traces
      WHERE (dt BETWEEN date_format(((current_timestamp - INTERVAL '24' HOUR) AT TIME ZONE 'UTC'), '%Y-%m-%d') AND date_format((current_timestamp AT TIME ZONE 'UTC'), '%Y-%m-%d') AND (dt > date_format(((current_timestamp - INTERVAL '24' HOUR) AT TIME ZONE 'UTC'), '%Y-%m-%d') OR hour >= hour(((current_timestamp - INTERVAL '24' HOUR) AT TIME ZONE 'UTC'))) AND NOT (dt = date_format(((current_timestamp - INTERVAL '24' HOUR) AT TIME ZONE 'UTC'), '%Y-%m-%d') AND hour = hour(((current_timestamp - INTERVAL '24' HOUR) AT TIME ZONE 'UTC')) AND coalesce(start_time >= CAST(date_trunc('hour', ((current_timestamp - INTERVAL '24' HOUR) AT TIME ZONE 'UTC')) AS timestamp(3)) AND start_time < CAST(((current_timestamp - INTERVAL '24' HOUR) AT TIME ZONE 'UTC') AS timestamp(3)), false))${var.tenants ? " AND tenant = ?" : ""})
    )
    SELECT late.trace_id, late.span_id, late.service, late.name, late.start_time, late.duration_ms, late.status,
           date_diff('millisecond', first.decided_at, late.decided_at) AS late_by_ms, first.sampling_policy
    FROM late JOIN first ON first.trace_id = late.trace_id
    WHERE late.decided_at > first.decided_at AND (CAST(NULL AS varchar) IS NULL OR late.service = CAST(NULL AS varchar))
    ORDER BY late_by_ms DESC, late.trace_id, late.span_id
    LIMIT 100
  EOT
  )
}

resource "aws_athena_named_query" "linked_traces" {
  name        = "linked-traces"
  description = "Linked traces. Asks for, in this order, texts with their single quotes: ${var.tenants ? "tenant 'name', tenant again, " : ""}trace_id '32 lower-case hex digits'"
  database    = aws_glue_catalog_database.pipeline.name
  workgroup   = aws_athena_workgroup.pipeline.name
  query = chomp(<<-EOT
    WITH links AS (
      SELECT s.trace_id AS from_trace, s.span_id, s.service, s.name, l.linked AS to_trace
      FROM (SELECT trace_id, span_id, service, name, linked_trace_ids FROM spans WHERE (dt BETWEEN date_format(((current_timestamp - INTERVAL '24' HOUR) AT TIME ZONE 'UTC'), '%Y-%m-%d') AND date_format((current_timestamp AT TIME ZONE 'UTC'), '%Y-%m-%d') AND (dt > date_format(((current_timestamp - INTERVAL '24' HOUR) AT TIME ZONE 'UTC'), '%Y-%m-%d') OR hour >= hour(((current_timestamp - INTERVAL '24' HOUR) AT TIME ZONE 'UTC'))) AND NOT (dt = date_format(((current_timestamp - INTERVAL '24' HOUR) AT TIME ZONE 'UTC'), '%Y-%m-%d') AND hour = hour(((current_timestamp - INTERVAL '24' HOUR) AT TIME ZONE 'UTC')) AND coalesce(trace_start_time >= CAST(date_trunc('hour', ((current_timestamp - INTERVAL '24' HOUR) AT TIME ZONE 'UTC')) AS timestamp(3)) AND trace_start_time < CAST(((current_timestamp - INTERVAL '24' HOUR) AT TIME ZONE 'UTC') AS timestamp(3)), false))${var.tenants ? " AND tenant = ?" : ""})) AS s
      CROSS JOIN UNNEST(s.linked_trace_ids) AS l (linked)
    ), kept AS (
      SELECT trace_id, start_time, root_service, root_name, duration_ms, status
      FROM traces
      WHERE (dt BETWEEN date_format(((current_timestamp - INTERVAL '24' HOUR) AT TIME ZONE 'UTC'), '%Y-%m-%d') AND date_format((current_timestamp AT TIME ZONE 'UTC'), '%Y-%m-%d') AND (dt > date_format(((current_timestamp - INTERVAL '24' HOUR) AT TIME ZONE 'UTC'), '%Y-%m-%d') OR hour >= hour(((current_timestamp - INTERVAL '24' HOUR) AT TIME ZONE 'UTC'))) AND NOT (dt = date_format(((current_timestamp - INTERVAL '24' HOUR) AT TIME ZONE 'UTC'), '%Y-%m-%d') AND hour = hour(((current_timestamp - INTERVAL '24' HOUR) AT TIME ZONE 'UTC')) AND coalesce(start_time >= CAST(date_trunc('hour', ((current_timestamp - INTERVAL '24' HOUR) AT TIME ZONE 'UTC')) AS timestamp(3)) AND start_time < CAST(((current_timestamp - INTERVAL '24' HOUR) AT TIME ZONE 'UTC') AS timestamp(3)), false))${var.tenants ? " AND tenant = ?" : ""})
    ), found AS (
      -- Each link as seen from both of its ends.
      SELECT d.direction, CASE d.direction WHEN 'to' THEN links.to_trace ELSE links.from_trace END AS trace_id,
             links.span_id, links.service, links.name
      FROM links CROSS JOIN UNNEST(ARRAY['to', 'from']) AS d (direction)
      WHERE CASE d.direction WHEN 'to' THEN links.from_trace ELSE links.to_trace END = ?
    )
    SELECT found.direction, found.trace_id, found.service AS linking_service, found.name AS linking_span,
           found.span_id AS linking_span_id, kept.trace_id IS NOT NULL AS is_kept,
           kept.start_time, kept.root_service, kept.root_name, kept.duration_ms, kept.status
    FROM found LEFT JOIN kept ON kept.trace_id = found.trace_id
    ORDER BY found.direction, found.trace_id, found.span_id
  EOT
  )
}

resource "aws_athena_named_query" "n_plus_one" {
  name        = "n-plus-one"
  description = "Repeated database queries (N+1)${var.tenants ? ". Asks for, in this order, texts with their single quotes: tenant 'name'" : ""}"
  database    = aws_glue_catalog_database.pipeline.name
  workgroup   = aws_athena_workgroup.pipeline.name
  query = chomp(<<-EOT
    WITH repeated AS (
      SELECT trace_id, parent_span_id, service, db_system, db_query, count(*) AS repeats, sum(duration_ms) AS total_ms
      FROM spans
      WHERE (dt BETWEEN date_format(((current_timestamp - INTERVAL '24' HOUR) AT TIME ZONE 'UTC'), '%Y-%m-%d') AND date_format((current_timestamp AT TIME ZONE 'UTC'), '%Y-%m-%d') AND (dt > date_format(((current_timestamp - INTERVAL '24' HOUR) AT TIME ZONE 'UTC'), '%Y-%m-%d') OR hour >= hour(((current_timestamp - INTERVAL '24' HOUR) AT TIME ZONE 'UTC'))) AND NOT (dt = date_format(((current_timestamp - INTERVAL '24' HOUR) AT TIME ZONE 'UTC'), '%Y-%m-%d') AND hour = hour(((current_timestamp - INTERVAL '24' HOUR) AT TIME ZONE 'UTC')) AND coalesce(trace_start_time >= CAST(date_trunc('hour', ((current_timestamp - INTERVAL '24' HOUR) AT TIME ZONE 'UTC')) AS timestamp(3)) AND trace_start_time < CAST(((current_timestamp - INTERVAL '24' HOUR) AT TIME ZONE 'UTC') AS timestamp(3)), false))${var.tenants ? " AND tenant = ?" : ""}) AND db_query IS NOT NULL AND (CAST(NULL AS varchar) IS NULL OR service = CAST(NULL AS varchar))
      GROUP BY trace_id, parent_span_id, service, db_system, db_query
      HAVING count(*) >= 10
    )
    SELECT service, db_system, db_query, count(DISTINCT trace_id) AS traces, max(repeats) AS most_repeats,
           sum(repeats) AS queries, sum(total_ms) AS total_ms, min(trace_id) AS example_trace
    FROM repeated
    GROUP BY service, db_system, db_query
    ORDER BY queries DESC, service, db_query
    LIMIT 50
  EOT
  )
}

resource "aws_athena_named_query" "policies" {
  name        = "policies"
  description = "What each policy kept, and what it ${var.tenants ? "costs. Asks for, in this order, texts with their single quotes: tenant 'name'" : "costs"}"
  database    = aws_glue_catalog_database.pipeline.name
  workgroup   = aws_athena_workgroup.pipeline.name
  query = chomp(<<-EOT
    WITH kept AS (
      SELECT sampling_policy, count(*) AS kept_traces, sum(span_count) AS kept_spans,
             sum(coalesce(sample_weight, 1e0)) AS traces, sum(span_count * coalesce(sample_weight, 1e0)) AS spans,
             count(CASE WHEN sample_weight IS NULL THEN 1 END) AS unknown_weight,
             max(date_diff('millisecond', start_time, decided_at)) AS longest_wait_ms
      FROM traces
      WHERE (dt BETWEEN date_format(((current_timestamp - INTERVAL '24' HOUR) AT TIME ZONE 'UTC'), '%Y-%m-%d') AND date_format((current_timestamp AT TIME ZONE 'UTC'), '%Y-%m-%d') AND (dt > date_format(((current_timestamp - INTERVAL '24' HOUR) AT TIME ZONE 'UTC'), '%Y-%m-%d') OR hour >= hour(((current_timestamp - INTERVAL '24' HOUR) AT TIME ZONE 'UTC'))) AND NOT (dt = date_format(((current_timestamp - INTERVAL '24' HOUR) AT TIME ZONE 'UTC'), '%Y-%m-%d') AND hour = hour(((current_timestamp - INTERVAL '24' HOUR) AT TIME ZONE 'UTC')) AND coalesce(start_time >= CAST(date_trunc('hour', ((current_timestamp - INTERVAL '24' HOUR) AT TIME ZONE 'UTC')) AS timestamp(3)) AND start_time < CAST(((current_timestamp - INTERVAL '24' HOUR) AT TIME ZONE 'UTC') AS timestamp(3)), false))${var.tenants ? " AND tenant = ?" : ""})
      GROUP BY sampling_policy
    )
    SELECT sampling_policy, kept_traces, kept_spans,
           CAST(kept_spans AS double) / sum(kept_spans) OVER () AS share_of_kept_spans,
           traces AS estimated_traces, spans AS estimated_spans,
           kept_spans * 1e0 / 1e6 AS usd_kept,
           spans * 1e0 / 1e6 AS usd_without_sampling,
           unknown_weight, longest_wait_ms
    FROM kept
    ORDER BY kept_spans DESC, sampling_policy
  EOT
  )
}

resource "aws_athena_named_query" "red" {
  name        = "red"
  description = var.tenants ? "Rate, errors and duration. Asks for, in this order, texts with their single quotes: tenant 'name'" : "Rate, errors and duration"
  database    = aws_glue_catalog_database.pipeline.name
  workgroup   = aws_athena_workgroup.pipeline.name
  query = chomp(<<-EOT
    WITH requests AS (
      -- The spans of a trace are kept together, so that what varies is the trace: how many of these requests it has.
      SELECT date_trunc('hour', start_time) AS interval_start, service, name, status, duration_ms, sample_weight,
             coalesce(sample_weight, 1e0) AS weight,
             CAST(count(*) OVER (PARTITION BY trace_id, date_trunc('hour', start_time), service, name) AS double) AS in_trace,
             CAST(count(CASE WHEN status = 'ERROR' THEN 1 END)
                  OVER (PARTITION BY trace_id, date_trunc('hour', start_time), service, name) AS double) AS errors_in_trace
      FROM spans
      WHERE (dt BETWEEN date_format(((current_timestamp - INTERVAL '24' HOUR) AT TIME ZONE 'UTC'), '%Y-%m-%d') AND date_format((current_timestamp AT TIME ZONE 'UTC'), '%Y-%m-%d') AND (dt > date_format(((current_timestamp - INTERVAL '24' HOUR) AT TIME ZONE 'UTC'), '%Y-%m-%d') OR hour >= hour(((current_timestamp - INTERVAL '24' HOUR) AT TIME ZONE 'UTC'))) AND NOT (dt = date_format(((current_timestamp - INTERVAL '24' HOUR) AT TIME ZONE 'UTC'), '%Y-%m-%d') AND hour = hour(((current_timestamp - INTERVAL '24' HOUR) AT TIME ZONE 'UTC')) AND coalesce(trace_start_time >= CAST(date_trunc('hour', ((current_timestamp - INTERVAL '24' HOUR) AT TIME ZONE 'UTC')) AS timestamp(3)) AND trace_start_time < CAST(((current_timestamp - INTERVAL '24' HOUR) AT TIME ZONE 'UTC') AS timestamp(3)), false))${var.tenants ? " AND tenant = ?" : ""})
        AND kind IN ('SERVER', 'CONSUMER')
        AND (CAST(NULL AS varchar) IS NULL OR service = CAST(NULL AS varchar))
        AND (CAST(NULL AS varchar) IS NULL OR name = CAST(NULL AS varchar))
    ), sums AS (
      -- A trace that is kept with probability 1/w adds w (w - 1) times the square of its count to the variance.
      SELECT interval_start, service, name,
             sum(weight) AS requests,
             sum(CASE WHEN status = 'ERROR' THEN weight ELSE 0e0 END) AS errors,
             sum(in_trace * weight * (weight - 1e0)) AS requests_variance,
             sum(CASE WHEN status = 'ERROR' THEN errors_in_trace * weight * (weight - 1e0) ELSE 0e0 END) AS errors_variance,
             sum(CASE WHEN status = 'ERROR' THEN in_trace * weight * (weight - 1e0) ELSE 0e0 END) AS covariance,
             approx_percentile(duration_ms, weight, 0.5e0) AS p50_ms,
             approx_percentile(duration_ms, weight, 0.95e0) AS p95_ms,
             approx_percentile(duration_ms, weight, 0.99e0) AS p99_ms,
             count(*) AS kept_spans,
             count(CASE WHEN sample_weight IS NULL THEN 1 END) AS unknown_weight
      FROM requests
      GROUP BY interval_start, service, name
    )
    SELECT interval_start, service, name, requests, sqrt(requests_variance) AS requests_se,
           errors, sqrt(errors_variance) AS errors_se, errors / requests AS error_rate,
           sqrt(greatest(errors_variance - 2e0 * errors / requests * covariance
                         + errors / requests * errors / requests * requests_variance, 0e0)) / requests AS error_rate_se,
           p50_ms, p95_ms, p99_ms, kept_spans, unknown_weight
    FROM sums
    ORDER BY interval_start, requests DESC, service, name
  EOT
  )
}

resource "aws_athena_named_query" "slow_requests" {
  name        = "slow-requests"
  description = var.tenants ? "Slow requests. Asks for, in this order, texts with their single quotes: tenant 'name'" : "Slow requests"
  database    = aws_glue_catalog_database.pipeline.name
  workgroup   = aws_athena_workgroup.pipeline.name
  query = chomp(<<-EOT
    SELECT trace_id, start_time, service, name, duration_ms, status, http_status, root_service, root_name, sampling_policy,
           span_id
    FROM spans
    WHERE (dt BETWEEN date_format(((current_timestamp - INTERVAL '24' HOUR) AT TIME ZONE 'UTC'), '%Y-%m-%d') AND date_format((current_timestamp AT TIME ZONE 'UTC'), '%Y-%m-%d') AND (dt > date_format(((current_timestamp - INTERVAL '24' HOUR) AT TIME ZONE 'UTC'), '%Y-%m-%d') OR hour >= hour(((current_timestamp - INTERVAL '24' HOUR) AT TIME ZONE 'UTC'))) AND NOT (dt = date_format(((current_timestamp - INTERVAL '24' HOUR) AT TIME ZONE 'UTC'), '%Y-%m-%d') AND hour = hour(((current_timestamp - INTERVAL '24' HOUR) AT TIME ZONE 'UTC')) AND coalesce(trace_start_time >= CAST(date_trunc('hour', ((current_timestamp - INTERVAL '24' HOUR) AT TIME ZONE 'UTC')) AS timestamp(3)) AND trace_start_time < CAST(((current_timestamp - INTERVAL '24' HOUR) AT TIME ZONE 'UTC') AS timestamp(3)), false))${var.tenants ? " AND tenant = ?" : ""})
      AND (kind IN ('SERVER', 'CONSUMER') OR parent_span_id IS NULL)
      AND (CAST(NULL AS varchar) IS NULL OR service = CAST(NULL AS varchar))
      AND (CAST(NULL AS varchar) IS NULL OR name = CAST(NULL AS varchar))
      AND duration_ms >= 500e0
    ORDER BY duration_ms DESC, trace_id, span_id
    LIMIT 50
  EOT
  )
}

resource "aws_athena_named_query" "spans" {
  name        = "spans"
  description = var.tenants ? "Spans. Asks for, in this order, texts with their single quotes: tenant 'name'" : "Spans"
  database    = aws_glue_catalog_database.pipeline.name
  workgroup   = aws_athena_workgroup.pipeline.name
  query = chomp(<<-EOT
    SELECT trace_id, start_time, service, name, kind, duration_ms, status,
           coalesce(nullif(status_message, ''), exception_message) AS message, span_id, sampling_policy
    FROM spans
    WHERE (dt BETWEEN date_format(((current_timestamp - INTERVAL '24' HOUR) AT TIME ZONE 'UTC'), '%Y-%m-%d') AND date_format((current_timestamp AT TIME ZONE 'UTC'), '%Y-%m-%d') AND (dt > date_format(((current_timestamp - INTERVAL '24' HOUR) AT TIME ZONE 'UTC'), '%Y-%m-%d') OR hour >= hour(((current_timestamp - INTERVAL '24' HOUR) AT TIME ZONE 'UTC'))) AND NOT (dt = date_format(((current_timestamp - INTERVAL '24' HOUR) AT TIME ZONE 'UTC'), '%Y-%m-%d') AND hour = hour(((current_timestamp - INTERVAL '24' HOUR) AT TIME ZONE 'UTC')) AND coalesce(trace_start_time >= CAST(date_trunc('hour', ((current_timestamp - INTERVAL '24' HOUR) AT TIME ZONE 'UTC')) AS timestamp(3)) AND trace_start_time < CAST(((current_timestamp - INTERVAL '24' HOUR) AT TIME ZONE 'UTC') AS timestamp(3)), false))${var.tenants ? " AND tenant = ?" : ""})
      AND (CAST(NULL AS varchar) IS NULL OR service = CAST(NULL AS varchar))
      AND (CAST(NULL AS varchar) IS NULL OR name = CAST(NULL AS varchar))
      AND (CAST(NULL AS varchar) IS NULL OR kind = CAST(NULL AS varchar))
      AND (CAST(NULL AS double) IS NULL OR duration_ms >= CAST(NULL AS double))
      AND (CAST(NULL AS double) IS NULL OR duration_ms <= CAST(NULL AS double))
      AND (CAST(NULL AS varchar) IS NULL OR status = CAST(NULL AS varchar))
      AND (CAST(NULL AS varchar) IS NULL
           OR coalesce(element_at(attributes, split_part(CAST(NULL AS varchar), '=', 1)),
                       element_at(resource_attributes, split_part(CAST(NULL AS varchar), '=', 1)))
              = substr(CAST(NULL AS varchar), strpos(CAST(NULL AS varchar), '=') + 1))
    ORDER BY start_ns DESC, trace_id, span_id
    LIMIT 100
  EOT
  )
}

resource "aws_athena_named_query" "timeouts" {
  name        = "timeouts"
  description = var.tenants ? "Timeouts and retries. Asks for, in this order, texts with their single quotes: tenant 'name'" : "Timeouts and retries"
  database    = aws_glue_catalog_database.pipeline.name
  workgroup   = aws_athena_workgroup.pipeline.name
  query = chomp(<<-EOT
    WITH s AS (
      SELECT trace_id, span_id, nullif(parent_span_id, span_id) AS parent, service, name, kind, status, start_ns, end_ns,
             coalesce(sample_weight, 1e0) AS weight,
             element_at(filter(ARRAY[1e3, 2e3, 3e3, 5e3, 10e3, 15e3, 20e3, 29e3, 30e3, 60e3, 90e3, 120e3, 300e3, 900e3],
                               x -> abs(duration_ms - x) <= 50e0), 1) AS round_ms,
             coalesce(element_at(attributes, 'server.address'), element_at(attributes, 'net.peer.name'),
                      element_at(attributes, 'peer.service'),
                      nullif(split_part(coalesce(element_at(attributes, 'url.full'), element_at(attributes, 'http.url')), '/', 3), ''))
               AS peer
      FROM spans
      -- What was sent before it had ended tells nothing.
      WHERE (dt BETWEEN date_format(((current_timestamp - INTERVAL '24' HOUR) AT TIME ZONE 'UTC'), '%Y-%m-%d') AND date_format((current_timestamp AT TIME ZONE 'UTC'), '%Y-%m-%d') AND (dt > date_format(((current_timestamp - INTERVAL '24' HOUR) AT TIME ZONE 'UTC'), '%Y-%m-%d') OR hour >= hour(((current_timestamp - INTERVAL '24' HOUR) AT TIME ZONE 'UTC'))) AND NOT (dt = date_format(((current_timestamp - INTERVAL '24' HOUR) AT TIME ZONE 'UTC'), '%Y-%m-%d') AND hour = hour(((current_timestamp - INTERVAL '24' HOUR) AT TIME ZONE 'UTC')) AND coalesce(trace_start_time >= CAST(date_trunc('hour', ((current_timestamp - INTERVAL '24' HOUR) AT TIME ZONE 'UTC')) AS timestamp(3)) AND trace_start_time < CAST(((current_timestamp - INTERVAL '24' HOUR) AT TIME ZONE 'UTC') AS timestamp(3)), false))${var.tenants ? " AND tenant = ?" : ""}) AND span_id IS NOT NULL AND end_ns IS NOT NULL
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
             element_at(filter(children, c -> c.a < span.b AND c.b > span.b + 50e0 * 1e6 AND c.kind <> 'CONSUMER'), 1) AS goes_on,
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
    WHERE (CAST(NULL AS varchar) IS NULL OR service = CAST(NULL AS varchar))
    GROUP BY finding, service, name, peer, timeout_ms
    ORDER BY estimated_times DESC, finding, service, name, peer, timeout_ms
    LIMIT 50
  EOT
  )
}

resource "aws_athena_named_query" "trace_of_log" {
  name        = "trace-of-log"
  description = "The trace of a log line. Asks for, in this order, texts with their single quotes: ${var.tenants ? "tenant 'name', " : ""}trace_id '32 lower-case hex digits'"
  database    = aws_glue_catalog_database.pipeline.name
  workgroup   = aws_athena_workgroup.pipeline.name
  query = chomp(<<-EOT
    SELECT trace_id, start_time, duration_ms, root_service, root_name, services, span_count, error_count, status,
           sampling_policy, decided_at, dt, hour
    FROM traces
    WHERE (dt BETWEEN date_format(((current_timestamp - INTERVAL '24' HOUR) AT TIME ZONE 'UTC'), '%Y-%m-%d') AND date_format((current_timestamp AT TIME ZONE 'UTC'), '%Y-%m-%d') AND (dt > date_format(((current_timestamp - INTERVAL '24' HOUR) AT TIME ZONE 'UTC'), '%Y-%m-%d') OR hour >= hour(((current_timestamp - INTERVAL '24' HOUR) AT TIME ZONE 'UTC'))) AND NOT (dt = date_format(((current_timestamp - INTERVAL '24' HOUR) AT TIME ZONE 'UTC'), '%Y-%m-%d') AND hour = hour(((current_timestamp - INTERVAL '24' HOUR) AT TIME ZONE 'UTC')) AND coalesce(start_time >= CAST(date_trunc('hour', ((current_timestamp - INTERVAL '24' HOUR) AT TIME ZONE 'UTC')) AS timestamp(3)) AND start_time < CAST(((current_timestamp - INTERVAL '24' HOUR) AT TIME ZONE 'UTC') AS timestamp(3)), false))${var.tenants ? " AND tenant = ?" : ""}) AND trace_id = ?
  EOT
  )
}

resource "aws_athena_named_query" "waterfall" {
  name        = "waterfall"
  description = "One trace as a waterfall. Asks for, in this order, texts with their single quotes: ${var.tenants ? "tenant 'name', " : ""}trace_id '32 lower-case hex digits'"
  database    = aws_glue_catalog_database.pipeline.name
  workgroup   = aws_athena_workgroup.pipeline.name
  query = chomp(<<-EOT
    WITH copies AS (
      SELECT *, max(end_ns) OVER (PARTITION BY span_id, kind, name, start_ns) AS last_end_ns
      FROM spans
      WHERE (dt BETWEEN date_format(((current_timestamp - INTERVAL '24' HOUR) AT TIME ZONE 'UTC'), '%Y-%m-%d') AND date_format((current_timestamp AT TIME ZONE 'UTC'), '%Y-%m-%d') AND (dt > date_format(((current_timestamp - INTERVAL '24' HOUR) AT TIME ZONE 'UTC'), '%Y-%m-%d') OR hour >= hour(((current_timestamp - INTERVAL '24' HOUR) AT TIME ZONE 'UTC'))) AND NOT (dt = date_format(((current_timestamp - INTERVAL '24' HOUR) AT TIME ZONE 'UTC'), '%Y-%m-%d') AND hour = hour(((current_timestamp - INTERVAL '24' HOUR) AT TIME ZONE 'UTC')) AND coalesce(trace_start_time >= CAST(date_trunc('hour', ((current_timestamp - INTERVAL '24' HOUR) AT TIME ZONE 'UTC')) AS timestamp(3)) AND trace_start_time < CAST(((current_timestamp - INTERVAL '24' HOUR) AT TIME ZONE 'UTC') AS timestamp(3)), false))${var.tenants ? " AND tenant = ?" : ""}) AND trace_id = ?
    ), roles AS (
      -- Each span twice, as itself and as a child of its parent: a join would read the archive once more.
      SELECT CASE WHEN r.is_child THEN nullif(parent_span_id, span_id) ELSE span_id END AS id, r.is_child,
             nullif(parent_span_id, span_id) AS parent_span_id, service, name, kind, status, start_ns, end_ns,
             coalesce(nullif(status_message, ''), exception_message) AS message, sampling_policy
      FROM copies CROSS JOIN UNNEST(ARRAY[true, false]) AS r (is_child)
      WHERE end_ns > 0 OR coalesce(last_end_ns, 0) = 0
    ), nodes AS (
      -- Several spans, because with some tracers the spans of a client and its server have one ID.
      SELECT id, min(CASE WHEN NOT is_child THEN parent_span_id END) AS parent,
             min(CASE WHEN NOT is_child THEN start_ns END) AS start_ns,
             array_agg(CAST(ROW(parent_span_id, service, name, kind, status, start_ns, end_ns, message, sampling_policy)
                       AS ROW(parent varchar, service varchar, name varchar, kind varchar, status varchar, a bigint, b bigint,
                              message varchar, sampling_policy varchar))
                       ORDER BY start_ns, kind, name) FILTER (WHERE NOT is_child) AS spans,
             array_agg(CAST(ROW(start_ns, end_ns, 0) AS ROW(a bigint, b bigint, busy bigint))
                       ORDER BY start_ns, end_ns) FILTER (WHERE is_child AND end_ns > start_ns) AS children
      FROM roles
      WHERE id IS NOT NULL
      GROUP BY id
      HAVING count(CASE WHEN NOT is_child THEN 1 END) > 0
    ), trace AS (
      SELECT map_agg(id, CAST(ROW(parent, lpad(CAST(coalesce(start_ns, 0) AS varchar), 20, '0') || id)
                         AS ROW(parent varchar, place varchar))) AS parents,
             map_agg(id, spans) AS spans, map_agg(id, children) AS children, min(start_ns) AS begin_ns
      FROM nodes
    ), climbed AS (
      SELECT k.id, element_at(trace.spans, k.id) AS spans, element_at(trace.children, k.id) AS children, trace.begin_ns,
             reduce(
               repeat(CAST(ROW(NULL, -1, '') AS ROW(here ROW(parent varchar, place varchar), depth bigint, path varchar)), 100),
               CAST(ROW(element_at(trace.parents, k.id), -1, '')
                    AS ROW(here ROW(parent varchar, place varchar), depth bigint, path varchar)),
               (c, i) -> CASE WHEN c.here IS NULL THEN c ELSE
                 CAST(ROW(element_at(trace.parents, c.here.parent), c.depth + 1, c.here.place || '/' || c.path)
                      AS ROW(here ROW(parent varchar, place varchar), depth bigint, path varchar)) END,
               c -> c
             ) AS climb
      FROM trace CROSS JOIN UNNEST(map_keys(trace.parents)) AS k (id)
    ), s AS (
      SELECT climbed.id, climbed.climb, climbed.children, climbed.begin_ns, i.n, element_at(climbed.spans, i.n) AS span
      FROM climbed CROSS JOIN UNNEST(sequence(1, cardinality(climbed.spans))) AS i (n)
    ), timed AS (
      -- Children in order of start: what each adds to the time that those before it cover.
      SELECT s.id, s.climb, s.begin_ns, s.n, s.span,
             (reduce(
               s.children,
               CAST(ROW(s.span.a, s.span.a, 0) AS ROW(a bigint, b bigint, busy bigint)),
               (c, x) -> CASE WHEN least(x.b, s.span.b) <= c.b THEN c ELSE
                 CAST(ROW(c.a, least(x.b, s.span.b), c.busy + least(x.b, s.span.b) - greatest(x.a, c.b))
                      AS ROW(a bigint, b bigint, busy bigint)) END,
               c -> c
             )).busy AS children_ns
      FROM s
    )
    SELECT timed.climb.depth AS depth, (timed.span.a - timed.begin_ns) / 1e6 AS offset_ms,
           (timed.span.b - timed.span.a) / 1e6 AS duration_ms,
           (timed.span.b - timed.span.a - coalesce(timed.children_ns, 0)) / 1e6 AS self_ms,
           timed.span.service AS service, timed.span.name AS name, timed.span.kind AS kind, timed.span.status AS status,
           timed.span.message AS message, timed.id AS span_id, timed.span.parent AS parent_span_id,
           timed.span.sampling_policy AS sampling_policy
    FROM timed
    ORDER BY timed.climb.path, timed.n
  EOT
  )
}
