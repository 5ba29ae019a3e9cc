# Generated from the constructs in lib/cdk by "npm run build"; do not edit.

variable "handlers_folder" {
  description = "Folder with the zips of the functions: dist/cloudformation of a build"
  type        = string

  validation {
    condition     = alltrue([for name in ["ingest", "decide", "compact", "read"] : length(fileset(var.handlers_folder, "${name}-*.zip")) == 1])
    error_message = "handlers_folder: expected a folder with one zip of each function, as \"npm run build\" writes it to dist/cloudformation."
  }
}

variable "pipeline_name" {
  description = "Name of the pipeline in its account and region: part of its SSM paths, and the name of its Athena workgroup and, with _ for -, of its database"
  type        = string
  default     = "tailgate"

  validation {
    condition     = can(regex("^[a-z][a-z0-9]*(-[a-z0-9]+)*$", var.pipeline_name)) && length(var.pipeline_name) <= 48
    error_message = "pipeline_name: expected at most 48 lower-case letters, digits and single hyphens, a letter first."
  }
}

variable "policies" {
  description = "The tail_sampling configuration, as YAML"
  type        = string

  validation {
    condition     = length(var.policies) <= 4096
    error_message = "policies: expected at most 4096 characters."
  }
}

variable "archive_retention_days" {
  description = "Days that kept traces stay"
  type        = number
  default     = 400

  validation {
    condition     = contains([14, 30, 90, 180, 400, 1095], var.archive_retention_days)
    error_message = "archive_retention_days: expected one of 14, 30, 90, 180, 400, 1095."
  }
}

variable "compaction" {
  description = "Whether settled hours of the archive are copied to Parquet, for cheaper queries"
  type        = bool
  default     = false
}

variable "read" {
  description = "Whether kept traces are served, at a URL of their own: a page, and the APIs that Jaeger and Grafana read"
  type        = bool
  default     = false
}

variable "tenants" {
  description = "Whether each ingest key has a tenant, whose spans are kept apart; never changed after the first span"
  type        = bool
  default     = false
}

variable "reserve_concurrency" {
  description = "Whether 50 concurrent executions are reserved for ingest, 10 for decide and 5 for read; false where the limit of the account is too low"
  type        = bool
  default     = true
}

variable "cors_origins" {
  description = "Origins of the web pages that may send spans, such as https://shop.example; empty: none"
  type        = list(string)
  default     = []
}

variable "alarm_topic_arn" {
  description = "ARN of the SNS topic that alarms are reported to; empty: none"
  type        = string
  default     = ""
}
