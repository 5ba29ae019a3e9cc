/** What the hot path does, in the usual way: with objects that protobufjs decodes. The base of the ratios. */
import { opentelemetry } from '../../proto/generated/otlp.js';
import type { StoredTrace } from './stored-traces.ts';

const { ExportTraceServiceRequest } = opentelemetry.proto.collector.trace.v1;
const { ResourceSpans, ScopeSpans, TracesData } = opentelemetry.proto.trace.v1;
type ExportTraceServiceRequest = opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest;
type ResourceSpans = opentelemetry.proto.trace.v1.ResourceSpans;
type KeyValue = opentelemetry.proto.common.v1.KeyValue.$Properties;

export function decodeRequest(protobuf: Uint8Array): ExportTraceServiceRequest {
  return ExportTraceServiceRequest.decode(protobuf);
}

export interface ObjectFragment {
  readonly payload: Uint8Array;
  readonly spanCount: number;
}

/** One encoded `TracesData` for each trace, by trace ID in the order of first appearance. */
export function regroupObjects({ resourceSpans: all }: ExportTraceServiceRequest): Map<string, ObjectFragment> {
  const traces = new Map<string, { groups: ResourceSpans[]; spanCount: number }>();
  for (const resourceSpans of all) {
    for (const scopeSpans of resourceSpans.scopeSpans ?? []) {
      for (const span of scopeSpans.spans ?? []) {
        const traceId = Buffer.from(span.traceId ?? []).toString('hex');
        let trace = traces.get(traceId);
        if (trace === undefined) {
          trace = { groups: [], spanCount: 0 };
          traces.set(traceId, trace);
        }
        trace.spanCount++;
        let group = trace.groups.at(-1);
        if (group?.resource !== resourceSpans.resource) {
          group = ResourceSpans.create({ ...resourceSpans, scopeSpans: [] });
          trace.groups.push(group);
        }
        let scopeGroup = group?.scopeSpans.at(-1);
        if (scopeGroup?.scope !== scopeSpans.scope) {
          scopeGroup = ScopeSpans.create({ ...scopeSpans, spans: [] });
          group?.scopeSpans.push(scopeGroup);
        }
        scopeGroup?.spans?.push(span);
      }
    }
  }
  const encode = (resourceSpans: ResourceSpans[]) => TracesData.encode({ resourceSpans }).finish();
  return new Map([...traces].map(([id, { groups, spanCount }]) => [id, { payload: encode(groups), spanCount }]));
}

interface JsonRequest {
  readonly resourceSpans: readonly { readonly scopeSpans: readonly { readonly spans: readonly JsonSpan[] }[] }[];
}

interface JsonIds {
  traceId: string | Uint8Array;
  spanId: string | Uint8Array;
}

interface JsonSpan extends JsonIds {
  parentSpanId?: string | Uint8Array;
  readonly links?: readonly JsonIds[];
}

/** Reads OTLP/JSON: `JSON.parse`, IDs from hex to bytes, `fromObject`. */
export function requestFromJson(body: Uint8Array): ExportTraceServiceRequest {
  const request: JsonRequest = JSON.parse(Buffer.from(body).toString());
  for (const { scopeSpans } of request.resourceSpans) {
    for (const { spans } of scopeSpans) {
      for (const span of spans) {
        idsFromHex(span);
        if (span.parentSpanId !== undefined) span.parentSpanId = Buffer.from(String(span.parentSpanId), 'hex');
        for (const link of span.links ?? []) idsFromHex(link);
      }
    }
  }
  return ExportTraceServiceRequest.fromObject({ ...request });
}

function idsFromHex(message: JsonIds): void {
  message.traceId = Buffer.from(String(message.traceId), 'hex');
  message.spanId = Buffer.from(String(message.spanId), 'hex');
}

/** Which of the policies errors, slow and route sample the trace: those of `corpora.ts` that look at spans. */
export function votesOfObjects({ fragments }: StoredTrace): string {
  let hasError = false;
  let hasRoute = false;
  let start = 0n;
  let end = 0n;
  for (const fragment of fragments) {
    for (const { resource, scopeSpans } of TracesData.decode(fragment).resourceSpans ?? []) {
      if (routeOf(resource?.attributes) === '/api/refunds') hasRoute = true;
      for (const { spans } of scopeSpans ?? []) {
        for (const span of spans ?? []) {
          if (span.status?.code === 2) hasError = true;
          if (routeOf(span.attributes) === '/api/refunds') hasRoute = true;
          const spanStart = bigintOf(span.startTimeUnixNano);
          const spanEnd = bigintOf(span.endTimeUnixNano);
          if (start === 0n || spanStart < start) start = spanStart;
          if (spanEnd > end) end = spanEnd;
        }
      }
    }
  }
  return [hasError, (end - start) / 1_000_000n >= 2000n, hasRoute].join();
}

function routeOf(attributes: readonly KeyValue[] | null | undefined): string | null | undefined {
  return attributes?.find(({ key }) => key === 'http.route')?.value?.stringValue;
}

function bigintOf(value: unknown): bigint {
  const { low, high } = value as { low: number; high: number };
  return (BigInt(high >>> 0) << 32n) | BigInt(low >>> 0);
}

/** A line of the archive: decode, `toObject`, IDs from base64 to hex, `JSON.stringify`. */
export function lineOfObjects({ traceId, fragments }: StoredTrace): Uint8Array {
  const resourceSpans = fragments.flatMap((fragment) => {
    const message = TracesData.toObject(TracesData.decode(fragment), { longs: String, bytes: String, json: true });
    return message['resourceSpans'] ?? [];
  });
  for (const { scopeSpans } of resourceSpans) {
    for (const { spans } of scopeSpans) {
      for (const span of spans) {
        idsToHex(span, ['traceId', 'spanId', 'parentSpanId']);
        for (const link of span.links ?? []) idsToHex(link, ['traceId', 'spanId']);
      }
    }
  }
  return Buffer.from(`${JSON.stringify({ resourceSpans, trace_id: traceId, sampling_policy: 'errors', seq: 0 })}\n`);
}

function idsToHex(message: Record<string, unknown>, keys: readonly string[]): void {
  for (const key of keys) {
    const id = message[key];
    if (typeof id === 'string') message[key] = Buffer.from(id, 'base64').toString('hex');
  }
}
