import { opentelemetry } from '../../proto/generated/otlp.js';

const { ExportTraceServiceRequest } = opentelemetry.proto.collector.trace.v1;

/** A span in the shortest words; what is left out is a small healthy default. */
export interface SpanSpec {
  /** Padded on the left to 32 hex digits. */
  readonly trace: string;
  /** Padded on the left to 16 hex digits. */
  readonly span: string;
  /** Missing: a root span. */
  readonly parent?: string;
  readonly name?: string;
  readonly error?: boolean;
  /** Milliseconds after 2026-11-21T12:00:00Z. */
  readonly startMs?: number;
  readonly durationMs?: number;
  readonly service?: string;
}

const BASE_MS = Date.UTC(2026, 10, 21, 12);

export const traceIdOf = (id: string): string => id.padStart(32, '0');
export const spanIdOf = (id: string): string => id.padStart(16, '0');

/** An export request in protobuf: a ResourceSpans for each service, in order of first appearance. */
export function exportRequest(specs: readonly SpanSpec[]): Uint8Array {
  const services = [...new Set(specs.map(serviceOf))];
  const message = ExportTraceServiceRequest.fromObject({
    resourceSpans: services.map((service) => ({
      resource: { attributes: [{ key: 'service.name', value: { stringValue: service } }] },
      scopeSpans: [{ scope: { name: 'test' }, spans: specs.filter((spec) => serviceOf(spec) === service).map(toSpan) }],
    })),
  });
  return ExportTraceServiceRequest.encode(message).finish();
}

function serviceOf({ service }: SpanSpec): string {
  return service ?? 'shop';
}

function toSpan({ trace, span, parent, name, error, startMs = 0, durationMs = 5 }: SpanSpec) {
  const nanos = (milliseconds: number) => String(BigInt(BASE_MS + milliseconds) * 1_000_000n);
  return {
    traceId: Buffer.from(traceIdOf(trace), 'hex'),
    spanId: Buffer.from(spanIdOf(span), 'hex'),
    ...(parent !== undefined && { parentSpanId: Buffer.from(spanIdOf(parent), 'hex') }),
    name: name ?? `span ${span}`,
    kind: 2,
    startTimeUnixNano: nanos(startMs),
    endTimeUnixNano: nanos(startMs + durationMs),
    ...(error === true && { status: { code: 2, message: 'failed' } }),
  };
}
