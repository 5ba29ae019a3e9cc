# Generated from the constructs in lib/cdk by "npm run build"; do not edit.

resource "aws_cloudwatch_log_group" "ingest" {
  name              = "/aws/lambda/${var.pipeline_name}-ingest"
  retention_in_days = 30
}

resource "aws_iam_role" "ingest" {
  name_prefix = "${substr(var.pipeline_name, 0, 28)}-ingest-"
  description = "Tailgate: ingest"
  assume_role_policy = jsonencode({
    Statement = [
      {
        Action = "sts:AssumeRole"
        Effect = "Allow"
        Principal = {
          Service = "lambda.amazonaws.com"
        }
      },
    ]
    Version = "2012-10-17"
  })
}

resource "aws_iam_role_policy" "ingest" {
  name = "Pipeline"
  role = aws_iam_role.ingest.name
  policy = jsonencode({
    Statement = [
      {
        Action   = ["logs:CreateLogStream", "logs:PutLogEvents"]
        Effect   = "Allow"
        Resource = "${aws_cloudwatch_log_group.ingest.arn}:*"
      },
      {
        Action   = "dynamodb:BatchWriteItem"
        Effect   = "Allow"
        Resource = aws_dynamodb_table.buffer.arn
      },
      {
        Action = "dynamodb:Query"
        Condition = {
          "ForAllValues:StringLike" = {
            "dynamodb:LeadingKeys" = ["dictionary", "*/dictionary"]
          }
        }
        Effect   = "Allow"
        Resource = aws_dynamodb_table.buffer.arn
      },
      {
        Action   = "s3:PutObject"
        Effect   = "Allow"
        Resource = "${aws_s3_bucket.archive.arn}/spill/*"
      },
      {
        Action   = "sqs:SendMessage"
        Effect   = "Allow"
        Resource = aws_sqs_queue.wake_ups.arn
      },
      {
        Action = "ssm:GetParameter"
        Effect = "Allow"
        Resource = [
          "arn:${data.aws_partition.current.partition}:ssm:${data.aws_region.current.region}:${data.aws_caller_identity.current.account_id}:parameter/tailgate/${var.pipeline_name}/policies",
          "arn:${data.aws_partition.current.partition}:ssm:${data.aws_region.current.region}:${data.aws_caller_identity.current.account_id}:parameter/tailgate/${var.pipeline_name}/policies:*",
        ]
      },
      {
        Action   = "ssm:GetParametersByPath"
        Effect   = "Allow"
        Resource = "arn:${data.aws_partition.current.partition}:ssm:${data.aws_region.current.region}:${data.aws_caller_identity.current.account_id}:parameter/tailgate/${var.pipeline_name}/keys"
      },
    ]
    Version = "2012-10-17"
  })
}

resource "aws_lambda_function" "ingest" {
  function_name                  = "${var.pipeline_name}-ingest"
  description                    = "Tailgate: takes OTLP export requests, buffers their spans and sends wake-ups"
  role                           = aws_iam_role.ingest.arn
  filename                       = "${var.handlers_folder}/${one(fileset(var.handlers_folder, "ingest-*.zip"))}"
  source_code_hash               = filebase64sha256("${var.handlers_folder}/${one(fileset(var.handlers_folder, "ingest-*.zip"))}")
  handler                        = "index.handler"
  runtime                        = "nodejs24.x"
  architectures                  = ["arm64"]
  memory_size                    = 1769
  timeout                        = 20
  reserved_concurrent_executions = var.reserve_concurrency ? 50 : null
  depends_on                     = [aws_iam_role_policy.ingest]

  environment {
    variables = merge(
      {
        TAILGATE_PIPELINE              = var.pipeline_name
        TAILGATE_TABLE                 = aws_dynamodb_table.buffer.name
        TAILGATE_BUCKET                = aws_s3_bucket.archive.bucket
        TAILGATE_QUEUE_URL             = aws_sqs_queue.wake_ups.url
        TAILGATE_DEAD_LETTER_QUEUE_URL = aws_sqs_queue.wake_ups_dead_letter.url
        TAILGATE_CONFIG_PARAMETER      = aws_ssm_parameter.policies.name
        TAILGATE_TRAINED_DICTIONARIES  = "1"
        TAILGATE_KEYS_PATH             = "/tailgate/${var.pipeline_name}/keys"
        NODE_OPTIONS                   = "--enable-source-maps"
      },
      (
        var.tenants
        ? {
          TAILGATE_TENANTS = "1"
        }
        : {}
      )
    )
  }

  logging_config {
    log_format = "Text"
    log_group  = aws_cloudwatch_log_group.ingest.name
  }
}

