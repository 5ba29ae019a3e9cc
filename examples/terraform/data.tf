# Generated from the constructs in lib/cdk by "npm run build"; do not edit.

data "aws_caller_identity" "current" {}

data "aws_partition" "current" {}

data "aws_region" "current" {}
