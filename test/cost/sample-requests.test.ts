import { describe, expect, it } from 'vitest';
import { sampleRequests } from '../../lib/traffic/sample-requests.ts';
import type { TrafficShape } from '../../lib/traffic/traffic-shape.ts';
import { opentelemetry } from '../../proto/generated/otlp.js';

const { ExportTraceServiceRequest } = opentelemetry.proto.collector.trace.v1;
const { Span } = opentelemetry.proto.trace.v1;

const NOW_MS = Date.UTC(2026, 10, 21, 12);
const SDK: TrafficShape = {
  tracesPerDay: 1e6,
  spansPerTrace: 10,
  servicesPerTrace: 4,
  requestsPerTrace: 4,
  spansPerRequest: 30,
  spanBytes: 400,
  keptPercent: 5,
  behindCollector: false,
};

/** A sample as protobufjs reads it. */
function read(shape: TrafficShape, traces = 120) {
  const { requests } = sampleRequests(shape, traces, 6, NOW_MS);
  return requests.map((request) => {
    const resources = ExportTraceServiceRequest.decode(request).resourceSpans ?? [];
    const spans = resources.flatMap(({ resource, scopeSpans }) =>
      (scopeSpans ?? []).flatMap((group) =>
        (group.spans ?? []).map((span) => ({
          service: resource?.attributes?.find(({ key }) => key === 'service.name')?.value?.stringValue ?? '',
          traceId: Buffer.from(span.traceId as Uint8Array).toString('hex'),
          hasError: span.status?.code === 2,
          bytes: Span.encode(span).finish().length,
        })),
      ),
    );
    return { resourceCount: resources.length, spans };
  });
}

const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

describe('the sample of SDKs that send themselves', () => {
  const requests = read(SDK);
  const spans = requests.flatMap((request) => request.spans);

  it('has whole traces of the number of spans and services asked for', () => {
    const byTrace = Map.groupBy(spans, ({ traceId }) => traceId);
    expect(byTrace.size).toBe(120);
    for (const trace of byTrace.values()) {
      expect(trace).toHaveLength(10);
      expect(new Set(trace.map(({ service }) => service)).size).toBe(4);
    }
  });

  it('has requests of one service each, of the size asked for', () => {
    expect(requests).toHaveLength((120 * 10) / 30);
    expect(new Set(requests.map(({ resourceCount }) => resourceCount))).toEqual(new Set([1]));
    expect(Math.max(...requests.map((request) => request.spans.length))).toBeLessThanOrEqual(33);
  });

  it('has as many errors as are to be kept, one in a trace', () => {
    expect(new Set(spans.filter(({ hasError }) => hasError).map(({ traceId }) => traceId)).size).toBe(6);
    expect(spans.filter(({ hasError }) => hasError)).toHaveLength(6);
  });

  it('is the same each time', () => {
    expect(sampleRequests(SDK, 50, 5, NOW_MS)).toEqual(sampleRequests(SDK, 50, 5, NOW_MS));
  });
});

describe('the spans of the sample', () => {
  it.each([150, 400, 1500])('have %i bytes on average, within 5 %', (spanBytes) => {
    const spans = read({ ...SDK, spanBytes }, 50).flatMap((request) => request.spans);
    expect(Math.abs(mean(spans.map(({ bytes }) => bytes)) / spanBytes - 1)).toBeLessThan(0.05);
  });
});

describe('the sample of a Collector', () => {
  it('has traces in 1.5 requests on average, which mix services', () => {
    const requests = read({ ...SDK, behindCollector: true, requestsPerTrace: 1.5, spansPerRequest: 300 });
    const places = requests.flatMap(({ spans }, index) => [
      ...new Set(spans.map(({ traceId }) => `${traceId} ${index}`)),
    ]);
    expect(places).toHaveLength(120 * 1.5);
    expect(mean(requests.map(({ spans }) => spans.length))).toBe(300);
    expect(Math.min(...requests.map(({ resourceCount }) => resourceCount))).toBeGreaterThan(1);
  });
});

describe('the sample of services that send twice', () => {
  it('never has both parts of a trace in one request', () => {
    const requests = read({ ...SDK, servicesPerTrace: 2, requestsPerTrace: 5 });
    const places = requests.flatMap(({ spans }, index) => [
      ...new Set(spans.map(({ traceId }) => `${traceId} ${index}`)),
    ]);
    expect(places).toHaveLength(120 * 5);
  });
});