resource "aws_lambda_permission" "ingest_invoke_function_url" {
  action                 = "lambda:InvokeFunctionUrl"
  function_name          = aws_lambda_function.ingest.arn
  principal              = "*"
  function_url_auth_type = "NONE"
}

resource "aws_lambda_permission" "ingest_invoke_function" {
  action                   = "lambda:InvokeFunction"
  function_name            = aws_lambda_function.ingest.arn
  principal                = "*"
  invoked_via_function_url = true
}

resource "aws_cloudwatch_log_group" "decide" {
  name              = "/aws/lambda/${var.pipeline_name}-decide"
  retention_in_days = 30
}

resource "aws_iam_role" "decide" {
  name_prefix = "${substr(var.pipeline_name, 0, 28)}-decide-"
  description = "Tailgate: decide"
  assume_role_policy = jsonencode({
    Statement = [
      {
        Action = "sts:AssumeRole"
        Effect = "Allow"
        Principal = {
          Service = "lambda.amazonaws.com"
        }
      },
    ]
    Version = "2012-10-17"
  })
}

resource "aws_iam_role_policy" "decide" {
  name = "Pipeline"
  role = aws_iam_role.decide.name
  policy = jsonencode({
    Statement = [
      {
        Action   = ["logs:CreateLogStream", "logs:PutLogEvents"]
        Effect   = "Allow"
        Resource = "${aws_cloudwatch_log_group.decide.arn}:*"
      },
      {
        Action = [
          "dynamodb:BatchGetItem",
          "dynamodb:GetItem",
          "dynamodb:PutItem",
          "dynamodb:Query",
          "dynamodb:UpdateItem",
        ]
        Effect   = "Allow"
        Resource = aws_dynamodb_table.buffer.arn
      },
      {
        Action   = ["s3:GetObject", "s3:PutObject"]
        Effect   = "Allow"
        Resource = "${aws_s3_bucket.archive.arn}/traces/*"
      },
      {
        Action   = "s3:GetObject"
        Effect   = "Allow"
        Resource = "${aws_s3_bucket.archive.arn}/spill/*"
      },
      {
        Action   = "s3:ListBucket"
        Effect   = "Allow"
        Resource = aws_s3_bucket.archive.arn
      },
      {
        Action   = ["sqs:DeleteMessage", "sqs:GetQueueAttributes", "sqs:ReceiveMessage", "sqs:SendMessage"]
        Effect   = "Allow"
        Resource = aws_sqs_queue.wake_ups.arn
      },
      {
        Action   = "sqs:SendMessage"
        Effect   = "Allow"
        Resource = aws_sqs_queue.wake_ups_dead_letter.arn
      },
      {
        Action = "ssm:GetParameter"
        Effect = "Allow"
        Resource = [
          "arn:${data.aws_partition.current.partition}:ssm:${data.aws_region.current.region}:${data.aws_caller_identity.current.account_id}:parameter/tailgate/${var.pipeline_name}/policies",
          "arn:${data.aws_partition.current.partition}:ssm:${data.aws_region.current.region}:${data.aws_caller_identity.current.account_id}:parameter/tailgate/${var.pipeline_name}/policies:*",
        ]
      },
    ]
    Version = "2012-10-17"
  })
}

