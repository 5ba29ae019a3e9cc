# Generated from the constructs in lib/cdk by "npm run build"; do not edit.

resource "aws_dynamodb_table" "buffer" {
  name         = "${var.pipeline_name}-buffer"
  billing_mode = "PAY_PER_REQUEST"
  hash_key     = "traceId"
  range_key    = "sk"

  attribute {
    name = "traceId"
    type = "S"
  }

  attribute {
    name = "sk"
    type = "S"
  }

  ttl {
    attribute_name = "expiresAt"
    enabled        = true
  }
}
