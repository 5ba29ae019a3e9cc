# Generated from the constructs in lib/cdk by "npm run build"; do not edit.

resource "aws_glue_catalog_database" "pipeline" {
  name        = replace(var.pipeline_name, "-", "_")
  description = "Tailgate: kept traces"
}

resource "aws_glue_catalog_table" "traces_otlp" {
  name          = "traces_otlp"
  database_name = aws_glue_catalog_database.pipeline.name
  description   = "Kept traces: a line each, or more for large traces and late spans, with the spans as OTLP."
  table_type    = "EXTERNAL_TABLE"
  parameters = merge(
    {
      EXTERNAL                      = "TRUE"
      classification                = "json"
      "projection.enabled"          = "true"
      "projection.dt.type"          = "date"
      "projection.dt.format"        = "yyyy-MM-dd"
      "projection.dt.range"         = local.archive_retention[var.archive_retention_days].date_range
      "projection.dt.interval"      = "1"
      "projection.dt.interval.unit" = "DAYS"
      "projection.hour.type"        = "integer"
      "projection.hour.range"       = "0,23"
      "projection.hour.digits"      = "2"
      "storage.location.template"   = "s3://${aws_s3_bucket.archive.bucket}/traces/${var.tenants ? "tenant=$${tenant}/" : ""}dt=$${dt}/hour=$${hour}/"
    },
    (
      var.tenants
      ? {
        "projection.tenant.type" = "injected"
      }
      : {}
    )
  )

  dynamic "partition_keys" {
    for_each = concat(
      (
        var.tenants
        ? [
          {
            name    = "tenant"
            type    = "string"
            comment = "Whose traces these are; each query must say: tenant = '…'."
          },
        ]
        : []
      ),
      [
        {
          name    = "dt"
          type    = "string"
          comment = "Day that the trace is filed under, UTC, YYYY-MM-DD: of its start, or of its arrival if the two are more than 24 hours apart. A condition on it avoids reading other days."
        },
        {
          name    = "hour"
          type    = "int"
          comment = "Hour that the trace is filed under, UTC, 0 to 23, as in dt. A condition on it avoids reading other hours."
        },
      ]
    )

    content {
      name    = partition_keys.value.name
      type    = partition_keys.value.type
      comment = partition_keys.value.comment
    }
  }

  storage_descriptor {
    location      = "s3://${aws_s3_bucket.archive.bucket}/traces/"
    input_format  = "org.apache.hadoop.mapred.TextInputFormat"
    output_format = "org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat"

    dynamic "columns" {
      for_each = [
        {
          name    = "resourcespans"
          type    = "array<struct<resource:struct<attributes:array<struct<key:string,value:struct<stringvalue:string,boolvalue:boolean,intvalue:string,doublevalue:string,arrayvalue:struct<values:array<struct<stringvalue:string,boolvalue:boolean,intvalue:string,doublevalue:string,bytesvalue:string>>>,kvlistvalue:struct<values:array<struct<key:string,value:struct<stringvalue:string,boolvalue:boolean,intvalue:string,doublevalue:string,bytesvalue:string>>>>,bytesvalue:string>>>,droppedattributescount:bigint,entityrefs:array<struct<schemaurl:string,type:string,idkeys:array<string>,descriptionkeys:array<string>>>>,scopespans:array<struct<scope:struct<name:string,version:string,attributes:array<struct<key:string,value:struct<stringvalue:string,boolvalue:boolean,intvalue:string,doublevalue:string,arrayvalue:struct<values:array<struct<stringvalue:string,boolvalue:boolean,intvalue:string,doublevalue:string,bytesvalue:string>>>,kvlistvalue:struct<values:array<struct<key:string,value:struct<stringvalue:string,boolvalue:boolean,intvalue:string,doublevalue:string,bytesvalue:string>>>>,bytesvalue:string>>>,droppedattributescount:bigint>,spans:array<struct<traceid:string,spanid:string,tracestate:string,parentspanid:string,name:string,kind:int,starttimeunixnano:string,endtimeunixnano:string,attributes:array<struct<key:string,value:struct<stringvalue:string,boolvalue:boolean,intvalue:string,doublevalue:string,arrayvalue:struct<values:array<struct<stringvalue:string,boolvalue:boolean,intvalue:string,doublevalue:string,bytesvalue:string>>>,kvlistvalue:struct<values:array<struct<key:string,value:struct<stringvalue:string,boolvalue:boolean,intvalue:string,doublevalue:string,bytesvalue:string>>>>,bytesvalue:string>>>,droppedattributescount:bigint,events:array<struct<timeunixnano:string,name:string,attributes:array<struct<key:string,value:struct<stringvalue:string,boolvalue:boolean,intvalue:string,doublevalue:string,arrayvalue:struct<values:array<struct<stringvalue:string,boolvalue:boolean,intvalue:string,doublevalue:string,bytesvalue:string>>>,kvlistvalue:struct<values:array<struct<key:string,value:struct<stringvalue:string,boolvalue:boolean,intvalue:string,doublevalue:string,bytesvalue:string>>>>,bytesvalue:string>>>,droppedattributescount:bigint>>,droppedeventscount:bigint,links:array<struct<traceid:string,spanid:string,tracestate:string,attributes:array<struct<key:string,value:struct<stringvalue:string,boolvalue:boolean,intvalue:string,doublevalue:string,arrayvalue:struct<values:array<struct<stringvalue:string,boolvalue:boolean,intvalue:string,doublevalue:string,bytesvalue:string>>>,kvlistvalue:struct<values:array<struct<key:string,value:struct<stringvalue:string,boolvalue:boolean,intvalue:string,doublevalue:string,bytesvalue:string>>>>,bytesvalue:string>>>,droppedattributescount:bigint,flags:bigint>>,droppedlinkscount:bigint,status:struct<message:string,code:int>,flags:bigint>>,schemaurl:string>>,schemaurl:string>>"
          comment = "The spans as OTLP JSON has them, all names in lower case."
        },
        {
          name    = "trace_id"
          type    = "string"
          comment = "Trace ID, 32 lower-case hex digits."
        },
        {
          name    = "start_time"
          type    = "timestamp"
          comment = "Start of the earliest span, UTC; NULL when no span has one."
        },
        {
          name    = "duration_ms"
          type    = "double"
          comment = "From the earliest start to the latest end, in milliseconds; 0 when that is negative, NULL when there is no start or no end."
        },
        {
          name    = "root_service"
          type    = "string"
          comment = "Service of the root span, or of the earliest span when there is no root; NULL when it has none."
        },
        {
          name    = "root_name"
          type    = "string"
          comment = "Name of the root span, or of the earliest span when there is no root; NULL when it has none."
        },
        {
          name    = "services"
          type    = "array<string>"
          comment = "Every service.name in the trace, sorted."
        },
        {
          name    = "span_count"
          type    = "int"
          comment = "Number of spans; an unfinished copy of a finished span does not count."
        },
        {
          name    = "error_count"
          type    = "int"
          comment = "Number of spans with status ERROR."
        },
        {
          name    = "status"
          type    = "string"
          comment = "ERROR when any span has status ERROR, else OK."
        },
        {
          name    = "sampling_policy"
          type    = "string"
          comment = "The policy that sampled the trace."
        },
        {
          name    = "sample_weight"
          type    = "double"
          comment = "How many traces this one stands for; NULL when that is unknown."
        },
        {
          name    = "decided_at"
          type    = "timestamp"
          comment = "When the trace was decided, UTC."
        },
        {
          name    = "seq"
          type    = "int"
          comment = "0 on the first line of a trace; 1 and more on further lines (large traces, late spans)."
        },
      ]

      content {
        name    = columns.value.name
        type    = columns.value.type
        comment = columns.value.comment
      }
    }

    ser_de_info {
      serialization_library = "org.apache.hive.hcatalog.data.JsonSerDe"
      parameters            = {}
    }
  }
}

