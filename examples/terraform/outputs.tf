# Generated from the constructs in lib/cdk by "npm run build"; do not edit.

output "ingest_url" {
  description = "OTEL_EXPORTER_OTLP_ENDPOINT"
  value       = "https://${split("/", aws_lambda_function_url.pipeline.function_url)[2]}"
}

output "ingest_headers" {
  description = "OTEL_EXPORTER_OTLP_HEADERS"
  value       = "x-api-key=<an ingest key>"
}

output "policies_parameter" {
  description = "SSM parameter of the policies"
  value       = aws_ssm_parameter.policies.name
}

output "keys_path" {
  description = "SSM path of the ingest keys"
  value       = "/tailgate/${var.pipeline_name}/keys"
}

output "wake_up_queue_url" {
  description = "Wake-ups, delayed by the decision wait"
  value       = aws_sqs_queue.wake_ups.url
}

output "dead_letter_queue_url" {
  description = "Wake-ups that could not be settled"
  value       = aws_sqs_queue.wake_ups_dead_letter.url
}

output "buffer_table" {
  description = "Spans that wait for their decision, and decisions"
  value       = aws_dynamodb_table.buffer.name
}

output "archive_bucket" {
  description = "Kept traces, under traces/"
  value       = aws_s3_bucket.archive.bucket
}

output "database" {
  description = "Athena database with the views traces and spans"
  value       = aws_glue_catalog_database.pipeline.name
}

output "work_group" {
  description = "Athena workgroup to query in"
  value       = aws_athena_workgroup.pipeline.name
}

output "tenants" {
  description = "Whether each query has to name a tenant"
  value       = var.tenants ? "true" : "false"
}

output "retention_days" {
  description = "Days that kept traces stay"
  value       = local.archive_retention[var.archive_retention_days].days
}
