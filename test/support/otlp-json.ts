import { opentelemetry } from '../../proto/generated/otlp.js';
import type { ExportTraceServiceRequest } from './otlp-arbitraries.ts';

const { TracesData } = opentelemetry.proto.trace.v1;
const ID_KEYS = ['traceId', 'spanId', 'parentSpanId'];

/** OTLP/JSON of a request as plain objects: protobufjs's proto3 JSON, with IDs in hex instead of base64. */
export function toOtlpJson(request: ExportTraceServiceRequest): unknown {
  return withHexIds(TracesData.toObject(request, { json: true, longs: String, bytes: String }));
}

function withHexIds(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withHexIds);
  // JSON.stringify would write 0.
  if (Object.is(value, -0)) return '-0';
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, member]) =>
      ID_KEYS.includes(key) ? [key, Buffer.from(String(member), 'base64').toString('hex')] : [key, withHexIds(member)],
    ),
  );
}