resource "aws_glue_catalog_table" "traces_raw" {
  name          = "traces_raw"
  database_name = aws_glue_catalog_database.pipeline.name
  description   = "Kept traces: the lines of the archive as they are stored."
  table_type    = "EXTERNAL_TABLE"
  parameters = merge(
    {
      EXTERNAL                      = "TRUE"
      classification                = "json"
      "projection.enabled"          = "true"
      "projection.dt.type"          = "date"
      "projection.dt.format"        = "yyyy-MM-dd"
      "projection.dt.range"         = local.archive_retention[var.archive_retention_days].date_range
      "projection.dt.interval"      = "1"
      "projection.dt.interval.unit" = "DAYS"
      "projection.hour.type"        = "integer"
      "projection.hour.range"       = "0,23"
      "projection.hour.digits"      = "2"
      "storage.location.template"   = "s3://${aws_s3_bucket.archive.bucket}/traces/${var.tenants ? "tenant=$${tenant}/" : ""}dt=$${dt}/hour=$${hour}/"
    },
    (
      var.tenants
      ? {
        "projection.tenant.type" = "injected"
      }
      : {}
    )
  )

  dynamic "partition_keys" {
    for_each = concat(
      (
        var.tenants
        ? [
          {
            name    = "tenant"
            type    = "string"
            comment = "Whose traces these are; each query must say: tenant = '…'."
          },
        ]
        : []
      ),
      [
        {
          name    = "dt"
          type    = "string"
          comment = "Day that the trace is filed under, UTC, YYYY-MM-DD: of its start, or of its arrival if the two are more than 24 hours apart. A condition on it avoids reading other days."
        },
        {
          name    = "hour"
          type    = "int"
          comment = "Hour that the trace is filed under, UTC, 0 to 23, as in dt. A condition on it avoids reading other hours."
        },
      ]
    )

    content {
      name    = partition_keys.value.name
      type    = partition_keys.value.type
      comment = partition_keys.value.comment
    }
  }

  storage_descriptor {
    location      = "s3://${aws_s3_bucket.archive.bucket}/traces/"
    input_format  = "org.apache.hadoop.mapred.TextInputFormat"
    output_format = "org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat"

    dynamic "columns" {
      for_each = [
        {
          name    = "line"
          type    = "string"
          comment = "The line as it is stored: OTLP JSON TracesData, then the columns of traces."
        },
      ]

      content {
        name    = columns.value.name
        type    = columns.value.type
        comment = columns.value.comment
      }
    }

    ser_de_info {
      serialization_library = "org.apache.hadoop.hive.serde2.lazy.LazySimpleSerDe"
      parameters = {
        "field.delim" = ""
      }
    }
  }
}

