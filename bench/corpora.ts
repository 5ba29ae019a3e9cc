/**
 * The traffic that the table of results is measured on, from a seed: the same seed gives the same bytes.
 *
 * Five services in eleven pods, resources of 25 attributes, traces of 9.5 spans on average (1 to 40), about 526 bytes of
 * protobuf a span, of which 0.6 % failed. The policies of {@link POLICIES} keep 17 % of the traces.
 *
 * | corpus    | a request                                               | fragments a trace |
 * |-----------|---------------------------------------------------------|-------------------|
 * | `gateway` | 512 spans of all pods, as a Collector in between sends  | 1.4               |
 * | `pod`     | 512 spans of one pod, as a batch processor sends        | 2.7               |
 * | `lambda`  | 5 to 10 spans of one process, as a function sends       | 2.2               |
 */

import { createRandom, type Random } from '../lib/traffic/random.ts';
import { int, type OtlpJson, text } from '../lib/traffic/sample-span.ts';
import { opentelemetry } from '../proto/generated/otlp.js';

const { ExportTraceServiceRequest } = opentelemetry.proto.collector.trace.v1;

export const CORPORA = ['gateway', 'pod', 'lambda'] as const;
export type CorpusName = (typeof CORPORA)[number];

export interface BenchRequest {
  readonly protobuf: Uint8Array;
  /** OTLP/JSON of the same spans. */
  readonly json: Uint8Array;
  readonly spanCount: number;
}

/** Keep 17 % of the traces: those with failed spans, slow ones, one route, and a sample of all. */
export const POLICIES = `
  - { name: errors, type: status_code, status_code: { status_codes: [ERROR] } }
  - { name: slow, type: latency, latency: { threshold_ms: 2000 } }
  - { name: route, type: string_attribute, string_attribute: { key: http.route, values: [/api/refunds] } }
  - { name: sample-of-all, type: probabilistic, probabilistic: { sampling_percentage: 5 } }
`;

/** The block `tail_sampling` with these policies. */
export function samplingConfig(decisionWait: string): string {
  return `decision_wait: ${decisionWait}\npolicies:${POLICIES}`;
}

const SERVICES = ['gateway', 'cart', 'payment', 'fraud-check', 'ledger'] as const;
const PODS = 11;
const SCOPES = ['@opentelemetry/instrumentation-http', 'io.opentelemetry.spring-webmvc-6.0'] as const;
const ROUTES = [
  '/api/carts/{id}',
  '/api/checkout',
  '/api/orders/{id}/items',
  '/api/users/{id}',
  '/api/search',
] as const;
const START_NANOS = 1_795_262_400_000_000_000n;
const NANOS_PER_MS = 1_000_000;
const FAILED_SPANS = 0.006;
const SHARE_OF_ROUTE = 0.004;
const MEAN_SPANS = 9.5;
const LARGEST_TRACE = 40;

/** How the spans of a trace are spread over time and processes, so that a trace has as many fragments as above. */
const SHAPES: Readonly<Record<CorpusName, { readonly moves: number; readonly traceEveryMs: number }>> = {
  gateway: { moves: 0.25, traceEveryMs: 16 },
  pod: { moves: 0.23, traceEveryMs: 4 },
  lambda: { moves: 0, traceEveryMs: 5000 },
};

interface Draft {
  readonly pod: number;
  readonly scope: number;
  readonly endNanos: bigint;
  readonly span: OtlpJson;
}

/** Requests with at least this many spans in all, in the order in which they are sent. */
export function corpusOf(name: CorpusName, minSpans: number, seed = 1): BenchRequest[] {
  const random = createRandom(seed);
  const drafts = makeDrafts(name, minSpans, random);
  const requests: BenchRequest[] = [];
  const waiting = new Map<number, Draft[]>();
  const limits = new Map<number, number>();
  for (const draft of drafts) {
    // A gateway has one queue for all.
    const sender = name === 'gateway' ? 0 : draft.pod;
    const batch = waiting.get(sender) ?? [];
    waiting.set(sender, batch);
    batch.push(draft);
    const limit = limits.get(sender) ?? batchSize(name, random);
    limits.set(sender, limit);
    if (batch.length < limit) continue;
    requests.push(makeRequest(batch));
    waiting.delete(sender);
    limits.delete(sender);
  }
  for (const batch of waiting.values()) requests.push(makeRequest(batch));
  return requests;
}