resource "aws_lambda_function" "decide" {
  function_name                  = "${var.pipeline_name}-decide"
  description                    = "Tailgate: decides traces by the policies and archives the sampled ones"
  role                           = aws_iam_role.decide.arn
  filename                       = "${var.handlers_folder}/${one(fileset(var.handlers_folder, "decide-*.zip"))}"
  source_code_hash               = filebase64sha256("${var.handlers_folder}/${one(fileset(var.handlers_folder, "decide-*.zip"))}")
  handler                        = "index.handler"
  runtime                        = "nodejs24.x"
  architectures                  = ["arm64"]
  memory_size                    = 1769
  timeout                        = 60
  reserved_concurrent_executions = var.reserve_concurrency ? 10 : null
  depends_on                     = [aws_iam_role_policy.decide]

  environment {
    variables = merge(
      {
        TAILGATE_PIPELINE              = var.pipeline_name
        TAILGATE_TABLE                 = aws_dynamodb_table.buffer.name
        TAILGATE_BUCKET                = aws_s3_bucket.archive.bucket
        TAILGATE_QUEUE_URL             = aws_sqs_queue.wake_ups.url
        TAILGATE_DEAD_LETTER_QUEUE_URL = aws_sqs_queue.wake_ups_dead_letter.url
        TAILGATE_CONFIG_PARAMETER      = aws_ssm_parameter.policies.name
        TAILGATE_TRAINED_DICTIONARIES  = "1"
        NODE_OPTIONS                   = "--enable-source-maps"
      },
      (
        var.tenants
        ? {
          TAILGATE_TENANTS = "1"
        }
        : {}
      )
    )
  }

  logging_config {
    log_format = "Text"
    log_group  = aws_cloudwatch_log_group.decide.name
  }
}

resource "aws_lambda_function_recursion_config" "decide" {
  function_name  = aws_lambda_function.decide.function_name
  recursive_loop = "Allow"
}

resource "aws_lambda_event_source_mapping" "decide_wake_ups" {
  event_source_arn                   = aws_sqs_queue.wake_ups.arn
  function_name                      = aws_lambda_function.decide.function_name
  batch_size                         = 25
  maximum_batching_window_in_seconds = 20
  function_response_types            = ["ReportBatchItemFailures"]

  scaling_config {
    maximum_concurrency = 10
  }
}

resource "aws_lambda_function_url" "pipeline" {
  function_name      = aws_lambda_function.ingest.arn
  authorization_type = "NONE"

  dynamic "cors" {
    for_each = length(var.cors_origins) > 0 ? [true] : []

    content {
      allow_origins = var.cors_origins
      allow_methods = ["POST"]
      allow_headers = ["authorization", "content-encoding", "content-type", "x-api-key"]
      max_age       = 86400
    }
  }
}

resource "aws_cloudwatch_log_group" "compact" {
  count             = var.compaction ? 1 : 0
  name              = "/aws/lambda/${var.pipeline_name}-compact"
  retention_in_days = 30
}

resource "aws_iam_role" "compact" {
  count       = var.compaction ? 1 : 0
  name_prefix = "${substr(var.pipeline_name, 0, 28)}-compact-"
  description = "Tailgate: compact"
  assume_role_policy = jsonencode({
    Statement = [
      {
        Action = "sts:AssumeRole"
        Effect = "Allow"
        Principal = {
          Service = "lambda.amazonaws.com"
        }
      },
    ]
    Version = "2012-10-17"
  })
}

resource "aws_iam_role_policy" "compact" {
  count = var.compaction ? 1 : 0
  name  = "Pipeline"
  role  = aws_iam_role.compact[0].name
  policy = jsonencode({
    Statement = [
      {
        Action   = ["logs:CreateLogStream", "logs:PutLogEvents"]
        Effect   = "Allow"
        Resource = "${aws_cloudwatch_log_group.compact[0].arn}:*"
      },
      {
        Action   = "s3:ListBucket"
        Effect   = "Allow"
        Resource = aws_s3_bucket.archive.arn
      },
      {
        Action   = "s3:GetObject"
        Effect   = "Allow"
        Resource = "${aws_s3_bucket.archive.arn}/traces/*"
      },
      {
        Action   = ["s3:GetObject", "s3:PutObject"]
        Effect   = "Allow"
        Resource = "${aws_s3_bucket.archive.arn}/spans/*"
      },
      {
        Action = ["glue:GetTable", "glue:UpdateTable"]
        Effect = "Allow"
        Resource = [
          "arn:${data.aws_partition.current.partition}:glue:${data.aws_region.current.region}:${data.aws_caller_identity.current.account_id}:catalog",
          "arn:${data.aws_partition.current.partition}:glue:${data.aws_region.current.region}:${data.aws_caller_identity.current.account_id}:database/${aws_glue_catalog_database.pipeline.name}",
          "arn:${data.aws_partition.current.partition}:glue:${data.aws_region.current.region}:${data.aws_caller_identity.current.account_id}:table/${aws_glue_catalog_database.pipeline.name}/compacted_hours",
        ]
      },
    ]
    Version = "2012-10-17"
  })
}

