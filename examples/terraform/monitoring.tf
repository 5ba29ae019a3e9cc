# Generated from the constructs in lib/cdk by "npm run build"; do not edit.

resource "aws_cloudwatch_metric_alarm" "queue_age" {
  alarm_name        = "${var.pipeline_name}-queue-age"
  alarm_description = "The oldest wake-up is older than any delay explains: decisions stand still, or do not keep up. What to do: docs/operations.md#wake-ups-wait-too-long"
  namespace         = "AWS/SQS"
  metric_name       = "ApproximateAgeOfOldestMessage"
  dimensions = {
    QueueName = aws_sqs_queue.wake_ups.name
  }
  statistic           = "Maximum"
  period              = 300
  comparison_operator = "GreaterThanOrEqualToThreshold"
  threshold           = 1800
  evaluation_periods  = 3
  datapoints_to_alarm = 2
  treat_missing_data  = "notBreaching"
  alarm_actions       = var.alarm_topic_arn != "" ? [var.alarm_topic_arn] : []
  ok_actions          = var.alarm_topic_arn != "" ? [var.alarm_topic_arn] : []
}

resource "aws_cloudwatch_metric_alarm" "dead_letters" {
  alarm_name        = "${var.pipeline_name}-dead-letters"
  alarm_description = "Wake-ups were given up: their traces are undecided, and their spans leave the buffer after its TTL. What to do: docs/operations.md#dead-letters"
  namespace         = "AWS/SQS"
  metric_name       = "ApproximateNumberOfMessagesVisible"
  dimensions = {
    QueueName = aws_sqs_queue.wake_ups_dead_letter.name
  }
  statistic           = "Maximum"
  period              = 300
  comparison_operator = "GreaterThanOrEqualToThreshold"
  threshold           = 1
  evaluation_periods  = 1
  datapoints_to_alarm = 1
  treat_missing_data  = "notBreaching"
  alarm_actions       = var.alarm_topic_arn != "" ? [var.alarm_topic_arn] : []
  ok_actions          = var.alarm_topic_arn != "" ? [var.alarm_topic_arn] : []
}

resource "aws_cloudwatch_metric_alarm" "dead_letter_age" {
  alarm_name        = "${var.pipeline_name}-dead-letter-age"
  alarm_description = "Nobody has moved dead letters back for hours: soon their spans leave the buffer, and are lost. What to do: docs/operations.md#dead-letters-become-too-late"
  namespace         = "AWS/SQS"
  metric_name       = "ApproximateAgeOfOldestMessage"
  dimensions = {
    QueueName = aws_sqs_queue.wake_ups_dead_letter.name
  }
  statistic           = "Maximum"
  period              = 300
  comparison_operator = "GreaterThanOrEqualToThreshold"
  threshold           = 21600
  evaluation_periods  = 1
  datapoints_to_alarm = 1
  treat_missing_data  = "notBreaching"
  alarm_actions       = var.alarm_topic_arn != "" ? [var.alarm_topic_arn] : []
  ok_actions          = var.alarm_topic_arn != "" ? [var.alarm_topic_arn] : []
}

resource "aws_cloudwatch_metric_alarm" "spans_expired" {
  alarm_name        = "${var.pipeline_name}-spans-expired"
  alarm_description = "Wake-ups came so late that their spans had left the buffer: these spans are lost. What to do: docs/operations.md#spans-expire-undecided"
  namespace         = "Tailgate"
  metric_name       = "expired_fragments"
  dimensions = {
    pipeline = var.pipeline_name
  }
  statistic           = "Sum"
  period              = 300
  comparison_operator = "GreaterThanOrEqualToThreshold"
  threshold           = 1
  evaluation_periods  = 1
  datapoints_to_alarm = 1
  treat_missing_data  = "notBreaching"
  alarm_actions       = var.alarm_topic_arn != "" ? [var.alarm_topic_arn] : []
  ok_actions          = var.alarm_topic_arn != "" ? [var.alarm_topic_arn] : []
}

