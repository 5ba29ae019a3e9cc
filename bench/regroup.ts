/** `node bench/regroup.ts`: from an export request to fragments, against protobufjs. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { gunzipSync, gzipSync } from 'node:zlib';
import { protobufFromJson } from '../lib/otlp/json-decode/decode-request.ts';
import { regroup } from '../lib/otlp/regroup/regroup.ts';
import { RegroupScan } from '../lib/otlp/regroup/scan.ts';
import { opentelemetry } from '../proto/generated/otlp.js';
import { compare } from './compare.ts';
import { type CorpusRequest, corpus, type Layout } from './corpus.ts';

const { ExportTraceServiceRequest } = opentelemetry.proto.collector.trace.v1;
const { ResourceSpans, ScopeSpans, TracesData } = opentelemetry.proto.trace.v1;
type ExportTraceServiceRequest = opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest;
type ResourceSpans = opentelemetry.proto.trace.v1.ResourceSpans;

const LAYOUTS: readonly Layout[] = ['mixed', 'sdk'];

/** What regroup does, with objects, after decoding: group, encode one `TracesData` per trace. */
export function regroupWithObjects({ resourceSpans: all }: ExportTraceServiceRequest): Uint8Array[] {
  const traces = new Map<string, ResourceSpans[]>();
  for (const resourceSpans of all) {
    for (const scopeSpans of resourceSpans.scopeSpans ?? []) {
      for (const span of scopeSpans.spans ?? []) {
        const traceId = Buffer.from(span.traceId ?? []).toString('hex');
        const groups = traces.get(traceId) ?? [];
        traces.set(traceId, groups);
        let group = groups.at(-1);
        if (group?.resource !== resourceSpans.resource) {
          group = ResourceSpans.create({ ...resourceSpans, scopeSpans: [] });
          groups.push(group);
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
  return [...traces.values()].map((resourceSpans) => TracesData.encode({ resourceSpans }).finish());
}

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

function forEachOf<Item>(items: readonly Item[], work: (item: Item) => unknown): () => void {
  return () => {
    for (const item of items) work(item);
  };
}

/** Compares on requests of this layout; equal outputs are asserted first. */
export function measureRegroup(layout: Layout): void {
  const requests = corpus(layout, 4);
  const units = requests.reduce((sum, request) => sum + request.spanCount, 0);
  for (const { protobuf, json } of requests) {
    const payloads = regroup(protobuf).fragments.map(({ payload }) => Buffer.from(payload));
    assert.deepEqual(payloads, regroupWithObjects(ExportTraceServiceRequest.decode(protobuf)).map(Buffer.from));
    assert.deepEqual(Buffer.from(protobufFromJson(json)), Buffer.from(protobuf));
  }
  compare(
    `protobuf request to fragments, ${layout}`,
    [
      {
        name: 'protobufjs: decode, encode per trace',
        run: forEachOf(requests, (r) => regroupWithObjects(ExportTraceServiceRequest.decode(r.protobuf))),
      },
      {
        name: 'protobufjs: decode only',
        run: forEachOf(requests, (r) => ExportTraceServiceRequest.decode(r.protobuf)),
      },
      { name: 'regroup', run: forEachOf(requests, (r) => regroup(r.protobuf)) },
      {
        name: 'only validating and finding the spans',
        run: forEachOf(requests, (r) => RegroupScan.of(r.protobuf)),
      },
      { name: 'only filling new memory of that size', run: fillNewMemory(requests) },
    ],
    { units, unit: 'spans' },
  );
  const zipped = requests.map(({ protobuf }) => gzipSync(protobuf));
  compare(
    `gzipped protobuf request to fragments, ${layout}`,
    [
      { name: 'gunzip only', run: forEachOf(zipped, inflate) },
      { name: 'gunzip, regroup', run: forEachOf(zipped, (body) => regroup(inflate(body))) },
    ],
    { units, unit: 'spans' },
  );
  compare(
    `JSON request to fragments, ${layout}`,
    [
      {
        name: 'JSON.parse, protobufjs: fromObject, encode per trace',
        run: forEachOf(requests, (r) => regroupWithObjects(fromJson(r.json))),
      },
      {
        name: 'JSON.parse, protobufjs: fromObject, encode, regroup',
        run: forEachOf(requests, (r) => regroup(ExportTraceServiceRequest.encode(fromJson(r.json)).finish())),
      },
      { name: 'JSON.parse only', run: forEachOf(requests, (r) => JSON.parse(Buffer.from(r.json).toString())) },
      { name: 'protobufFromJson, regroup', run: forEachOf(requests, (r) => regroup(protobufFromJson(r.json))) },
      { name: 'protobufFromJson only', run: forEachOf(requests, (r) => protobufFromJson(r.json)) },
    ],
    { units, unit: 'spans' },
  );
}

/** As ingest inflates: the last bytes of gzip are the size. */
function inflate(body: Uint8Array): Uint8Array {
  return gunzipSync(body, { chunkSize: Buffer.from(body).readUInt32LE(body.length - 4) });
}

/** What no way of writing fragments into memory of their own can save. */
function fillNewMemory(requests: readonly CorpusRequest[]): () => void {
  const sizes = requests.map(({ protobuf }) => {
    return regroup(protobuf).fragments.reduce((sum, { payload }) => sum + payload.length, 0);
  });
  const source = new Uint8Array(Math.max(...sizes)).fill(1);
  return () => {
    for (const size of sizes) new Uint8Array(size).set(source.subarray(0, size));
  };
}

/**
 * Bytes on the heap that `regroup` allocates for a span: the difference of one pass without garbage collection, the median of
 * some. It needs `--expose-gc` and a young generation in which a pass fits.
 */
export function heapOfRegroup(layout: Layout): number {
  const requests = corpus(layout, 8);
  const spans = requests.reduce((sum, request) => sum + request.spanCount, 0);
  const pass = forEachOf(requests, (r) => regroup(r.protobuf));
  for (let i = 0; i < 300; i++) pass();
  const passes = Array.from({ length: 9 }, () => {
    globalThis.gc?.();
    const before = process.memoryUsage().heapUsed;
    pass();
    return (process.memoryUsage().heapUsed - before) / spans;
  });
  return passes.sort((a, b) => a - b)[4] ?? Number.NaN;
}

if (process.argv[2] === 'heap') {
  for (const layout of LAYOUTS)
    console.log(`heap of regroup, ${layout}: ${heapOfRegroup(layout).toFixed(0)} bytes a span`);
} else if (import.meta.main) {
  for (const layout of LAYOUTS) measureRegroup(layout);
  const flags = ['--expose-gc', '--min-semi-space-size=256', '--max-semi-space-size=256'];
  spawnSync(process.execPath, [...flags, import.meta.filename, 'heap'], { stdio: 'inherit' });
}
