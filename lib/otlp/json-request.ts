import { JsonRequestReader } from './json-decode/decode-request.ts';
import { RejectedSpans } from './rejected-spans.ts';

/**
 * Translates an OTLP/JSON `ExportTraceServiceRequest` (UTF-8) to protobuf, in one pass from bytes to bytes.
 *
 * It reads what the OTLP/JSON section of the specification allows
 * (https://opentelemetry.io/docs/specs/otlp/#json-protobuf-encoding) and what the JSON mapping of protobuf asks of parsers
 * (https://protobuf.dev/programming-guides/json/): lowerCamelCase and original field names, hex IDs in either case, 64-bit
 * integers as strings or numbers, enum values by number or name, unknown keys ignored, `null` for absent. As in the
 * Collector, `null` in a list is an empty element, and a key that comes twice, in one spelling or in both, is read as
 * protobuf reads a field that comes twice: the last value, lists joined, messages merged.
 *
 * What is JSON but cannot be read costs the span that it is in, or the spans of the resource or scope: they are left out
 * and counted in `rejected`. The result is canonical, unless a key comes twice: fields in ascending order, default values
 * left out. IDs of a wrong length are passed on, for `regroup` to reject their spans.
 *
 * @param rejected gets the rejected spans
 * @throws {MalformedOtlpError} with the offset in the JSON text, when it is not JSON, or not a request in which spans could be
 * found
 */
export function protobufFromJson(body: Uint8Array, rejected: RejectedSpans = new RejectedSpans()): Uint8Array {
  return new JsonRequestReader(body, rejected).read();
}