resource "aws_glue_catalog_table" "spans_parquet" {
  count         = var.compaction ? 1 : 0
  name          = "spans_parquet"
  database_name = aws_glue_catalog_database.pipeline.name
  description   = "Copies of compacted hours, which the views traces and spans read instead of the lines."
  table_type    = "EXTERNAL_TABLE"
  parameters = merge(
    {
      EXTERNAL                      = "TRUE"
      classification                = "parquet"
      "projection.enabled"          = "true"
      "projection.dt.type"          = "date"
      "projection.dt.format"        = "yyyy-MM-dd"
      "projection.dt.range"         = local.archive_retention[var.archive_retention_days].date_range
      "projection.dt.interval"      = "1"
      "projection.dt.interval.unit" = "DAYS"
      "projection.hour.type"        = "integer"
      "projection.hour.range"       = "0,23"
      "projection.hour.digits"      = "2"
      "storage.location.template"   = "s3://${aws_s3_bucket.archive.bucket}/spans/${var.tenants ? "tenant=$${tenant}/" : ""}dt=$${dt}/hour=$${hour}/"
    },
    (
      var.tenants
      ? {
        "projection.tenant.type" = "injected"
      }
      : {}
    )
  )

  dynamic "partition_keys" {
    for_each = concat(
      (
        var.tenants
        ? [
          {
            name    = "tenant"
            type    = "string"
            comment = "Whose traces these are; each query must say: tenant = '…'."
          },
        ]
        : []
      ),
      [
        {
          name    = "dt"
          type    = "string"
          comment = "Day that the trace is filed under, UTC, YYYY-MM-DD: of its start, or of its arrival if the two are more than 24 hours apart. A condition on it avoids reading other days."
        },
        {
          name    = "hour"
          type    = "int"
          comment = "Hour that the trace is filed under, UTC, 0 to 23, as in dt. A condition on it avoids reading other hours."
        },
      ]
    )

    content {
      name    = partition_keys.value.name
      type    = partition_keys.value.type
      comment = partition_keys.value.comment
    }
  }

  storage_descriptor {
    location      = "s3://${aws_s3_bucket.archive.bucket}/spans/"
    input_format  = "org.apache.hadoop.hive.ql.io.parquet.MapredParquetInputFormat"
    output_format = "org.apache.hadoop.hive.ql.io.parquet.MapredParquetOutputFormat"

    dynamic "columns" {
      for_each = [
        {
          name    = "record"
          type    = "string"
          comment = "What the row is: 'span', or 'trace' for the row of a trace in the view traces."
        },
        {
          name    = "start_time"
          type    = "timestamp"
          comment = "Start of the span, UTC, truncated to the millisecond."
        },
        {
          name    = "duration_ms"
          type    = "double"
          comment = "Duration of the span, in milliseconds; negative when it ends before it starts, NULL without both times."
        },
        {
          name    = "root_service"
          type    = "string"
          comment = "As in traces."
        },
        {
          name    = "root_name"
          type    = "string"
          comment = "As in traces."
        },
        {
          name    = "services"
          type    = "array<string>"
          comment = "Every service.name in the trace, sorted."
        },
        {
          name    = "span_count"
          type    = "int"
          comment = "Number of spans; an unfinished copy of a finished span does not count."
        },
        {
          name    = "error_count"
          type    = "int"
          comment = "Number of spans with status ERROR."
        },
        {
          name    = "status"
          type    = "string"
          comment = "UNSET, OK or ERROR; unknown codes are UNSET."
        },
        {
          name    = "sampling_policy"
          type    = "string"
          comment = "As in traces."
        },
        {
          name    = "sample_weight"
          type    = "double"
          comment = "As in traces."
        },
        {
          name    = "decided_at"
          type    = "timestamp"
          comment = "When the spans of this line were decided, UTC; later than in traces for late spans."
        },
        {
          name    = "service"
          type    = "string"
          comment = "service.name of the resource; NULL when it is missing or empty."
        },
        {
          name    = "name"
          type    = "string"
          comment = "Name of the span."
        },
        {
          name    = "kind"
          type    = "string"
          comment = "INTERNAL, SERVER, CLIENT, PRODUCER, CONSUMER, or UNSPECIFIED, also for unknown kinds."
        },
        {
          name    = "start_ns"
          type    = "bigint"
          comment = "Start of the span, in nanoseconds since the epoch; NULL when it has none, or 0."
        },
        {
          name    = "end_ns"
          type    = "bigint"
          comment = "End of the span, in nanoseconds since the epoch; NULL when it has none, or 0; the largest bigint when it is after April 2262."
        },
        {
          name    = "status_code"
          type    = "int"
          comment = "The same as a number: 0, 1 or 2; an unknown code as it was sent."
        },
        {
          name    = "http_method"
          type    = "string"
          comment = "Attribute http.request.method, or the older http.method."
        },
        {
          name    = "http_route"
          type    = "string"
          comment = "Attribute http.route."
        },
        {
          name    = "http_status"
          type    = "int"
          comment = "Attribute http.response.status_code, or the older http.status_code."
        },
        {
          name    = "db_system"
          type    = "string"
          comment = "Attribute db.system.name, or the older db.system."
        },
        {
          name    = "exception_type"
          type    = "string"
          comment = "Attribute exception.type of the first event that has it."
        },
        {
          name    = "scope_name"
          type    = "string"
          comment = "Name of the instrumentation scope."
        },
        {
          name    = "scope_version"
          type    = "string"
          comment = "Version of the instrumentation scope."
        },
        {
          name    = "trace_start_time"
          type    = "timestamp"
          comment = "start_time of the trace, UTC, as known when the spans of this line were decided."
        },
        {
          name    = "trace_duration_ms"
          type    = "double"
          comment = "duration_ms of the trace, in milliseconds."
        },
        {
          name    = "trace_status"
          type    = "string"
          comment = "status of the trace."
        },
        {
          name    = "seq"
          type    = "int"
          comment = "0 on the first line of a trace; 1 and more on further lines (large traces, late spans)."
        },
        {
          name    = "db_query"
          type    = "string"
          comment = "Attribute db.query.text, or the older db.statement."
        },
        {
          name    = "status_message"
          type    = "string"
          comment = "What the instrumentation says about the status."
        },
        {
          name    = "exception_message"
          type    = "string"
          comment = "Attribute exception.message of the first event that has it."
        },
        {
          name    = "trace_state"
          type    = "string"
          comment = "W3C tracestate of the span."
        },
        {
          name    = "links"
          type    = "array<struct<trace_id:string,span_id:string>>"
          comment = "Spans of other traces that this span is linked to; an ID that is missing or all zero is NULL."
        },
        {
          name    = "linked_trace_ids"
          type    = "array<string>"
          comment = "Trace IDs of the links, 32 lower-case hex digits each."
        },
        {
          name    = "events"
          type    = "array<struct<time_ns:bigint,name:string,attributes:map<string,string>>>"
          comment = "Events of the span, such as exceptions; time_ns is in nanoseconds since the epoch."
        },
        {
          name    = "resource_attributes"
          type    = "map<string,string>"
          comment = "Attributes of the resource as text; arrays and key-value lists as JSON. A repeated key has its first value."
        },
        {
          name    = "attributes"
          type    = "map<string,string>"
          comment = "Attributes of the span as text; arrays and key-value lists as JSON. A repeated key has its first value."
        },
        {
          name    = "trace_id"
          type    = "string"
          comment = "Trace ID, 32 lower-case hex digits."
        },
        {
          name    = "span_id"
          type    = "string"
          comment = "Span ID, 16 lower-case hex digits."
        },
        {
          name    = "parent_span_id"
          type    = "string"
          comment = "Span ID of the parent; NULL for a root span, whose parent ID is missing or all zero."
        },
      ]

      content {
        name    = columns.value.name
        type    = columns.value.type
        comment = columns.value.comment
      }
    }

    ser_de_info {
      serialization_library = "org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe"
      parameters            = {}
    }
  }
}

resource "aws_glue_catalog_table" "compacted_hours" {
  count         = var.compaction ? 1 : 0
  name          = "compacted_hours"
  database_name = aws_glue_catalog_database.pipeline.name
  description   = "Which hours traces and spans are read from Parquet in; the compaction keeps it."
  table_type    = "VIRTUAL_VIEW"
  parameters = {
    presto_view = "true"
    comment     = "Presto View"
  }
  view_original_text = "/* Presto View: ${base64encode(jsonencode({
    originalSql = chomp(<<-EOT
      SELECT CAST('1970-01-01' AS varchar) AS from_dt,
             0 AS from_hour,
             CAST('1970-01-01' AS varchar) AS to_dt,
             0 AS to_hour,
             CAST(ARRAY[] AS array(varchar)) AS left_hours,
             CAST('1970-01-01' AS varchar) AS closing_dt,
             0 AS closing_hour,
             CAST('19700101T000000000' AS varchar) AS closed_at,
             CAST('1970-01-01 00:00:00.000' AS timestamp(3)) AS closed_until
    EOT
    )
    catalog = "awsdatacatalog"
    schema  = replace(var.pipeline_name, "-", "_")
    columns = [
      {
        name = "from_dt"
        type = "varchar"
      },
      {
        name = "from_hour"
        type = "integer"
      },
      {
        name = "to_dt"
        type = "varchar"
      },
      {
        name = "to_hour"
        type = "integer"
      },
      {
        name = "left_hours"
        type = "array(varchar)"
      },
      {
        name = "closing_dt"
        type = "varchar"
      },
      {
        name = "closing_hour"
        type = "integer"
      },
      {
        name = "closed_at"
        type = "varchar"
      },
      {
        name = "closed_until"
        type = "timestamp(3)"
      },
    ]
  }))} */"
  view_expanded_text = "/* Presto View */"

  storage_descriptor {
    dynamic "columns" {
      for_each = [
        {
          name    = "from_dt"
          type    = "string"
          comment = "Day of the first hour that is read from Parquet."
        },
        {
          name    = "from_hour"
          type    = "int"
          comment = "That hour."
        },
        {
          name    = "to_dt"
          type    = "string"
          comment = "Day of the hour after the last one that is read from Parquet."
        },
        {
          name    = "to_hour"
          type    = "int"
          comment = "That hour."
        },
        {
          name    = "left_hours"
          type    = "array<string>"
          comment = "Hours between them that are read from JSON, as YYYY-MM-DDTHH."
        },
        {
          name    = "closing_dt"
          type    = "string"
          comment = "Day of the hour after those that come next."
        },
        {
          name    = "closing_hour"
          type    = "int"
          comment = "That hour."
        },
        {
          name    = "closed_at"
          type    = "string"
          comment = "From when on objects of those that come next are late, as in their names."
        },
        {
          name    = "closed_until"
          type    = "timestamp"
          comment = "Until when late objects wait, UTC."
        },
      ]

      content {
        name    = columns.value.name
        type    = columns.value.type
        comment = columns.value.comment
      }
    }

    ser_de_info {
      serialization_library = "-"
    }
  }

  lifecycle {
    ignore_changes = [view_original_text]
  }
}

