import { JsonRequestReader } from './json-request-reader.ts';

/**
 * Translates an OTLP/JSON `ExportTraceServiceRequest` (UTF-8) to protobuf, in one pass from bytes to bytes.
 *
 * It reads what the OTLP/JSON section of the specification allows
 * (https://opentelemetry.io/docs/specs/otlp/#json-protobuf-encoding): hex IDs in either case, 64-bit integers as strings or
 * numbers, unknown keys ignored, `null` for absent. Names of enum values are accepted although senders must not write
 * them; snake_case keys are unknown keys. A key that is there twice is an error, and so are two members of one `AnyValue`.
 * The result is canonical: fields in ascending order, default values left out. IDs of a wrong length are passed on, so
 * that `regroup` can reject just their spans.
 *
 * @throws {MalformedOtlpError} with the offset in the JSON text
 */
export function protobufFromJson(body: Uint8Array): Uint8Array {
  return new JsonRequestReader(body).read();
}