resource "aws_cloudwatch_metric_alarm" "decision_lag" {
  alarm_name        = "${var.pipeline_name}-decision-lag"
  alarm_description = "Wake-ups are looked at long after their time: decisions do not keep up with what comes in. What to do: docs/operations.md#decisions-come-late"
  namespace         = "Tailgate"
  metric_name       = "decision_lag"
  dimensions = {
    pipeline = var.pipeline_name
  }
  statistic           = "Maximum"
  period              = 300
  comparison_operator = "GreaterThanOrEqualToThreshold"
  threshold           = 300000
  evaluation_periods  = 3
  datapoints_to_alarm = 2
  treat_missing_data  = "notBreaching"
  alarm_actions       = var.alarm_topic_arn != "" ? [var.alarm_topic_arn] : []
  ok_actions          = var.alarm_topic_arn != "" ? [var.alarm_topic_arn] : []
}

resource "aws_cloudwatch_metric_alarm" "config_refused" {
  alarm_name        = "${var.pipeline_name}-config-refused"
  alarm_description = "The newest version of the policies has errors. The last good one stays in use. What to do: docs/operations.md#policies-are-refused"
  namespace         = "Tailgate"
  metric_name       = "config_refused"
  dimensions = {
    pipeline = var.pipeline_name
  }
  statistic           = "Sum"
  period              = 300
  comparison_operator = "GreaterThanOrEqualToThreshold"
  threshold           = 1
  evaluation_periods  = 3
  datapoints_to_alarm = 1
  treat_missing_data  = "notBreaching"
  alarm_actions       = var.alarm_topic_arn != "" ? [var.alarm_topic_arn] : []
  ok_actions          = var.alarm_topic_arn != "" ? [var.alarm_topic_arn] : []
}

resource "aws_cloudwatch_metric_alarm" "ingest_server_errors" {
  alarm_name        = "${var.pipeline_name}-ingest-server-errors"
  alarm_description = "Requests were answered with 5xx: spans could not be made durable. Exporters try again, for a while. What to do: docs/operations.md#exporters-get-5xx"
  namespace         = "AWS/Lambda"
  metric_name       = "Url5xxCount"
  dimensions = {
    FunctionName = aws_lambda_function.ingest.function_name
  }
  statistic           = "Sum"
  period              = 300
  comparison_operator = "GreaterThanOrEqualToThreshold"
  threshold           = 5
  evaluation_periods  = 3
  datapoints_to_alarm = 2
  treat_missing_data  = "notBreaching"
  alarm_actions       = var.alarm_topic_arn != "" ? [var.alarm_topic_arn] : []
  ok_actions          = var.alarm_topic_arn != "" ? [var.alarm_topic_arn] : []
}

resource "aws_cloudwatch_metric_alarm" "ingest_errors" {
  alarm_name        = "${var.pipeline_name}-ingest-errors"
  alarm_description = "The ingest function crashed, ran out of memory or timed out. What to do: docs/operations.md#the-ingest-function-fails"
  namespace         = "AWS/Lambda"
  metric_name       = "Errors"
  dimensions = {
    FunctionName = aws_lambda_function.ingest.function_name
  }
  statistic           = "Sum"
  period              = 300
  comparison_operator = "GreaterThanOrEqualToThreshold"
  threshold           = 1
  evaluation_periods  = 3
  datapoints_to_alarm = 2
  treat_missing_data  = "notBreaching"
  alarm_actions       = var.alarm_topic_arn != "" ? [var.alarm_topic_arn] : []
  ok_actions          = var.alarm_topic_arn != "" ? [var.alarm_topic_arn] : []
}

resource "aws_cloudwatch_metric_alarm" "decide_errors" {
  alarm_name        = "${var.pipeline_name}-decide-errors"
  alarm_description = "The decide function crashed, ran out of memory or timed out. Its wake-ups come back. What to do: docs/operations.md#the-decide-function-fails"
  namespace         = "AWS/Lambda"
  metric_name       = "Errors"
  dimensions = {
    FunctionName = aws_lambda_function.decide.function_name
  }
  statistic           = "Sum"
  period              = 300
  comparison_operator = "GreaterThanOrEqualToThreshold"
  threshold           = 1
  evaluation_periods  = 3
  datapoints_to_alarm = 2
  treat_missing_data  = "notBreaching"
  alarm_actions       = var.alarm_topic_arn != "" ? [var.alarm_topic_arn] : []
  ok_actions          = var.alarm_topic_arn != "" ? [var.alarm_topic_arn] : []
}

