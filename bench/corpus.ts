/**
 * Export requests as a gateway or an SDK sends them, from a seed: five services with resources of some 25 attributes,
 * traces of 1 to 40 spans, semantic-convention attributes, exceptions with stack traces, a few links.
 */

import { createRandom, type Random } from '../lib/traffic/random.ts';
import { int, type OtlpJson, text } from '../lib/traffic/sample-span.ts';
import { opentelemetry } from '../proto/generated/otlp.js';

const { ExportTraceServiceRequest } = opentelemetry.proto.collector.trace.v1;

/** `mixed`: all services in one request, as from a gateway. `sdk`: one process a request. */
export type Layout = 'mixed' | 'sdk';

export interface CorpusRequest {
  readonly protobuf: Uint8Array;
  readonly json: Uint8Array;
  readonly spanCount: number;
}

interface Draft {
  readonly pod: number;
  readonly scope: number;
  readonly span: OtlpJson;
}

const SERVICES = ['gateway', 'cart', 'payment', 'fraud-check', 'ledger'] as const;
const SCOPES = [
  '@opentelemetry/instrumentation-http',
  'io.opentelemetry.spring-webmvc-6.0',
  'opentelemetry.instrumentation.redis',
];
const PODS = 11;
const STACK = Array.from(
  { length: 12 },
  (_, i) => `    at Checkout.step${i} (/srv/app/dist/checkout.js:${100 + i}:17)`,
);

/** Requests of about 512 spans each. */
export function corpus(layout: Layout, requests: number, seed = 1): CorpusRequest[] {
  const random = createRandom(seed);
  return Array.from({ length: requests }, () => makeRequest(layout, random));
}

function makeRequest(layout: Layout, random: Random): CorpusRequest {
  const onlyPod = layout === 'sdk' ? Math.floor(random.between(0, 1) * PODS) : undefined;
  const drafts: Draft[] = [];
  while (drafts.length < 512) {
    const size = Math.min(40, 1 + Math.floor(-Math.log(1 - random.between(0, 1)) * (layout === 'sdk' ? 3 : 7)));
    const traceId = random.hex(32);
    let parent = '';
    let pod = onlyPod ?? Math.floor(random.between(0, 1) * PODS);
    for (let i = 0; i < size; i++) {
      const spanId = random.hex(16);
      // Most calls stay in the process.
      if (onlyPod === undefined && random.between(0, 1) < 0.25) pod = Math.floor(random.between(0, 1) * PODS);
      drafts.push({
        pod,
        scope: Math.floor(random.between(0, 1) * SCOPES.length),
        span: makeSpan(random, traceId, spanId, parent),
      });
      if (parent === '' || random.between(0, 1) < 0.5) parent = spanId;
    }
  }
  // Spans are exported when they end, so that the traces are interleaved.
  drafts.sort((a, b) => (endOf(a) < endOf(b) ? -1 : 1));
  const pods = [...new Set(drafts.map((draft) => draft.pod))];
  const json = {
    resourceSpans: pods.map((pod) => ({
      resource: makeResource(pod),
      scopeSpans: SCOPES.map((name, scope) => ({
        scope: { name, version: '1.27.0' },
        spans: drafts.filter((draft) => draft.pod === pod && draft.scope === scope).map((draft) => draft.span),
        schemaUrl: 'https://opentelemetry.io/schemas/1.27.0',
      })).filter((scopeSpans) => scopeSpans.spans.length > 0),
    })),
  };
  const protobuf = ExportTraceServiceRequest.encode(ExportTraceServiceRequest.fromObject(idsToBytes(json) as OtlpJson));
  return {
    protobuf: new Uint8Array(protobuf.finish()),
    json: new TextEncoder().encode(JSON.stringify(json)),
    spanCount: drafts.length,
  };
}

/** As text: all have the same number of digits. */
function endOf(draft: Draft): string {
  return String(draft.span['endTimeUnixNano']);
}

function makeSpan(random: Random, traceId: string, spanId: string, parentSpanId: string): OtlpJson {
  const start = 1_763_700_000_000_000_000n + BigInt(Math.floor(random.between(0, 1) * 5e9));
  const durationNano = BigInt(Math.floor(10 ** (5 + 4 * random.between(0, 1))));
  const failed = random.between(0, 1) < 0.05;
  const product = Math.floor(random.between(0, 1) * 5000);
  return {
    traceId,
    spanId,
    ...(parentSpanId === '' ? {} : { parentSpanId }),
    name: random.pick(['GET /api/cart/{id}', 'POST /api/checkout', 'SELECT shop.orders', 'HGETALL', 'publish orders']),
    kind: 1 + Math.floor(random.between(0, 1) * 5),
    startTimeUnixNano: String(start),
    endTimeUnixNano: String(start + durationNano),
    attributes: [
      text('http.request.method', random.pick(['GET', 'POST', 'PUT'])),
      text('url.scheme', 'https'),
      text('server.address', `${random.pick(SERVICES)}.shop.svc.cluster.local`),
      int('server.port', 8443),
      text('http.route', '/api/cart/{id}'),
      text('url.path', `/api/cart/${product}`),
      int('http.response.status_code', failed ? 503 : 200),
      text(
        'user_agent.original',
        'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0',
      ),
      { key: 'app.price', value: { doubleValue: Math.round(random.between(0, 1) * 1e5) / 100 } },
      { key: 'app.cached', value: { boolValue: random.between(0, 1) < 0.5 } },
      ...(random.between(0, 1) < 0.2
        ? [
            text(
              'db.query.text',
              `SELECT id, state, total FROM orders WHERE customer = $1 AND product = ${product} AND created_at > now() - interval '30 days' ORDER BY created_at DESC`,
            ),
          ]
        : []),
      ...(random.between(0, 1) < 0.1
        ? [{ key: 'app.tags', value: { arrayValue: { values: [{ stringValue: 'new' }, { stringValue: 'eu' }] } } }]
        : []),
    ],
    ...(failed ? { events: [makeException(start)], status: { message: 'upstream failed', code: 2 } } : { status: {} }),
    ...(random.between(0, 1) < 0.03 ? { links: [{ traceId: random.hex(32), spanId: random.hex(16) }] } : {}),
    flags: 257,
  };
}

function makeException(start: bigint): OtlpJson {
  const attributes = [
    text('exception.type', 'UpstreamError'),
    text('exception.message', 'upstream failed: "ledger" answered 503'),
    text('exception.stacktrace', ['UpstreamError: upstream failed', ...STACK].join('\n')),
  ];
  return { timeUnixNano: String(start + 1000n), name: 'exception', attributes };
}

function makeResource(pod: number): OtlpJson {
  const service = SERVICES[pod % SERVICES.length] as string;
  const fixed = Array.from({ length: 14 }, (_, i) => text(`k8s.pod.label.label-${i}`, `value-${i}-of-${service}`));
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
      ...fixed,
    ],
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