resource "aws_lambda_function" "compact" {
  count            = var.compaction ? 1 : 0
  function_name    = "${var.pipeline_name}-compact"
  description      = "Tailgate: copies settled hours of the archive to Parquet"
  role             = aws_iam_role.compact[0].arn
  filename         = "${var.handlers_folder}/${one(fileset(var.handlers_folder, "compact-*.zip"))}"
  source_code_hash = filebase64sha256("${var.handlers_folder}/${one(fileset(var.handlers_folder, "compact-*.zip"))}")
  handler          = "index.handler"
  runtime          = "nodejs24.x"
  architectures    = ["arm64"]
  memory_size      = 2048
  timeout          = 900
  depends_on       = [aws_iam_role_policy.compact]

  environment {
    variables = merge(
      {
        TAILGATE_BUCKET   = aws_s3_bucket.archive.bucket
        TAILGATE_DATABASE = aws_glue_catalog_database.pipeline.name
        NODE_OPTIONS      = "--enable-source-maps"
      },
      (
        var.tenants
        ? {
          TAILGATE_TENANTS = "1"
        }
        : {}
      )
    )
  }

  logging_config {
    log_format = "Text"
    log_group  = aws_cloudwatch_log_group.compact[0].name
  }
}

resource "aws_cloudwatch_event_rule" "compact_hourly" {
  count               = var.compaction ? 1 : 0
  name                = "${var.pipeline_name}-compact-hourly"
  description         = "Tailgate: compaction of the archive"
  schedule_expression = "cron(20 * * * ? *)"
  state               = "ENABLED"
}

resource "aws_cloudwatch_event_target" "compact_hourly" {
  count     = var.compaction ? 1 : 0
  rule      = aws_cloudwatch_event_rule.compact_hourly[0].name
  target_id = "Target0"
  arn       = aws_lambda_function.compact[0].arn
  input     = "{}"

  retry_policy {
    maximum_event_age_in_seconds = 1800
    maximum_retry_attempts       = 0
  }
}

resource "aws_lambda_permission" "compact_hourly_allow_event_rule_tailgate_compact_invoke_function" {
  count         = var.compaction ? 1 : 0
  action        = "lambda:InvokeFunction"
  function_name = aws_lambda_function.compact[0].arn
  principal     = "events.amazonaws.com"
  source_arn    = aws_cloudwatch_event_rule.compact_hourly[0].arn
}

resource "aws_cloudwatch_log_group" "read" {
  count             = var.read ? 1 : 0
  name              = "/aws/lambda/${var.pipeline_name}-read"
  retention_in_days = 30
}

resource "aws_iam_role" "read" {
  count       = var.read ? 1 : 0
  name_prefix = "${substr(var.pipeline_name, 0, 28)}-read-"
  description = "Tailgate: read"
  assume_role_policy = jsonencode({
    Statement = [
      {
        Action = "sts:AssumeRole"
        Effect = "Allow"
        Principal = {
          Service = "lambda.amazonaws.com"
        }
      },
    ]
    Version = "2012-10-17"
  })
}