resource "aws_cloudwatch_metric_alarm" "compact_errors" {
  count             = var.compaction ? 1 : 0
  alarm_name        = "${var.pipeline_name}-compact-errors"
  alarm_description = "The compact function crashed, ran out of memory or timed out. Queries read lines meanwhile; nothing is lost. What to do: docs/operations.md#the-compact-function-fails"
  namespace         = "AWS/Lambda"
  metric_name       = "Errors"
  dimensions = {
    FunctionName = aws_lambda_function.compact[0].function_name
  }
  statistic           = "Sum"
  period              = 3600
  comparison_operator = "GreaterThanOrEqualToThreshold"
  threshold           = 1
  evaluation_periods  = 3
  datapoints_to_alarm = 2
  treat_missing_data  = "notBreaching"
  alarm_actions       = var.alarm_topic_arn != "" ? [var.alarm_topic_arn] : []
  ok_actions          = var.alarm_topic_arn != "" ? [var.alarm_topic_arn] : []
}

resource "aws_cloudwatch_metric_alarm" "ingest_throttles" {
  alarm_name        = "${var.pipeline_name}-ingest-throttles"
  alarm_description = "Requests were turned away because all concurrency of the ingest function was in use. What to do: docs/operations.md#the-ingest-function-is-throttled"
  namespace         = "AWS/Lambda"
  metric_name       = "Throttles"
  dimensions = {
    FunctionName = aws_lambda_function.ingest.function_name
  }
  statistic           = "Sum"
  period              = 300
  comparison_operator = "GreaterThanOrEqualToThreshold"
  threshold           = 1
  evaluation_periods  = 3
  datapoints_to_alarm = 2
  treat_missing_data  = "notBreaching"
  alarm_actions       = var.alarm_topic_arn != "" ? [var.alarm_topic_arn] : []
  ok_actions          = var.alarm_topic_arn != "" ? [var.alarm_topic_arn] : []
}

resource "aws_cloudwatch_metric_alarm" "decide_throttles" {
  alarm_name        = "${var.pipeline_name}-decide-throttles"
  alarm_description = "Batches of wake-ups were turned away, which uses up their deliveries: in the end they are dead letters. What to do: docs/operations.md#the-decide-function-is-throttled"
  namespace         = "AWS/Lambda"
  metric_name       = "Throttles"
  dimensions = {
    FunctionName = aws_lambda_function.decide.function_name
  }
  statistic           = "Sum"
  period              = 300
  comparison_operator = "GreaterThanOrEqualToThreshold"
  threshold           = 1
  evaluation_periods  = 3
  datapoints_to_alarm = 2
  treat_missing_data  = "notBreaching"
  alarm_actions       = var.alarm_topic_arn != "" ? [var.alarm_topic_arn] : []
  ok_actions          = var.alarm_topic_arn != "" ? [var.alarm_topic_arn] : []
}

resource "aws_cloudwatch_metric_alarm" "table_throttles" {
  alarm_name          = "${var.pipeline_name}-table-throttles"
  alarm_description   = "The buffer table takes less than it is given. Calls are tried again; then requests are answered 503. What to do: docs/operations.md#the-buffer-table-is-throttled"
  comparison_operator = "GreaterThanOrEqualToThreshold"
  threshold           = 100
  evaluation_periods  = 3
  datapoints_to_alarm = 2
  treat_missing_data  = "notBreaching"
  alarm_actions       = var.alarm_topic_arn != "" ? [var.alarm_topic_arn] : []
  ok_actions          = var.alarm_topic_arn != "" ? [var.alarm_topic_arn] : []

  metric_query {
    id          = "expr_1"
    expression  = "FILL(writes, 0) + FILL(reads, 0)"
    label       = "throttle events"
    return_data = true
  }

  metric_query {
    id          = "writes"
    return_data = false

    metric {
      namespace   = "AWS/DynamoDB"
      metric_name = "WriteThrottleEvents"
      dimensions = {
        TableName = aws_dynamodb_table.buffer.name
      }
      stat   = "Sum"
      period = 300
    }
  }

  metric_query {
    id          = "reads"
    return_data = false

    metric {
      namespace   = "AWS/DynamoDB"
      metric_name = "ReadThrottleEvents"
      dimensions = {
        TableName = aws_dynamodb_table.buffer.name
      }
      stat   = "Sum"
      period = 300
    }
  }
}