function batchSize(name: CorpusName, random: Random): number {
  return name === 'lambda' ? Math.floor(random.between(5, 11)) : 512;
}

/** The spans of all traces in the order in which they end: an SDK exports a span when it ends, so traces interleave. */
function makeDrafts(name: CorpusName, minSpans: number, random: Random): Draft[] {
  const { moves, traceEveryMs } = SHAPES[name];
  const drafts: Draft[] = [];
  for (let trace = 0; drafts.length < minSpans; trace++) {
    const start = START_NANOS + BigInt(Math.floor(trace * traceEveryMs * NANOS_PER_MS));
    for (const draft of makeTrace(start, moves, random)) drafts.push(draft);
  }
  return drafts.sort((a, b) => Number(a.endNanos - b.endNanos));
}

function makeTrace(start: bigint, moves: number, random: Random): Draft[] {
  // Geometric up to the largest; the factor makes up for what is cut off.
  const spans = Math.min(LARGEST_TRACE, 1 + Math.floor(-Math.log(1 - random.between(0, 1)) * (MEAN_SPANS - 0.4)));
  const traceId = random.hex(32);
  // 10 ms to 3.2 s, the root longest.
  const rootNanos = 10 ** random.between(7, 9.5);
  const isRefund = random.between(0, 1) < SHARE_OF_ROUTE;
  let pod = Math.floor(random.between(0, PODS));
  let parentSpanId = '';
  return Array.from({ length: spans }, (_, index) => {
    if (index > 0 && random.between(0, 1) < moves) pod = Math.floor(random.between(0, PODS));
    const spanId = random.hex(16);
    const beginsAfter = index === 0 ? 0 : random.between(0, 0.8) * rootNanos;
    const lasts = index === 0 ? rootNanos : random.between(0.01, 0.2) * rootNanos;
    const startNanos = start + BigInt(Math.floor(beginsAfter));
    const endNanos = startNanos + BigInt(Math.floor(lasts));
    const place = { traceId, spanId, parentSpanId, startNanos, endNanos };
    const span = makeSpan(place, isRefund ? '/api/refunds' : random.pick(ROUTES), random);
    if (parentSpanId === '' || random.between(0, 1) < 0.5) parentSpanId = spanId;
    return { pod, scope: index % SCOPES.length, endNanos, span };
  });
}

interface Place {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId: string;
  readonly startNanos: bigint;
  readonly endNanos: bigint;
}

