// How large the body of a request may be: as it arrives at AWS, and once it is unpacked.

/**
 * Lambda's limit for the payload of one synchronous invocation: the body and everything around it.
 * https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
 */
export const MAX_INVOCATION_BYTES = 6 * 1024 * 1024;

/**
 * As the Collector's `max_request_body_size`: less than the 64 MiB that the OTLP specification recommends, because exporters
 * would give up before that many spans were durable.
 */
export const DEFAULT_MAX_BODY_BYTES = 20 * 1024 * 1024;