resource "aws_cloudwatch_metric_alarm" "ingest_concurrency" {
  count             = var.reserve_concurrency ? 1 : 0
  alarm_name        = "${var.pipeline_name}-ingest-concurrency"
  alarm_description = "The ingest function uses most of its reserved concurrency: it will soon turn requests away. What to do: docs/operations.md#ingest-is-close-to-its-concurrency"
  namespace         = "AWS/Lambda"
  metric_name       = "ConcurrentExecutions"
  dimensions = {
    FunctionName = aws_lambda_function.ingest.function_name
  }
  statistic           = "Maximum"
  period              = 300
  comparison_operator = "GreaterThanOrEqualToThreshold"
  threshold           = 40
  evaluation_periods  = 3
  datapoints_to_alarm = 2
  treat_missing_data  = "notBreaching"
  alarm_actions       = var.alarm_topic_arn != "" ? [var.alarm_topic_arn] : []
  ok_actions          = var.alarm_topic_arn != "" ? [var.alarm_topic_arn] : []
}

resource "aws_cloudwatch_dashboard" "pipeline" {
  dashboard_name = "${var.pipeline_name}-pipeline"
  dashboard_body = jsonencode({
    widgets = [
      {
        type   = "alarm"
        width  = 24
        height = 3
        x      = 0
        y      = 0
        properties = {
          title = "Alarms"
          alarms = concat(
            [
              aws_cloudwatch_metric_alarm.queue_age.arn,
              aws_cloudwatch_metric_alarm.dead_letters.arn,
              aws_cloudwatch_metric_alarm.dead_letter_age.arn,
              aws_cloudwatch_metric_alarm.spans_expired.arn,
              aws_cloudwatch_metric_alarm.decision_lag.arn,
              aws_cloudwatch_metric_alarm.config_refused.arn,
              aws_cloudwatch_metric_alarm.ingest_server_errors.arn,
              aws_cloudwatch_metric_alarm.ingest_errors.arn,
              aws_cloudwatch_metric_alarm.decide_errors.arn,
            ],
            var.compaction ? [aws_cloudwatch_metric_alarm.compact_errors[0].arn] : [],
            [
              aws_cloudwatch_metric_alarm.ingest_throttles.arn,
              aws_cloudwatch_metric_alarm.decide_throttles.arn,
              aws_cloudwatch_metric_alarm.table_throttles.arn,
            ],
            var.reserve_concurrency ? [aws_cloudwatch_metric_alarm.ingest_concurrency[0].arn] : []
          )
        }
      },
      {
        type   = "text"
        width  = 24
        height = 1
        x      = 0
        y      = 3
        properties = {
          markdown   = "## What comes in"
          background = "transparent"
        }
      },
      {
        type   = "metric"
        width  = 6
        height = 6
        x      = 0
        y      = 4
        properties = {
          view   = "timeSeries"
          title  = "Spans"
          region = data.aws_region.current.region
          metrics = [
            [
              "Tailgate",
              "receiver_accepted_spans",
              "pipeline",
              var.pipeline_name,
              {
                stat = "Sum"
              },
            ],
            [
              "Tailgate",
              "rejected_spans",
              "pipeline",
              var.pipeline_name,
              {
                stat = "Sum"
              },
            ],
          ]
          yAxis = {
            left = {
              min = 0
            }
          }
          period = 300
        }
      },
      {
        type   = "metric"
        width  = 6
        height = 6
        x      = 6
        y      = 4
        properties = {
          view   = "timeSeries"
          title  = "Requests"
          region = data.aws_region.current.region
          metrics = [
            [
              "AWS/Lambda",
              "UrlRequestCount",
              "FunctionName",
              aws_lambda_function.ingest.function_name,
              {
                stat = "Sum"
              },
            ],
            [
              "AWS/Lambda",
              "Url5xxCount",
              "FunctionName",
              aws_lambda_function.ingest.function_name,
              {
                stat = "Sum"
              },
            ],
          ]
          yAxis = {
            left = {
              min = 0
            }
          }
          period = 300
        }
      },
      {
        type   = "metric"
        width  = 6
        height = 6
        x      = 12
        y      = 4
        properties = {
          view   = "timeSeries"
          title  = "Refused requests by status"
          region = data.aws_region.current.region
          metrics = [
            [
              {
                expression = "SEARCH('{Tailgate,pipeline,status} MetricName=\"refused_requests\" pipeline=\"${var.pipeline_name}\"', 'Sum', 300)"
              },
            ],
          ]
          yAxis = {
            left = {
              min = 0
            }
          }
          period = 300
        }
      },
      {
        type   = "metric"
        width  = 6
        height = 6
        x      = 18
        y      = 4
        properties = {
          view   = "timeSeries"
          title  = "Bytes"
          region = data.aws_region.current.region
          metrics = [
            [
              "Tailgate",
              "received_bytes",
              "pipeline",
              var.pipeline_name,
              {
                stat = "Sum"
              },
            ],
          ]
          yAxis = {
            left = {
              min = 0
            }
          }
          period = 300
        }
      },
      {
        type   = "text"
        width  = 24
        height = 1
        x      = 0
        y      = 10
        properties = {
          markdown   = "## What becomes of it"
          background = "transparent"
        }
      },
      {
        type   = "metric"
        width  = 6
        height = 6
        x      = 0
        y      = 11
        properties = {
          view   = "timeSeries"
          title  = "Decisions"
          region = data.aws_region.current.region
          metrics = [
            [
              {
                expression = "SEARCH('{Tailgate,pipeline,decision} MetricName=\"processor_tail_sampling_global_count_traces_sampled\" pipeline=\"${var.pipeline_name}\"', 'Sum', 300)"
              },
            ],
            [
              "Tailgate",
              "processor_tail_sampling_new_trace_id_received",
              "pipeline",
              var.pipeline_name,
              {
                stat = "Sum"
              },
            ],
          ]
          yAxis = {
            left = {
              min = 0
            }
          }
          period = 300
        }
      },
      {
        type   = "metric"
        width  = 6
        height = 6
        x      = 6
        y      = 11
        properties = {
          view   = "timeSeries"
          title  = "Votes to sample, by policy"
          region = data.aws_region.current.region
          metrics = [
            [
              {
                expression = "SEARCH('{Tailgate,pipeline,policy} MetricName=\"processor_tail_sampling_count_traces_sampled\" pipeline=\"${var.pipeline_name}\"', 'Sum', 300)"
              },
            ],
          ]
          yAxis = {
            left = {
              min = 0
            }
          }
          period = 300
        }
      },
      {
        type   = "metric"
        width  = 6
        height = 6
        x      = 12
        y      = 11
        properties = {
          view   = "timeSeries"
          title  = "Kept and late spans"
          region = data.aws_region.current.region
          metrics = [
            [
              "Tailgate",
              "sampled_spans",
              "pipeline",
              var.pipeline_name,
              {
                stat = "Sum"
              },
            ],
            [
              "Tailgate",
              "late_spans",
              "pipeline",
              var.pipeline_name,
              {
                stat = "Sum"
              },
            ],
            [
              "Tailgate",
              "rescued_traces",
              "pipeline",
              var.pipeline_name,
              {
                stat = "Sum"
              },
            ],
          ]
          yAxis = {
            left = {
              min = 0
            }
          }
          period = 300
        }
      },
      {
        type   = "metric"
        width  = 6
        height = 6
        x      = 18
        y      = 11
        properties = {
          view   = "timeSeries"
          title  = "Age of late spans"
          region = data.aws_region.current.region
          metrics = [
            [
              "Tailgate",
              "processor_tail_sampling_sampling_late_span_age",
              "pipeline",
              var.pipeline_name,
              {
                label = "p50"
                stat  = "p50"
              },
            ],
            [
              "Tailgate",
              "processor_tail_sampling_sampling_late_span_age",
              "pipeline",
              var.pipeline_name,
              {
                label = "p99"
                stat  = "p99"
              },
            ],
            [
              "Tailgate",
              "processor_tail_sampling_sampling_late_span_age",
              "pipeline",
              var.pipeline_name,
              {
                label = "Maximum"
                stat  = "Maximum"
              },
            ],
          ]
          yAxis = {
            left = {
              min = 0
            }
          }
          period = 300
        }
      },
      {
        type   = "text"
        width  = 24
        height = 1
        x      = 0
        y      = 17
        properties = {
          markdown   = "## Whether it keeps up"
          background = "transparent"
        }
      },
      {
        type   = "metric"
        width  = 6
        height = 6
        x      = 0
        y      = 18
        properties = {
          view   = "timeSeries"
          title  = "Lag of decisions"
          region = data.aws_region.current.region
          metrics = [
            [
              "Tailgate",
              "decision_lag",
              "pipeline",
              var.pipeline_name,
              {
                label = "p50"
                stat  = "p50"
              },
            ],
            [
              "Tailgate",
              "decision_lag",
              "pipeline",
              var.pipeline_name,
              {
                label = "p99"
                stat  = "p99"
              },
            ],
            [
              "Tailgate",
              "decision_lag",
              "pipeline",
              var.pipeline_name,
              {
                label = "Maximum"
                stat  = "Maximum"
              },
            ],
          ]
          yAxis = {
            left = {
              min = 0
            }
          }
          period = 300
        }
      },
      {
        type   = "metric"
        width  = 6
        height = 6
        x      = 6
        y      = 18
        properties = {
          view   = "timeSeries"
          title  = "Age of the oldest wake-up and dead letter"
          region = data.aws_region.current.region
          metrics = [
            [
              "AWS/SQS",
              "ApproximateAgeOfOldestMessage",
              "QueueName",
              aws_sqs_queue.wake_ups.name,
              {
                label = "wake-up"
                stat  = "Maximum"
              },
            ],
            [
              "AWS/SQS",
              "ApproximateAgeOfOldestMessage",
              "QueueName",
              aws_sqs_queue.wake_ups_dead_letter.name,
              {
                label = "dead letter"
                stat  = "Maximum"
              },
            ],
          ]
          yAxis = {
            left = {
              min = 0
            }
          }
          period = 300
        }
      },
      {
        type   = "metric"
        width  = 6
        height = 6
        x      = 12
        y      = 18
        properties = {
          view   = "timeSeries"
          title  = "Wake-ups: waiting, under way, delayed"
          region = data.aws_region.current.region
          metrics = [
            [
              "AWS/SQS",
              "ApproximateNumberOfMessagesVisible",
              "QueueName",
              aws_sqs_queue.wake_ups.name,
              {
                stat = "Maximum"
              },
            ],
            [
              "AWS/SQS",
              "ApproximateNumberOfMessagesNotVisible",
              "QueueName",
              aws_sqs_queue.wake_ups.name,
              {
                stat = "Maximum"
              },
            ],
            [
              "AWS/SQS",
              "ApproximateNumberOfMessagesDelayed",
              "QueueName",
              aws_sqs_queue.wake_ups.name,
              {
                stat = "Maximum"
              },
            ],
          ]
          yAxis = {
            left = {
              min = 0
            }
          }
          period = 300
        }
      },
      {
        type   = "metric"
        width  = 6
        height = 6
        x      = 18
        y      = 18
        properties = {
          view   = "timeSeries"
          title  = "Time that a batch takes"
          region = data.aws_region.current.region
          metrics = [
            [
              "Tailgate",
              "processor_tail_sampling_sampling_decision_timer_latency",
              "pipeline",
              var.pipeline_name,
              {
                label = "p50"
                stat  = "p50"
              },
            ],
            [
              "Tailgate",
              "processor_tail_sampling_sampling_decision_timer_latency",
              "pipeline",
              var.pipeline_name,
              {
                label = "p99"
                stat  = "p99"
              },
            ],
            [
              "Tailgate",
              "processor_tail_sampling_sampling_decision_timer_latency",
              "pipeline",
              var.pipeline_name,
              {
                label = "Maximum"
                stat  = "Maximum"
              },
            ],
          ]
          yAxis = {
            left = {
              min = 0
            }
          }
          period = 300
        }
      },
      {
        type   = "text"
        width  = 24
        height = 1
        x      = 0
        y      = 24
        properties = {
          markdown   = "## What goes wrong"
          background = "transparent"
        }
      },
      {
        type   = "metric"
        width  = 6
        height = 6
        x      = 0
        y      = 25
        properties = {
          view   = "timeSeries"
          title  = "Not settled"
          region = data.aws_region.current.region
          metrics = [
            [
              "Tailgate",
              "continued_fragments",
              "pipeline",
              var.pipeline_name,
              {
                stat = "Sum"
              },
            ],
            [
              "Tailgate",
              "deferred_fragments",
              "pipeline",
              var.pipeline_name,
              {
                stat = "Sum"
              },
            ],
            [
              "Tailgate",
              "dead_lettered_fragments",
              "pipeline",
              var.pipeline_name,
              {
                stat = "Sum"
              },
            ],
            [
              "Tailgate",
              "fenced_claims",
              "pipeline",
              var.pipeline_name,
              {
                stat = "Sum"
              },
            ],
            [
              "Tailgate",
              "decision_failures",
              "pipeline",
              var.pipeline_name,
              {
                stat = "Sum"
              },
            ],
          ]
          yAxis = {
            left = {
              min = 0
            }
          }
          period = 300
        }
      },
      {
        type   = "metric"
        width  = 6
        height = 6
        x      = 6
        y      = 25
        properties = {
          view   = "timeSeries"
          title  = "Dead letters"
          region = data.aws_region.current.region
          metrics = [
            [
              "AWS/SQS",
              "ApproximateNumberOfMessagesVisible",
              "QueueName",
              aws_sqs_queue.wake_ups_dead_letter.name,
              {
                stat = "Maximum"
              },
            ],
            [
              "Tailgate",
              "unreadable_wake_ups",
              "pipeline",
              var.pipeline_name,
              {
                stat = "Sum"
              },
            ],
            [
              "Tailgate",
              "expired_fragments",
              "pipeline",
              var.pipeline_name,
              {
                stat = "Sum"
              },
            ],
          ]
          yAxis = {
            left = {
              min = 0
            }
          }
          period = 300
        }
      },
      {
        type   = "metric"
        width  = 6
        height = 6
        x      = 12
        y      = 25
        properties = {
          view   = "timeSeries"
          title  = "Policies"
          region = data.aws_region.current.region
          metrics = [
            [
              "Tailgate",
              "processor_tail_sampling_sampling_policy_evaluation_error",
              "pipeline",
              var.pipeline_name,
              {
                stat = "Sum"
              },
            ],
            [
              "Tailgate",
              "config_refused",
              "pipeline",
              var.pipeline_name,
              {
                stat = "Sum"
              },
            ],
            [
              "Tailgate",
              "slow_evaluations",
              "pipeline",
              var.pipeline_name,
              {
                stat = "Sum"
              },
            ],
          ]
          yAxis = {
            left = {
              min = 0
            }
          }
          period = 300
        }
      },
      {
        type   = "metric"
        width  = 6
        height = 6
        x      = 18
        y      = 25
        properties = {
          view   = "timeSeries"
          title  = "Calls to services"
          region = data.aws_region.current.region
          metrics = [
            [
              "Tailgate",
              "throttled_calls",
              "pipeline",
              var.pipeline_name,
              {
                stat = "Sum"
              },
            ],
            [
              "Tailgate",
              "failed_calls",
              "pipeline",
              var.pipeline_name,
              {
                stat = "Sum"
              },
            ],
            [
              {
                label      = "throttle events"
                expression = "FILL(writes, 0) + FILL(reads, 0)"
              },
            ],
            [
              "AWS/DynamoDB",
              "WriteThrottleEvents",
              "TableName",
              aws_dynamodb_table.buffer.name,
              {
                id      = "writes"
                visible = false
                stat    = "Sum"
              },
            ],
            [
              "AWS/DynamoDB",
              "ReadThrottleEvents",
              "TableName",
              aws_dynamodb_table.buffer.name,
              {
                id      = "reads"
                visible = false
                stat    = "Sum"
              },
            ],
          ]
          yAxis = {
            left = {
              min = 0
            }
          }
          period = 300
        }
      },
      {
        type   = "text"
        width  = 24
        height = 1
        x      = 0
        y      = 31
        properties = {
          markdown   = "## What it takes"
          background = "transparent"
        }
      },
      {
        type   = "metric"
        width  = 6
        height = 6
        x      = 0
        y      = 32
        properties = {
          view   = "timeSeries"
          title  = "Invocations at once"
          region = data.aws_region.current.region
          metrics = [
            [
              "AWS/Lambda",
              "ConcurrentExecutions",
              "FunctionName",
              aws_lambda_function.ingest.function_name,
              {
                label = "ingest"
                stat  = "Maximum"
              },
            ],
            [
              "AWS/Lambda",
              "ConcurrentExecutions",
              "FunctionName",
              aws_lambda_function.decide.function_name,
              {
                label = "decide"
                stat  = "Maximum"
              },
            ],
          ]
          yAxis = {
            left = {
              min = 0
            }
          }
          period = 300
        }
      },
      {
        type   = "metric"
        width  = 6
        height = 6
        x      = 6
        y      = 32
        properties = {
          view   = "timeSeries"
          title  = "Duration of invocations, p99"
          region = data.aws_region.current.region
          metrics = [
            [
              "AWS/Lambda",
              "Duration",
              "FunctionName",
              aws_lambda_function.ingest.function_name,
              {
                label = "ingest"
                stat  = "p99"
              },
            ],
            [
              "AWS/Lambda",
              "Duration",
              "FunctionName",
              aws_lambda_function.decide.function_name,
              {
                label = "decide"
                stat  = "p99"
              },
            ],
          ]
          yAxis = {
            left = {
              min = 0
            }
          }
          period = 300
        }
      },
      {
        type   = "metric"
        width  = 6
        height = 6
        x      = 12
        y      = 32
        properties = {
          view   = "timeSeries"
          title  = "Failed and throttled invocations"
          region = data.aws_region.current.region
          metrics = [
            [
              "AWS/Lambda",
              "Errors",
              "FunctionName",
              aws_lambda_function.ingest.function_name,
              {
                label = "ingest errors"
                stat  = "Sum"
              },
            ],
            [
              "AWS/Lambda",
              "Errors",
              "FunctionName",
              aws_lambda_function.decide.function_name,
              {
                label = "decide errors"
                stat  = "Sum"
              },
            ],
            [
              "AWS/Lambda",
              "Throttles",
              "FunctionName",
              aws_lambda_function.ingest.function_name,
              {
                label = "ingest throttles"
                stat  = "Sum"
              },
            ],
            [
              "AWS/Lambda",
              "Throttles",
              "FunctionName",
              aws_lambda_function.decide.function_name,
              {
                label = "decide throttles"
                stat  = "Sum"
              },
            ],
          ]
          yAxis = {
            left = {
              min = 0
            }
          }
          period = 300
        }
      },
      {
        type   = "metric"
        width  = 6
        height = 6
        x      = 18
        y      = 32
        properties = {
          view   = "timeSeries"
          title  = "Units of the buffer table"
          region = data.aws_region.current.region
          metrics = [
            [
              "Tailgate",
              "consumed_write_units",
              "pipeline",
              var.pipeline_name,
              {
                stat = "Sum"
              },
            ],
            [
              "Tailgate",
              "consumed_read_units",
              "pipeline",
              var.pipeline_name,
              {
                stat = "Sum"
              },
            ],
            [
              "AWS/DynamoDB",
              "ConsumedWriteCapacityUnits",
              "TableName",
              aws_dynamodb_table.buffer.name,
              {
                label = "all writes of the table"
                stat  = "Sum"
              },
            ],
          ]
          yAxis = {
            left = {
              min = 0
            }
          }
          period = 300
        }
      },
      {
        type   = "metric"
        width  = 6
        height = 6
        x      = 0
        y      = 38
        properties = {
          view   = "timeSeries"
          title  = "Archive objects"
          region = data.aws_region.current.region
          metrics = [
            [
              "Tailgate",
              "archive_objects",
              "pipeline",
              var.pipeline_name,
              {
                stat = "Sum"
              },
            ],
          ]
          yAxis = {
            left = {
              min = 0
            }
          }
          period = 300
        }
      },
      {
        type   = "metric"
        width  = 6
        height = 6
        x      = 6
        y      = 38
        properties = {
          view   = "timeSeries"
          title  = "Archive bytes before gzip"
          region = data.aws_region.current.region
          metrics = [
            [
              "Tailgate",
              "archive_bytes",
              "pipeline",
              var.pipeline_name,
              {
                stat = "Sum"
              },
            ],
          ]
          yAxis = {
            left = {
              min = 0
            }
          }
          period = 300
        }
      },
    ]
  })
}
