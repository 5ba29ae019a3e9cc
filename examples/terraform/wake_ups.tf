# Generated from the constructs in lib/cdk by "npm run build"; do not edit.

resource "aws_sqs_queue" "wake_ups_dead_letter" {
  name                      = "${var.pipeline_name}-wake-ups-dead-letter"
  message_retention_seconds = 1209600
  sqs_managed_sse_enabled   = true
}

resource "aws_sqs_queue_policy" "wake_ups_dead_letter" {
  queue_url = aws_sqs_queue.wake_ups_dead_letter.url
  policy = jsonencode({
    Statement = [
      {
        Action = "sqs:*"
        Condition = {
          Bool = {
            "aws:SecureTransport" = "false"
          }
        }
        Effect = "Deny"
        Principal = {
          AWS = "*"
        }
        Resource = aws_sqs_queue.wake_ups_dead_letter.arn
      },
    ]
    Version = "2012-10-17"
  })
}

resource "aws_sqs_queue" "wake_ups" {
  name                       = "${var.pipeline_name}-wake-ups"
  message_retention_seconds  = 345600
  visibility_timeout_seconds = 380
  sqs_managed_sse_enabled    = true
  redrive_policy = jsonencode({
    deadLetterTargetArn = aws_sqs_queue.wake_ups_dead_letter.arn
    maxReceiveCount     = 10
  })
}

resource "aws_sqs_queue_policy" "wake_ups" {
  queue_url = aws_sqs_queue.wake_ups.url
  policy = jsonencode({
    Statement = [
      {
        Action = "sqs:*"
        Condition = {
          Bool = {
            "aws:SecureTransport" = "false"
          }
        }
        Effect = "Deny"
        Principal = {
          AWS = "*"
        }
        Resource = aws_sqs_queue.wake_ups.arn
      },
    ]
    Version = "2012-10-17"
  })
}
