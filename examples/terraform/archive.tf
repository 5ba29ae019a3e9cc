# Generated from the constructs in lib/cdk by "npm run build"; do not edit.

# Terraform refuses to destroy it while traces are in it.
resource "aws_s3_bucket" "archive" {
  bucket_prefix = "${substr(var.pipeline_name, 0, 28)}-archive-"
}

resource "aws_s3_bucket_public_access_block" "archive" {
  bucket                  = aws_s3_bucket.archive.bucket
  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}

resource "aws_s3_bucket_ownership_controls" "archive" {
  bucket = aws_s3_bucket.archive.bucket

  rule {
    object_ownership = "BucketOwnerEnforced"
  }
}

resource "aws_s3_bucket_server_side_encryption_configuration" "archive" {
  bucket = aws_s3_bucket.archive.bucket

  rule {
    apply_server_side_encryption_by_default {
      sse_algorithm = "AES256"
    }
  }
}

resource "aws_s3_bucket_lifecycle_configuration" "archive" {
  bucket = aws_s3_bucket.archive.bucket

  rule {
    id     = "OldTraces"
    status = "Enabled"

    filter {
      prefix = "traces/"
    }

    expiration {
      days = local.archive_retention[var.archive_retention_days].days
    }
  }

  rule {
    id     = "OldParts"
    status = "Enabled"

    filter {
      prefix = "spans/"
    }

    expiration {
      days = local.archive_retention[var.archive_retention_days].days
    }
  }

  rule {
    id     = "SettledSpills"
    status = "Enabled"

    filter {
      prefix = "spill/"
    }

    expiration {
      days = 3
    }
  }

  rule {
    id     = "QueryResults"
    status = "Enabled"

    filter {
      prefix = "query-results/"
    }

    expiration {
      days = 7
    }
  }

  rule {
    id     = "UnfinishedUploads"
    status = "Enabled"

    filter {}

    abort_incomplete_multipart_upload {
      days_after_initiation = 7
    }
  }
}

resource "aws_s3_bucket_policy" "archive" {
  bucket = aws_s3_bucket.archive.bucket
  policy = jsonencode({
    Statement = [
      {
        Action = "s3:*"
        Condition = {
          Bool = {
            "aws:SecureTransport" = "false"
          }
        }
        Effect = "Deny"
        Principal = {
          AWS = "*"
        }
        Resource = [aws_s3_bucket.archive.arn, "${aws_s3_bucket.archive.arn}/*"]
      },
      {
        Action = "s3:*"
        Condition = {
          NumericLessThan = {
            "s3:TlsVersion" = 1.2
          }
        }
        Effect = "Deny"
        Principal = {
          AWS = "*"
        }
        Resource = [aws_s3_bucket.archive.arn, "${aws_s3_bucket.archive.arn}/*"]
      },
      {
        Action = "s3:PutObject"
        Condition = {
          Null = {
            "s3:if-none-match" = "true"
          }
          Bool = {
            "s3:ObjectCreationOperation" = "true"
          }
        }
        Effect = "Deny"
        Principal = {
          AWS = "*"
        }
        Resource = ["${aws_s3_bucket.archive.arn}/traces/*", "${aws_s3_bucket.archive.arn}/spans/*"]
        Sid      = "CreateOnly"
      },
      {
        Action = ["s3:DeleteObject", "s3:DeleteObjectVersion"]
        Effect = "Deny"
        Principal = {
          AWS = concat([aws_iam_role.ingest.arn, aws_iam_role.decide.arn], var.compaction ? [aws_iam_role.compact[0].arn] : [], var.read ? [aws_iam_role.read[0].arn] : [])
        }
        Resource = "${aws_s3_bucket.archive.arn}/*"
        Sid      = "NoDeletesByThePipeline"
      },
    ]
    Version = "2012-10-17"
  })
  depends_on = [aws_s3_bucket_public_access_block.archive]
}
