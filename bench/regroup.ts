/** `node bench/regroup.ts`: from an export request to fragments, against protobufjs. */
import { protobufFromJson } from '../lib/otlp/json-decode/decode-request.ts';
import { regroup } from '../lib/otlp/regroup/regroup.ts';
import { opentelemetry } from '../proto/generated/otlp.js';
import { compare } from './compare.ts';
import { type CorpusRequest, corpus, type Layout } from './corpus.ts';
import { regroupWithObjects } from './regroup-with-objects.ts';

const { ExportTraceServiceRequest } = opentelemetry.proto.collector.trace.v1;
type ExportTraceServiceRequest = opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest;

interface JsonRequest {
  readonly resourceSpans: readonly { readonly scopeSpans: readonly { readonly spans: readonly JsonSpan[] }[] }[];
}

interface JsonSpan {
  traceId: string | Uint8Array;
  spanId: string | Uint8Array;
  parentSpanId?: string | Uint8Array;
}

/** Reads OTLP/JSON into objects. (The few links keep IDs that are wrong: that costs the same.) */
export function fromJson(body: Uint8Array): ExportTraceServiceRequest {
  const request: JsonRequest = JSON.parse(Buffer.from(body).toString());
  for (const { scopeSpans } of request.resourceSpans) {
    for (const { spans } of scopeSpans) {
      for (const span of spans) {
        span.traceId = Buffer.from(String(span.traceId), 'hex');
        span.spanId = Buffer.from(String(span.spanId), 'hex');
        if (span.parentSpanId !== undefined) span.parentSpanId = Buffer.from(String(span.parentSpanId), 'hex');
      }
    }
  }
  return ExportTraceServiceRequest.fromObject({ ...request });
}

function forEachRequest(requests: readonly CorpusRequest[], work: (request: CorpusRequest) => unknown): () => void {
  return () => {
    for (const request of requests) work(request);
  };
}

const layouts: readonly Layout[] = ['mixed', 'sdk'];
for (const layout of layouts) {
  const requests = corpus(layout, 4);
  const units = requests.reduce((sum, request) => sum + request.spanCount, 0);
  compare(
    `protobuf request to fragments, ${layout}`,
    [
      {
        name: 'protobufjs: decode, encode per trace',
        run: forEachRequest(requests, (r) => regroupWithObjects(ExportTraceServiceRequest.decode(r.protobuf))),
      },
      {
        name: 'protobufjs: decode only',
        run: forEachRequest(requests, (r) => ExportTraceServiceRequest.decode(r.protobuf)),
      },
      { name: 'regroup', run: forEachRequest(requests, (r) => regroup(r.protobuf)) },
    ],
    { units, unit: 'spans' },
  );
  compare(
    `JSON request to fragments, ${layout}`,
    [
      {
        name: 'JSON.parse, protobufjs: fromObject, encode',
        run: forEachRequest(requests, (r) => ExportTraceServiceRequest.encode(fromJson(r.json)).finish()),
      },
      {
        name: 'JSON.parse, protobufjs: fromObject, encode per trace',
        run: forEachRequest(requests, (r) => regroupWithObjects(fromJson(r.json))),
      },
      { name: 'JSON.parse only', run: forEachRequest(requests, (r) => JSON.parse(Buffer.from(r.json).toString())) },
      { name: 'protobufFromJson', run: forEachRequest(requests, (r) => protobufFromJson(r.json)) },
      { name: 'protobufFromJson, regroup', run: forEachRequest(requests, (r) => regroup(protobufFromJson(r.json))) },
    ],
    { units, unit: 'spans' },
  );
}
