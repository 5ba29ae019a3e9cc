import { protobufFromJson } from '../otlp/json-decode/decode-request.ts';
import { createRandom, type Random } from './random.ts';
import { type OtlpJson, sampleResource, sampleSpan } from './sample-span.ts';
import type { TrafficShape } from './traffic-shape.ts';

/** A run of a trace's spans that travels in one export request. */
export interface TracePart {
  /** Who sends it. */
  readonly stream: string;
  readonly from: number;
  readonly to: number;
}

/**
 * How a trace is cut into requests. Without a Collector each service sends its own spans, in several requests when there
 * are more requests than services; a Collector cuts anywhere. A fractional number is reached on average.
 */
function partsOf(shape: TrafficShape, trace: number): readonly TracePart[] {
  const { requestsPerTrace, spansPerTrace, servicesPerTrace } = shape;
  const count = Math.floor((trace + 1) * requestsPerTrace) - Math.floor(trace * requestsPerTrace);
  if (shape.behindCollector) {
    return cut(0, spansPerTrace, count).map((part, index) => ({ stream: `${index}`, ...part }));
  }
  return Array.from({ length: servicesPerTrace }, (_, service) => service).flatMap((service) => {
    const from = Math.ceil((service * spansPerTrace) / servicesPerTrace);
    const to = Math.ceil(((service + 1) * spansPerTrace) / servicesPerTrace);
    const share =
      Math.floor(((service + 1) * count) / servicesPerTrace) - Math.floor((service * count) / servicesPerTrace);
    return cut(from, to, share).map((part, index) => ({ stream: `${service}/${index}`, ...part }));
  });
}

function cut(from: number, to: number, count: number): { readonly from: number; readonly to: number }[] {
  const bound = (index: number) => from + Math.round((index * (to - from)) / count);
  return Array.from({ length: count }, (_, index) => ({ from: bound(index), to: bound(index + 1) })).filter(
    (part) => part.from < part.to,
  );
}

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