function makeSpan({ parentSpanId, startNanos, endNanos, ...ids }: Place, route: string, random: Random): OtlpJson {
  const failed = random.between(0, 1) < FAILED_SPANS;
  const product = Math.floor(random.between(0, 5000));
  return {
    ...ids,
    ...(parentSpanId === '' ? {} : { parentSpanId }),
    name: `${random.pick(['GET', 'POST', 'PUT'])} ${route}`,
    kind: 1 + Math.floor(random.between(0, 5)),
    startTimeUnixNano: String(startNanos),
    endTimeUnixNano: String(endNanos),
    attributes: [
      text('http.request.method', random.pick(['GET', 'POST', 'PUT'])),
      text('url.scheme', 'https'),
      text('server.address', `${random.pick(SERVICES)}.shop.svc.cluster.local`),
      int('server.port', 8443),
      text('http.route', route),
      text('url.path', route.replace('{id}', String(product))),
      int('http.response.status_code', failed ? 503 : 200),
      text('user_agent.original', 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/142.0.0.0'),
      text('app.session', random.hex(24)),
      { key: 'app.price', value: { doubleValue: Math.floor(random.between(0, 1e5)) / 100 } },
      { key: 'app.cached', value: { boolValue: random.between(0, 1) < 0.5 } },
      ...(random.between(0, 1) < 0.2
        ? [text('db.query.text', `SELECT id, state, total FROM orders WHERE customer = $1 AND product = ${product}`)]
        : []),
    ],
    ...(failed
      ? { events: [makeException(startNanos)], status: { message: 'upstream failed', code: 2 } }
      : { status: {} }),
    ...(random.between(0, 1) < 0.03 ? { links: [{ traceId: random.hex(32), spanId: random.hex(16) }] } : {}),
    flags: 257,
  };
}

const STACK = Array.from(
  { length: 12 },
  (_, i) => `    at Checkout.step${i} (/srv/app/dist/checkout.js:${100 + i}:17)`,
);

function makeException(startNanos: bigint): OtlpJson {
  const attributes = [
    text('exception.type', 'UpstreamError'),
    text('exception.message', 'upstream failed: "ledger" answered 503'),
    text('exception.stacktrace', ['UpstreamError: upstream failed', ...STACK].join('\n')),
  ];
  return { timeUnixNano: String(startNanos + 1000n), name: 'exception', attributes };
}

/** Twenty-five attributes. */
function makeResource(pod: number): OtlpJson {
  const service = SERVICES[pod % SERVICES.length] ?? SERVICES[0];
  const labels = Array.from({ length: 13 }, (_, i) => text(`k8s.pod.label.label-${i}`, `value-${i}-of-${service}`));
  return {
    attributes: [
      text('service.name', service),
      text('service.version', '2026.11.3'),
      text('service.instance.id', `0f9c2f6e-6c1b-4f0e-9a53-0000000000${10 + pod}`),
      text('deployment.environment.name', 'production'),
      text('k8s.namespace.name', 'shop'),
      text('k8s.pod.name', `${service}-7d9c5b6f4d-x${pod}`),
      text('cloud.provider', 'aws'),
      text('cloud.region', 'eu-central-1'),
      text('telemetry.sdk.language', 'nodejs'),
      text('telemetry.sdk.name', 'opentelemetry'),
      text('telemetry.sdk.version', '2.12.1'),
      int('process.pid', 7000 + pod),
      ...labels,
    ],
  };
}

function makeRequest(batch: readonly Draft[]): BenchRequest {
  const byPod = Map.groupBy(batch, ({ pod }) => pod);
  const json = {
    resourceSpans: [...byPod].map(([pod, ofPod]) => ({
      resource: makeResource(pod),
      scopeSpans: [...Map.groupBy(ofPod, ({ scope }) => scope)].map(([scope, ofScope]) => ({
        scope: { name: SCOPES[scope], version: '1.27.0' },
        spans: ofScope.map(({ span }) => span),
        schemaUrl: 'https://opentelemetry.io/schemas/1.27.0',
      })),
    })),
  };
  const message = ExportTraceServiceRequest.fromObject(idsToBytes(json) as OtlpJson);
  return {
    protobuf: new Uint8Array(ExportTraceServiceRequest.encode(message).finish()),
    json: new TextEncoder().encode(JSON.stringify(json)),
    spanCount: batch.length,
  };
}

const ID_KEYS = ['traceId', 'spanId', 'parentSpanId'];

/** OTLP/JSON as the protobufjs module wants it: IDs as bytes. */
function idsToBytes(json: unknown): unknown {
  if (Array.isArray(json)) return json.map(idsToBytes);
  if (typeof json !== 'object' || json === null) return json;
  const entries = Object.entries(json).map(([key, value]) =>
    ID_KEYS.includes(key) && typeof value === 'string' ? [key, Buffer.from(value, 'hex')] : [key, idsToBytes(value)],
  );
  return Object.fromEntries(entries);
}
