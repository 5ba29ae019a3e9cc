import { protobufFromJson } from '../otlp/json-decode/decode-request.ts';
import { createRandom, type Random } from './random.ts';
import { type OtlpJson, sampleResource, sampleSpan } from './sample-span.ts';
import { partsOf } from './trace-parts.ts';
import type { TrafficShape } from './traffic-shape.ts';

export interface SampleRequests {
  /** `ExportTraceServiceRequest` in protobuf, in the order of their arrival. */
  readonly requests: readonly Uint8Array[];
  readonly traceCount: number;
  /** How many of the traces have an error, which is what the sample keeps. */
  readonly errorCount: number;
}

/** The spans of one trace that one request brings. */
interface Part {
  readonly trace: number;
  readonly spans: readonly { readonly service: number; readonly json: OtlpJson }[];
}

/** Made-up export requests of a shape. The same shape, count and time make the same bytes. */
export function sampleRequests(
  shape: TrafficShape,
  traceCount: number,
  errorCount: number,
  nowMs: number,
): SampleRequests {
  const random = createRandom(1);
  // Parts of one trace never share a request: each stream is a sender of its own.
  const streams = new Map<string, Part[]>();
  for (let trace = 0; trace < traceCount; trace++) {
    const hasError = isOneOf(trace, errorCount, traceCount);
    const spans = sampleTrace(shape, hasError, nowMs, random);
    for (const { stream, from, to } of partsOf(shape, trace)) {
      const parts = streams.get(stream) ?? [];
      parts.push({ trace, spans: spans.slice(from, to) });
      streams.set(stream, parts);
    }
  }
  const batches = [...streams.values()].flatMap((parts) => inRequests(parts, shape.spansPerRequest));
  batches.sort((a, b) => middleOf(a) - middleOf(b));
  return { requests: batches.map(encode), traceCount, errorCount };
}

/** Spreads `count` among `total`, evenly. */
function isOneOf(index: number, count: number, total: number): boolean {
  return Math.floor(((index + 1) * count) / total) > Math.floor((index * count) / total);
}

function sampleTrace(shape: TrafficShape, hasError: boolean, nowMs: number, random: Random): Part['spans'] {
  const traceId = random.hex(32);
  const spanIds = Array.from({ length: shape.spansPerTrace }, () => random.hex(16));
  const startMs = nowMs - Math.floor(random.between(1000, 5000));
  return spanIds.map((spanId, index) => {
    const service = Math.floor((index * shape.servicesPerTrace) / shape.spansPerTrace);
    const parentSpanId = spanIds[Math.floor((index - 1) / 2)] ?? '';
    const place = { traceId, spanId, parentSpanId, index, service, hasError: hasError && index === 0, startMs };
    return { service, json: sampleSpan(place, shape.spanBytes, random) };
  });
}

/** Cuts a stream into requests of equal size, as near as whole parts allow to the size asked for. */
function inRequests(parts: readonly Part[], spansPerRequest: number): Part[][] {
  const spanCount = parts.reduce((sum, { spans }) => sum + spans.length, 0);
  const count = Math.max(1, Math.round(spanCount / spansPerRequest));
  const requests = Array.from({ length: count }, (): Part[] => []);
  let before = 0;
  for (const part of parts) {
    requests[Math.min(count - 1, Math.floor((before * count) / spanCount))]?.push(part);
    before += part.spans.length;
  }
  return requests.filter((request) => request.length > 0);
}

function middleOf(parts: readonly Part[]): number {
  return parts.reduce((sum, { trace }) => sum + trace, 0) / parts.length;
}

function encode(parts: readonly Part[]): Uint8Array {
  const byService = new Map<number, OtlpJson[]>();
  for (const { service, json } of parts.flatMap(({ spans }) => spans)) {
    const spans = byService.get(service) ?? [];
    spans.push(json);
    byService.set(service, spans);
  }
  const resourceSpans = [...byService].map(([service, spans]) => ({
    resource: sampleResource(service),
    scopeSpans: [{ scope: { name: '@opentelemetry/instrumentation-http', version: '0.223.0' }, spans }],
  }));
  return protobufFromJson(new TextEncoder().encode(JSON.stringify({ resourceSpans })));
}