resource "aws_iam_role_policy" "read" {
  count = var.read ? 1 : 0
  name  = "Pipeline"
  role  = aws_iam_role.read[0].name
  policy = jsonencode({
    Statement = [
      {
        Action   = ["logs:CreateLogStream", "logs:PutLogEvents"]
        Effect   = "Allow"
        Resource = "${aws_cloudwatch_log_group.read[0].arn}:*"
      },
      {
        Action   = ["dynamodb:BatchGetItem", "dynamodb:GetItem", "dynamodb:Query"]
        Effect   = "Allow"
        Resource = aws_dynamodb_table.buffer.arn
      },
      {
        Action = "s3:GetObject"
        Effect = "Allow"
        Resource = [
          "${aws_s3_bucket.archive.arn}/traces/*",
          "${aws_s3_bucket.archive.arn}/spans/*",
          "${aws_s3_bucket.archive.arn}/spill/*",
        ]
      },
      {
        Action = "s3:ListBucket"
        Condition = {
          StringLikeIfExists = {
            "s3:prefix" = ["traces/*", "spans/*"]
          }
        }
        Effect   = "Allow"
        Resource = aws_s3_bucket.archive.arn
      },
      {
        Action   = "ssm:GetParametersByPath"
        Effect   = "Allow"
        Resource = "arn:${data.aws_partition.current.partition}:ssm:${data.aws_region.current.region}:${data.aws_caller_identity.current.account_id}:parameter/tailgate/${var.pipeline_name}/read-keys"
      },
      {
        Action = "ssm:GetParameter"
        Effect = "Allow"
        Resource = [
          "arn:${data.aws_partition.current.partition}:ssm:${data.aws_region.current.region}:${data.aws_caller_identity.current.account_id}:parameter/tailgate/${var.pipeline_name}/policies",
          "arn:${data.aws_partition.current.partition}:ssm:${data.aws_region.current.region}:${data.aws_caller_identity.current.account_id}:parameter/tailgate/${var.pipeline_name}/policies:*",
        ]
      },
    ]
    Version = "2012-10-17"
  })
}

resource "aws_lambda_function" "read" {
  count                          = var.read ? 1 : 0
  function_name                  = "${var.pipeline_name}-read"
  description                    = "Tailgate: serves the page and the APIs of kept traces"
  role                           = aws_iam_role.read[0].arn
  filename                       = "${var.handlers_folder}/${one(fileset(var.handlers_folder, "read-*.zip"))}"
  source_code_hash               = filebase64sha256("${var.handlers_folder}/${one(fileset(var.handlers_folder, "read-*.zip"))}")
  handler                        = "index.handler"
  runtime                        = "nodejs24.x"
  architectures                  = ["arm64"]
  memory_size                    = 1769
  timeout                        = 29
  reserved_concurrent_executions = var.reserve_concurrency ? 5 : null
  depends_on                     = [aws_iam_role_policy.read]

  environment {
    variables = merge(
      {
        TAILGATE_TABLE            = aws_dynamodb_table.buffer.name
        TAILGATE_BUCKET           = aws_s3_bucket.archive.bucket
        TAILGATE_READ_KEYS_PATH   = "/tailgate/${var.pipeline_name}/read-keys"
        TAILGATE_CONFIG_PARAMETER = aws_ssm_parameter.policies.name
        NODE_OPTIONS              = "--enable-source-maps"
      },
      (
        var.tenants
        ? {
          TAILGATE_TENANTS = "1"
        }
        : {}
      )
    )
  }

  logging_config {
    log_format = "Text"
    log_group  = aws_cloudwatch_log_group.read[0].name
  }
}

resource "aws_lambda_permission" "read_invoke_function_url" {
  count                  = var.read ? 1 : 0
  action                 = "lambda:InvokeFunctionUrl"
  function_name          = aws_lambda_function.read[0].arn
  principal              = "*"
  function_url_auth_type = "NONE"
}

resource "aws_lambda_permission" "read_invoke_function" {
  count                    = var.read ? 1 : 0
  action                   = "lambda:InvokeFunction"
  function_name            = aws_lambda_function.read[0].arn
  principal                = "*"
  invoked_via_function_url = true
}

resource "aws_lambda_function_url" "read" {
  count              = var.read ? 1 : 0
  function_name      = aws_lambda_function.read[0].arn
  authorization_type = "NONE"
}
