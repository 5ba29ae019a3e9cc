# Generated from the constructs in lib/cdk by "npm run build"; do not edit.

resource "aws_ssm_parameter" "policies" {
  name        = "/tailgate/${var.pipeline_name}/policies"
  type        = "String"
  tier        = "Intelligent-Tiering"
  value       = var.policies
  description = "Tailgate: the tail_sampling policies. Change them with \"tailgate policies\"."
}