resource "aws_glue_catalog_table" "traces" {
  name          = "traces"
  database_name = aws_glue_catalog_database.pipeline.name
  description   = "Kept traces: one row per trace."
  table_type    = "VIRTUAL_VIEW"
  parameters = {
    presto_view = "true"
    comment     = "Presto View"
  }
  view_original_text = "/* Presto View: ${base64encode(jsonencode({
    originalSql = (
      var.compaction
      ? chomp(<<-EOT
        SELECT trace_id, start_time, duration_ms, nullif(root_service, '') AS root_service, nullif(root_name, '') AS root_name, services, span_count, error_count, status, sampling_policy, sample_weight, decided_at, ${var.tenants ? "tenant, " : ""}dt, hour
        FROM traces_otlp CROSS JOIN compacted_hours
        WHERE seq = 0 AND trace_id IS NOT NULL AND NOT ((dt > from_dt OR dt = from_dt AND hour >= from_hour)
          AND (dt < to_dt OR dt = to_dt AND hour < to_hour)
          AND NOT contains(left_hours, concat(dt, 'T', lpad(CAST(hour AS varchar), 2, '0'))))
          AND NOT ((dt > to_dt OR dt = to_dt AND hour >= to_hour)
            AND (dt < closing_dt OR dt = closing_dt AND hour < closing_hour)
            AND CAST(current_timestamp AT TIME ZONE 'UTC' AS timestamp(3)) < closed_until
            AND coalesce(regexp_extract("$path", '/traces_(\d{8}T\d{9})Z-[^/]+$', 1), '') >= closed_at)
        UNION ALL
        SELECT trace_id, start_time, duration_ms, root_service, root_name, services, span_count, error_count, status, sampling_policy, sample_weight, decided_at, ${var.tenants ? "tenant, " : ""}dt, hour
        FROM spans_parquet CROSS JOIN compacted_hours
        WHERE record = 'trace' AND (dt > from_dt OR dt = from_dt AND hour >= from_hour)
          AND (dt < to_dt OR dt = to_dt AND hour < to_hour)
          AND NOT contains(left_hours, concat(dt, 'T', lpad(CAST(hour AS varchar), 2, '0')))
      EOT
      )
      : chomp(<<-EOT
        SELECT trace_id, start_time, duration_ms, nullif(root_service, '') AS root_service, nullif(root_name, '') AS root_name, services, span_count, error_count, status, sampling_policy, sample_weight, decided_at, ${var.tenants ? "tenant, " : ""}dt, hour
        FROM traces_otlp
        WHERE seq = 0 AND trace_id IS NOT NULL
      EOT
      )
    )
    catalog = "awsdatacatalog"
    schema  = replace(var.pipeline_name, "-", "_")
    columns = concat(
      [
        {
          name = "trace_id"
          type = "varchar"
        },
        {
          name = "start_time"
          type = "timestamp(3)"
        },
        {
          name = "duration_ms"
          type = "double"
        },
        {
          name = "root_service"
          type = "varchar"
        },
        {
          name = "root_name"
          type = "varchar"
        },
        {
          name = "services"
          type = "array(varchar)"
        },
        {
          name = "span_count"
          type = "integer"
        },
        {
          name = "error_count"
          type = "integer"
        },
        {
          name = "status"
          type = "varchar"
        },
        {
          name = "sampling_policy"
          type = "varchar"
        },
        {
          name = "sample_weight"
          type = "double"
        },
        {
          name = "decided_at"
          type = "timestamp(3)"
        },
      ],
      (
        var.tenants
        ? [
          {
            name = "tenant"
            type = "varchar"
          },
        ]
        : []
      ),
      [
        {
          name = "dt"
          type = "varchar"
        },
        {
          name = "hour"
          type = "integer"
        },
      ]
    )
  }))} */"
  view_expanded_text = "/* Presto View */"

  storage_descriptor {
    dynamic "columns" {
      for_each = concat(
        [
          {
            name    = "trace_id"
            type    = "string"
            comment = "Trace ID, 32 lower-case hex digits."
          },
          {
            name    = "start_time"
            type    = "timestamp"
            comment = "Start of the earliest span, UTC; NULL when no span has one."
          },
          {
            name    = "duration_ms"
            type    = "double"
            comment = "From the earliest start to the latest end, in milliseconds; 0 when that is negative, NULL when there is no start or no end."
          },
          {
            name    = "root_service"
            type    = "string"
            comment = "Service of the root span, or of the earliest span when there is no root; NULL when it has none."
          },
          {
            name    = "root_name"
            type    = "string"
            comment = "Name of the root span, or of the earliest span when there is no root; NULL when it has none."
          },
          {
            name    = "services"
            type    = "array<string>"
            comment = "Every service.name in the trace, sorted."
          },
          {
            name    = "span_count"
            type    = "int"
            comment = "Number of spans; an unfinished copy of a finished span does not count."
          },
          {
            name    = "error_count"
            type    = "int"
            comment = "Number of spans with status ERROR."
          },
          {
            name    = "status"
            type    = "string"
            comment = "ERROR when any span has status ERROR, else OK."
          },
          {
            name    = "sampling_policy"
            type    = "string"
            comment = "The policy that sampled the trace."
          },
          {
            name    = "sample_weight"
            type    = "double"
            comment = "How many traces this one stands for; NULL when that is unknown."
          },
          {
            name    = "decided_at"
            type    = "timestamp"
            comment = "When the trace was decided, UTC."
          },
        ],
        (
          var.tenants
          ? [
            {
              name    = "tenant"
              type    = "string"
              comment = "Whose traces these are; each query must say: tenant = '…'."
            },
          ]
          : []
        ),
        [
          {
            name    = "dt"
            type    = "string"
            comment = "Day that the trace is filed under, UTC, YYYY-MM-DD: of its start, or of its arrival if the two are more than 24 hours apart. A condition on it avoids reading other days."
          },
          {
            name    = "hour"
            type    = "int"
            comment = "Hour that the trace is filed under, UTC, 0 to 23, as in dt. A condition on it avoids reading other hours."
          },
        ]
      )

      content {
        name    = columns.value.name
        type    = columns.value.type
        comment = columns.value.comment
      }
    }

    ser_de_info {
      serialization_library = "-"
    }
  }
}

resource "aws_glue_catalog_table" "spans" {
  name          = "spans"
  database_name = aws_glue_catalog_database.pipeline.name
  description   = "Kept traces: one row per span."
  table_type    = "VIRTUAL_VIEW"
  parameters = {
    presto_view = "true"
    comment     = "Presto View"
  }
  view_original_text = "/* Presto View: ${base64encode(jsonencode({
    originalSql = (
      var.compaction
      ? chomp(<<-EOT
        WITH r AS (
          SELECT ${var.tenants ? "tenant, " : ""}dt, hour, seq, nullif(root_service, '') AS root_service,
                 nullif(root_name, '') AS root_name, start_time AS trace_start_time, duration_ms AS trace_duration_ms,
                 status AS trace_status, sampling_policy, sample_weight, decided_at,
                 transform_values(multimap_from_entries(transform(filter(coalesce(rs.resource.attributes, ARRAY[]), x -> x.key IS NOT NULL), x -> ROW(x.key, coalesce(x.value.stringvalue, CAST(x.value.boolvalue AS varchar), x.value.intvalue, x.value.doublevalue, CASE WHEN cardinality(x.value.arrayvalue."values") > 0 THEN json_format(CAST(transform(x.value.arrayvalue."values", e -> coalesce(e.stringvalue, CAST(e.boolvalue AS varchar), e.intvalue, e.doublevalue, e.bytesvalue)) AS json)) WHEN x.value.arrayvalue IS NOT NULL THEN '[]' END, CASE WHEN cardinality(x.value.kvlistvalue."values") > 0 THEN json_format(CAST(transform(x.value.kvlistvalue."values", e -> CAST(ROW(e.key, coalesce(e.value.stringvalue, CAST(e.value.boolvalue AS varchar), e.value.intvalue, e.value.doublevalue, e.value.bytesvalue)) AS ROW(key varchar, value varchar))) AS json)) WHEN x.value.kvlistvalue IS NOT NULL THEN '{}' END, x.value.bytesvalue)))), (k, v) -> element_at(v, 1)) AS resource_attributes, rs.scopespans AS scopespans
          FROM (SELECT * FROM traces_otlp CROSS JOIN compacted_hours WHERE NOT ((dt > from_dt OR dt = from_dt AND hour >= from_hour)
          AND (dt < to_dt OR dt = to_dt AND hour < to_hour)
          AND NOT contains(left_hours, concat(dt, 'T', lpad(CAST(hour AS varchar), 2, '0'))))
          AND NOT ((dt > to_dt OR dt = to_dt AND hour >= to_hour)
            AND (dt < closing_dt OR dt = closing_dt AND hour < closing_hour)
            AND CAST(current_timestamp AT TIME ZONE 'UTC' AS timestamp(3)) < closed_until
            AND coalesce(regexp_extract("$path", '/traces_(\d{8}T\d{9})Z-[^/]+$', 1), '') >= closed_at)) CROSS JOIN UNNEST(resourcespans) AS rs (resource, scopespans, schemaurl)
        ), s AS (
          SELECT ${var.tenants ? "tenant, " : ""}dt, hour, seq, root_service, root_name, trace_start_time, trace_duration_ms, trace_status, sampling_policy, sample_weight, decided_at, resource_attributes, ss.scope.name AS scope_name, ss.scope.version AS scope_version, ss.spans AS spans
          FROM r CROSS JOIN UNNEST(scopespans) AS ss (scope, spans, schemaurl)
        ), p AS (
          SELECT ${var.tenants ? "tenant, " : ""}dt, hour, seq, root_service, root_name, trace_start_time, trace_duration_ms, trace_status, sampling_policy, sample_weight, decided_at, resource_attributes, scope_name, scope_version,
                 lower(sp.traceid) AS trace_id, lower(sp.spanid) AS span_id,
                 CASE WHEN sp.parentspanid NOT IN ('', '0000000000000000', '00000000000000000000000000000000') THEN lower(sp.parentspanid) END AS parent_span_id,
                 sp.tracestate AS trace_state, sp.name AS name, sp.kind AS kind_code,
                 nullif(TRY_CAST(sp.starttimeunixnano AS bigint), 0) AS start_ns, coalesce(nullif(TRY_CAST(sp.endtimeunixnano AS bigint), 0), CASE WHEN TRY_CAST(sp.endtimeunixnano AS decimal(20, 0)) > 9223372036854775807 THEN 9223372036854775807 END) AS end_ns,
                 coalesce(sp.status.code, 0) AS status_code, sp.status.message AS status_message,
                 transform_values(multimap_from_entries(transform(filter(coalesce(sp.attributes, ARRAY[]), x -> x.key IS NOT NULL), x -> ROW(x.key, coalesce(x.value.stringvalue, CAST(x.value.boolvalue AS varchar), x.value.intvalue, x.value.doublevalue, CASE WHEN cardinality(x.value.arrayvalue."values") > 0 THEN json_format(CAST(transform(x.value.arrayvalue."values", e -> coalesce(e.stringvalue, CAST(e.boolvalue AS varchar), e.intvalue, e.doublevalue, e.bytesvalue)) AS json)) WHEN x.value.arrayvalue IS NOT NULL THEN '[]' END, CASE WHEN cardinality(x.value.kvlistvalue."values") > 0 THEN json_format(CAST(transform(x.value.kvlistvalue."values", e -> CAST(ROW(e.key, coalesce(e.value.stringvalue, CAST(e.value.boolvalue AS varchar), e.value.intvalue, e.value.doublevalue, e.value.bytesvalue)) AS ROW(key varchar, value varchar))) AS json)) WHEN x.value.kvlistvalue IS NOT NULL THEN '{}' END, x.value.bytesvalue)))), (k, v) -> element_at(v, 1)) AS attributes,
                 CAST(transform(coalesce(sp.events, ARRAY[]), ev -> ROW(nullif(TRY_CAST(ev.timeunixnano AS bigint), 0), ev.name, transform_values(multimap_from_entries(transform(filter(coalesce(ev.attributes, ARRAY[]), x -> x.key IS NOT NULL), x -> ROW(x.key, coalesce(x.value.stringvalue, CAST(x.value.boolvalue AS varchar), x.value.intvalue, x.value.doublevalue, CASE WHEN cardinality(x.value.arrayvalue."values") > 0 THEN json_format(CAST(transform(x.value.arrayvalue."values", e -> coalesce(e.stringvalue, CAST(e.boolvalue AS varchar), e.intvalue, e.doublevalue, e.bytesvalue)) AS json)) WHEN x.value.arrayvalue IS NOT NULL THEN '[]' END, CASE WHEN cardinality(x.value.kvlistvalue."values") > 0 THEN json_format(CAST(transform(x.value.kvlistvalue."values", e -> CAST(ROW(e.key, coalesce(e.value.stringvalue, CAST(e.value.boolvalue AS varchar), e.value.intvalue, e.value.doublevalue, e.value.bytesvalue)) AS ROW(key varchar, value varchar))) AS json)) WHEN x.value.kvlistvalue IS NOT NULL THEN '{}' END, x.value.bytesvalue)))), (k, v) -> element_at(v, 1)))) AS array(row("time_ns" bigint,"name" varchar,"attributes" map(varchar,varchar)))) AS events,
                 CAST(transform(coalesce(sp.links, ARRAY[]), l -> ROW(CASE WHEN l.traceid NOT IN ('', '0000000000000000', '00000000000000000000000000000000') THEN lower(l.traceid) END, CASE WHEN l.spanid NOT IN ('', '0000000000000000', '00000000000000000000000000000000') THEN lower(l.spanid) END)) AS array(row("trace_id" varchar,"span_id" varchar))) AS links
          FROM s CROSS JOIN UNNEST(spans) AS sp (traceid, spanid, tracestate, parentspanid, name, kind, starttimeunixnano, endtimeunixnano, attributes, droppedattributescount, events, droppedeventscount, links, droppedlinkscount, status, flags)
        ), c AS (
          SELECT p.*,
                 nullif(element_at(resource_attributes, 'service.name'), '') AS service,
                 CAST(CASE kind_code WHEN 1 THEN 'INTERNAL' WHEN 2 THEN 'SERVER' WHEN 3 THEN 'CLIENT' WHEN 4 THEN 'PRODUCER'
                      WHEN 5 THEN 'CONSUMER' ELSE 'UNSPECIFIED' END AS varchar) AS kind,
                 CAST(from_unixtime(start_ns / 1000000 / 1e3) AT TIME ZONE 'UTC' AS timestamp(3)) AS start_time,
                 TRY(end_ns - start_ns) / 1e6 AS duration_ms,
                 CAST(CASE status_code WHEN 2 THEN 'ERROR' WHEN 1 THEN 'OK' ELSE 'UNSET' END AS varchar) AS status,
                 coalesce(element_at(attributes, 'http.request.method'), element_at(attributes, 'http.method')) AS http_method,
                 element_at(attributes, 'http.route') AS http_route,
                 TRY_CAST(coalesce(element_at(attributes, 'http.response.status_code'), element_at(attributes, 'http.status_code')) AS integer) AS http_status,
                 coalesce(element_at(attributes, 'db.system.name'), element_at(attributes, 'db.system')) AS db_system,
                 coalesce(element_at(attributes, 'db.query.text'), element_at(attributes, 'db.statement')) AS db_query,
                 element_at(filter(transform(events, ev -> element_at(ev.attributes, 'exception.type')), x -> x IS NOT NULL), 1) AS exception_type,
                 element_at(filter(transform(events, ev -> element_at(ev.attributes, 'exception.message')), x -> x IS NOT NULL), 1) AS exception_message,
                 filter(transform(links, l -> l.trace_id), id -> id IS NOT NULL) AS linked_trace_ids
          FROM p
        )
        SELECT trace_id, span_id, parent_span_id, service, name, kind, start_time, start_ns, end_ns, duration_ms, status, status_code, status_message, http_method, http_route, http_status, db_system, db_query, attributes, resource_attributes, exception_type, exception_message, events, links, linked_trace_ids, scope_name, scope_version, trace_state, root_service, root_name, trace_start_time, trace_duration_ms, trace_status, sampling_policy, sample_weight, decided_at, seq, ${var.tenants ? "tenant, " : ""}dt, hour
        FROM c
        UNION ALL
        SELECT trace_id, span_id, CASE WHEN parent_span_id NOT IN ('', '0000000000000000', '00000000000000000000000000000000') THEN lower(parent_span_id) END, service, name, kind, start_time, start_ns, end_ns, duration_ms, status, status_code, status_message, http_method, http_route, http_status, db_system, db_query, attributes, resource_attributes, exception_type, exception_message, events, CAST(transform(links, l -> ROW(CASE WHEN l.trace_id NOT IN ('', '0000000000000000', '00000000000000000000000000000000') THEN lower(l.trace_id) END, CASE WHEN l.span_id NOT IN ('', '0000000000000000', '00000000000000000000000000000000') THEN lower(l.span_id) END)) AS array(row("trace_id" varchar,"span_id" varchar))), filter(transform(linked_trace_ids, id -> CASE WHEN id NOT IN ('', '0000000000000000', '00000000000000000000000000000000') THEN lower(id) END), id -> id IS NOT NULL), scope_name, scope_version, trace_state, root_service, root_name, trace_start_time, trace_duration_ms, trace_status, sampling_policy, sample_weight, decided_at, seq, ${var.tenants ? "tenant, " : ""}dt, hour
        FROM spans_parquet CROSS JOIN compacted_hours
        WHERE record = 'span' AND (dt > from_dt OR dt = from_dt AND hour >= from_hour)
          AND (dt < to_dt OR dt = to_dt AND hour < to_hour)
          AND NOT contains(left_hours, concat(dt, 'T', lpad(CAST(hour AS varchar), 2, '0')))
      EOT
      )
      : chomp(<<-EOT
        WITH r AS (
          SELECT ${var.tenants ? "tenant, " : ""}dt, hour, seq, nullif(root_service, '') AS root_service,
                 nullif(root_name, '') AS root_name, start_time AS trace_start_time, duration_ms AS trace_duration_ms,
                 status AS trace_status, sampling_policy, sample_weight, decided_at,
                 transform_values(multimap_from_entries(transform(filter(coalesce(rs.resource.attributes, ARRAY[]), x -> x.key IS NOT NULL), x -> ROW(x.key, coalesce(x.value.stringvalue, CAST(x.value.boolvalue AS varchar), x.value.intvalue, x.value.doublevalue, CASE WHEN cardinality(x.value.arrayvalue."values") > 0 THEN json_format(CAST(transform(x.value.arrayvalue."values", e -> coalesce(e.stringvalue, CAST(e.boolvalue AS varchar), e.intvalue, e.doublevalue, e.bytesvalue)) AS json)) WHEN x.value.arrayvalue IS NOT NULL THEN '[]' END, CASE WHEN cardinality(x.value.kvlistvalue."values") > 0 THEN json_format(CAST(transform(x.value.kvlistvalue."values", e -> CAST(ROW(e.key, coalesce(e.value.stringvalue, CAST(e.value.boolvalue AS varchar), e.value.intvalue, e.value.doublevalue, e.value.bytesvalue)) AS ROW(key varchar, value varchar))) AS json)) WHEN x.value.kvlistvalue IS NOT NULL THEN '{}' END, x.value.bytesvalue)))), (k, v) -> element_at(v, 1)) AS resource_attributes, rs.scopespans AS scopespans
          FROM traces_otlp CROSS JOIN UNNEST(resourcespans) AS rs (resource, scopespans, schemaurl)
        ), s AS (
          SELECT ${var.tenants ? "tenant, " : ""}dt, hour, seq, root_service, root_name, trace_start_time, trace_duration_ms, trace_status, sampling_policy, sample_weight, decided_at, resource_attributes, ss.scope.name AS scope_name, ss.scope.version AS scope_version, ss.spans AS spans
          FROM r CROSS JOIN UNNEST(scopespans) AS ss (scope, spans, schemaurl)
        ), p AS (
          SELECT ${var.tenants ? "tenant, " : ""}dt, hour, seq, root_service, root_name, trace_start_time, trace_duration_ms, trace_status, sampling_policy, sample_weight, decided_at, resource_attributes, scope_name, scope_version,
                 lower(sp.traceid) AS trace_id, lower(sp.spanid) AS span_id,
                 CASE WHEN sp.parentspanid NOT IN ('', '0000000000000000', '00000000000000000000000000000000') THEN lower(sp.parentspanid) END AS parent_span_id,
                 sp.tracestate AS trace_state, sp.name AS name, sp.kind AS kind_code,
                 nullif(TRY_CAST(sp.starttimeunixnano AS bigint), 0) AS start_ns, coalesce(nullif(TRY_CAST(sp.endtimeunixnano AS bigint), 0), CASE WHEN TRY_CAST(sp.endtimeunixnano AS decimal(20, 0)) > 9223372036854775807 THEN 9223372036854775807 END) AS end_ns,
                 coalesce(sp.status.code, 0) AS status_code, sp.status.message AS status_message,
                 transform_values(multimap_from_entries(transform(filter(coalesce(sp.attributes, ARRAY[]), x -> x.key IS NOT NULL), x -> ROW(x.key, coalesce(x.value.stringvalue, CAST(x.value.boolvalue AS varchar), x.value.intvalue, x.value.doublevalue, CASE WHEN cardinality(x.value.arrayvalue."values") > 0 THEN json_format(CAST(transform(x.value.arrayvalue."values", e -> coalesce(e.stringvalue, CAST(e.boolvalue AS varchar), e.intvalue, e.doublevalue, e.bytesvalue)) AS json)) WHEN x.value.arrayvalue IS NOT NULL THEN '[]' END, CASE WHEN cardinality(x.value.kvlistvalue."values") > 0 THEN json_format(CAST(transform(x.value.kvlistvalue."values", e -> CAST(ROW(e.key, coalesce(e.value.stringvalue, CAST(e.value.boolvalue AS varchar), e.value.intvalue, e.value.doublevalue, e.value.bytesvalue)) AS ROW(key varchar, value varchar))) AS json)) WHEN x.value.kvlistvalue IS NOT NULL THEN '{}' END, x.value.bytesvalue)))), (k, v) -> element_at(v, 1)) AS attributes,
                 CAST(transform(coalesce(sp.events, ARRAY[]), ev -> ROW(nullif(TRY_CAST(ev.timeunixnano AS bigint), 0), ev.name, transform_values(multimap_from_entries(transform(filter(coalesce(ev.attributes, ARRAY[]), x -> x.key IS NOT NULL), x -> ROW(x.key, coalesce(x.value.stringvalue, CAST(x.value.boolvalue AS varchar), x.value.intvalue, x.value.doublevalue, CASE WHEN cardinality(x.value.arrayvalue."values") > 0 THEN json_format(CAST(transform(x.value.arrayvalue."values", e -> coalesce(e.stringvalue, CAST(e.boolvalue AS varchar), e.intvalue, e.doublevalue, e.bytesvalue)) AS json)) WHEN x.value.arrayvalue IS NOT NULL THEN '[]' END, CASE WHEN cardinality(x.value.kvlistvalue."values") > 0 THEN json_format(CAST(transform(x.value.kvlistvalue."values", e -> CAST(ROW(e.key, coalesce(e.value.stringvalue, CAST(e.value.boolvalue AS varchar), e.value.intvalue, e.value.doublevalue, e.value.bytesvalue)) AS ROW(key varchar, value varchar))) AS json)) WHEN x.value.kvlistvalue IS NOT NULL THEN '{}' END, x.value.bytesvalue)))), (k, v) -> element_at(v, 1)))) AS array(row("time_ns" bigint,"name" varchar,"attributes" map(varchar,varchar)))) AS events,
                 CAST(transform(coalesce(sp.links, ARRAY[]), l -> ROW(CASE WHEN l.traceid NOT IN ('', '0000000000000000', '00000000000000000000000000000000') THEN lower(l.traceid) END, CASE WHEN l.spanid NOT IN ('', '0000000000000000', '00000000000000000000000000000000') THEN lower(l.spanid) END)) AS array(row("trace_id" varchar,"span_id" varchar))) AS links
          FROM s CROSS JOIN UNNEST(spans) AS sp (traceid, spanid, tracestate, parentspanid, name, kind, starttimeunixnano, endtimeunixnano, attributes, droppedattributescount, events, droppedeventscount, links, droppedlinkscount, status, flags)
        ), c AS (
          SELECT p.*,
                 nullif(element_at(resource_attributes, 'service.name'), '') AS service,
                 CAST(CASE kind_code WHEN 1 THEN 'INTERNAL' WHEN 2 THEN 'SERVER' WHEN 3 THEN 'CLIENT' WHEN 4 THEN 'PRODUCER'
                      WHEN 5 THEN 'CONSUMER' ELSE 'UNSPECIFIED' END AS varchar) AS kind,
                 CAST(from_unixtime(start_ns / 1000000 / 1e3) AT TIME ZONE 'UTC' AS timestamp(3)) AS start_time,
                 TRY(end_ns - start_ns) / 1e6 AS duration_ms,
                 CAST(CASE status_code WHEN 2 THEN 'ERROR' WHEN 1 THEN 'OK' ELSE 'UNSET' END AS varchar) AS status,
                 coalesce(element_at(attributes, 'http.request.method'), element_at(attributes, 'http.method')) AS http_method,
                 element_at(attributes, 'http.route') AS http_route,
                 TRY_CAST(coalesce(element_at(attributes, 'http.response.status_code'), element_at(attributes, 'http.status_code')) AS integer) AS http_status,
                 coalesce(element_at(attributes, 'db.system.name'), element_at(attributes, 'db.system')) AS db_system,
                 coalesce(element_at(attributes, 'db.query.text'), element_at(attributes, 'db.statement')) AS db_query,
                 element_at(filter(transform(events, ev -> element_at(ev.attributes, 'exception.type')), x -> x IS NOT NULL), 1) AS exception_type,
                 element_at(filter(transform(events, ev -> element_at(ev.attributes, 'exception.message')), x -> x IS NOT NULL), 1) AS exception_message,
                 filter(transform(links, l -> l.trace_id), id -> id IS NOT NULL) AS linked_trace_ids
          FROM p
        )
        SELECT trace_id, span_id, parent_span_id, service, name, kind, start_time, start_ns, end_ns, duration_ms, status, status_code, status_message, http_method, http_route, http_status, db_system, db_query, attributes, resource_attributes, exception_type, exception_message, events, links, linked_trace_ids, scope_name, scope_version, trace_state, root_service, root_name, trace_start_time, trace_duration_ms, trace_status, sampling_policy, sample_weight, decided_at, seq, ${var.tenants ? "tenant, " : ""}dt, hour
        FROM c
      EOT
      )
    )
    catalog = "awsdatacatalog"
    schema  = replace(var.pipeline_name, "-", "_")
    columns = concat(
      [
        {
          name = "trace_id"
          type = "varchar"
        },
        {
          name = "span_id"
          type = "varchar"
        },
        {
          name = "parent_span_id"
          type = "varchar"
        },
        {
          name = "service"
          type = "varchar"
        },
        {
          name = "name"
          type = "varchar"
        },
        {
          name = "kind"
          type = "varchar"
        },
        {
          name = "start_time"
          type = "timestamp(3)"
        },
        {
          name = "start_ns"
          type = "bigint"
        },
        {
          name = "end_ns"
          type = "bigint"
        },
        {
          name = "duration_ms"
          type = "double"
        },
        {
          name = "status"
          type = "varchar"
        },
        {
          name = "status_code"
          type = "integer"
        },
        {
          name = "status_message"
          type = "varchar"
        },
        {
          name = "http_method"
          type = "varchar"
        },
        {
          name = "http_route"
          type = "varchar"
        },
        {
          name = "http_status"
          type = "integer"
        },
        {
          name = "db_system"
          type = "varchar"
        },
        {
          name = "db_query"
          type = "varchar"
        },
        {
          name = "attributes"
          type = "map(varchar,varchar)"
        },
        {
          name = "resource_attributes"
          type = "map(varchar,varchar)"
        },
        {
          name = "exception_type"
          type = "varchar"
        },
        {
          name = "exception_message"
          type = "varchar"
        },
        {
          name = "events"
          type = "array(row(\"time_ns\" bigint,\"name\" varchar,\"attributes\" map(varchar,varchar)))"
        },
        {
          name = "links"
          type = "array(row(\"trace_id\" varchar,\"span_id\" varchar))"
        },
        {
          name = "linked_trace_ids"
          type = "array(varchar)"
        },
        {
          name = "scope_name"
          type = "varchar"
        },
        {
          name = "scope_version"
          type = "varchar"
        },
        {
          name = "trace_state"
          type = "varchar"
        },
        {
          name = "root_service"
          type = "varchar"
        },
        {
          name = "root_name"
          type = "varchar"
        },
        {
          name = "trace_start_time"
          type = "timestamp(3)"
        },
        {
          name = "trace_duration_ms"
          type = "double"
        },
        {
          name = "trace_status"
          type = "varchar"
        },
        {
          name = "sampling_policy"
          type = "varchar"
        },
        {
          name = "sample_weight"
          type = "double"
        },
        {
          name = "decided_at"
          type = "timestamp(3)"
        },
        {
          name = "seq"
          type = "integer"
        },
      ],
      (
        var.tenants
        ? [
          {
            name = "tenant"
            type = "varchar"
          },
        ]
        : []
      ),
      [
        {
          name = "dt"
          type = "varchar"
        },
        {
          name = "hour"
          type = "integer"
        },
      ]
    )
  }))} */"
  view_expanded_text = "/* Presto View */"

  storage_descriptor {
    dynamic "columns" {
      for_each = concat(
        [
          {
            name    = "trace_id"
            type    = "string"
            comment = "Trace ID, 32 lower-case hex digits."
          },
          {
            name    = "span_id"
            type    = "string"
            comment = "Span ID, 16 lower-case hex digits."
          },
          {
            name    = "parent_span_id"
            type    = "string"
            comment = "Span ID of the parent; NULL for a root span, whose parent ID is missing or all zero."
          },
          {
            name    = "service"
            type    = "string"
            comment = "service.name of the resource; NULL when it is missing or empty."
          },
          {
            name    = "name"
            type    = "string"
            comment = "Name of the span."
          },
          {
            name    = "kind"
            type    = "string"
            comment = "INTERNAL, SERVER, CLIENT, PRODUCER, CONSUMER, or UNSPECIFIED, also for unknown kinds."
          },
          {
            name    = "start_time"
            type    = "timestamp"
            comment = "Start of the span, UTC, truncated to the millisecond."
          },
          {
            name    = "start_ns"
            type    = "bigint"
            comment = "Start of the span, in nanoseconds since the epoch; NULL when it has none, or 0."
          },
          {
            name    = "end_ns"
            type    = "bigint"
            comment = "End of the span, in nanoseconds since the epoch; NULL when it has none, or 0; the largest bigint when it is after April 2262."
          },
          {
            name    = "duration_ms"
            type    = "double"
            comment = "Duration of the span, in milliseconds; negative when it ends before it starts, NULL without both times."
          },
          {
            name    = "status"
            type    = "string"
            comment = "UNSET, OK or ERROR; unknown codes are UNSET."
          },
          {
            name    = "status_code"
            type    = "int"
            comment = "The same as a number: 0, 1 or 2; an unknown code as it was sent."
          },
          {
            name    = "status_message"
            type    = "string"
            comment = "What the instrumentation says about the status."
          },
          {
            name    = "http_method"
            type    = "string"
            comment = "Attribute http.request.method, or the older http.method."
          },
          {
            name    = "http_route"
            type    = "string"
            comment = "Attribute http.route."
          },
          {
            name    = "http_status"
            type    = "int"
            comment = "Attribute http.response.status_code, or the older http.status_code."
          },
          {
            name    = "db_system"
            type    = "string"
            comment = "Attribute db.system.name, or the older db.system."
          },
          {
            name    = "db_query"
            type    = "string"
            comment = "Attribute db.query.text, or the older db.statement."
          },
          {
            name    = "attributes"
            type    = "map<string,string>"
            comment = "Attributes of the span as text; arrays and key-value lists as JSON. A repeated key has its first value."
          },
          {
            name    = "resource_attributes"
            type    = "map<string,string>"
            comment = "Attributes of the resource as text; arrays and key-value lists as JSON. A repeated key has its first value."
          },
          {
            name    = "exception_type"
            type    = "string"
            comment = "Attribute exception.type of the first event that has it."
          },
          {
            name    = "exception_message"
            type    = "string"
            comment = "Attribute exception.message of the first event that has it."
          },
          {
            name    = "events"
            type    = "array<struct<time_ns:bigint,name:string,attributes:map<string,string>>>"
            comment = "Events of the span, such as exceptions; time_ns is in nanoseconds since the epoch."
          },
          {
            name    = "links"
            type    = "array<struct<trace_id:string,span_id:string>>"
            comment = "Spans of other traces that this span is linked to; an ID that is missing or all zero is NULL."
          },
          {
            name    = "linked_trace_ids"
            type    = "array<string>"
            comment = "Trace IDs of the links, 32 lower-case hex digits each."
          },
          {
            name    = "scope_name"
            type    = "string"
            comment = "Name of the instrumentation scope."
          },
          {
            name    = "scope_version"
            type    = "string"
            comment = "Version of the instrumentation scope."
          },
          {
            name    = "trace_state"
            type    = "string"
            comment = "W3C tracestate of the span."
          },
          {
            name    = "root_service"
            type    = "string"
            comment = "As in traces."
          },
          {
            name    = "root_name"
            type    = "string"
            comment = "As in traces."
          },
          {
            name    = "trace_start_time"
            type    = "timestamp"
            comment = "start_time of the trace, UTC, as known when the spans of this line were decided."
          },
          {
            name    = "trace_duration_ms"
            type    = "double"
            comment = "duration_ms of the trace, in milliseconds."
          },
          {
            name    = "trace_status"
            type    = "string"
            comment = "status of the trace."
          },
          {
            name    = "sampling_policy"
            type    = "string"
            comment = "As in traces."
          },
          {
            name    = "sample_weight"
            type    = "double"
            comment = "As in traces."
          },
          {
            name    = "decided_at"
            type    = "timestamp"
            comment = "When the spans of this line were decided, UTC; later than in traces for late spans."
          },
          {
            name    = "seq"
            type    = "int"
            comment = "0 on the first line of a trace; 1 and more on further lines (large traces, late spans)."
          },
        ],
        (
          var.tenants
          ? [
            {
              name    = "tenant"
              type    = "string"
              comment = "Whose traces these are; each query must say: tenant = '…'."
            },
          ]
          : []
        ),
        [
          {
            name    = "dt"
            type    = "string"
            comment = "Day that the trace is filed under, UTC, YYYY-MM-DD: of its start, or of its arrival if the two are more than 24 hours apart. A condition on it avoids reading other days."
          },
          {
            name    = "hour"
            type    = "int"
            comment = "Hour that the trace is filed under, UTC, 0 to 23, as in dt. A condition on it avoids reading other hours."
          },
        ]
      )

      content {
        name    = columns.value.name
        type    = columns.value.type
        comment = columns.value.comment
      }
    }

    ser_de_info {
      serialization_library = "-"
    }
  }
}
