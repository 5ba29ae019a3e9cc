/**
 * Traffic of one deployment, in three forms, from a seed: 24 services with five pods each, resources of some 25 attributes, 60 routes,
 * 40 database queries, traces of 9.5 spans on average, 0.6 % of the spans failed. The deployment is always the same; the seed makes
 * the traffic, so that one seed stands for yesterday and another for today.
 */
import { protobufFromJson } from '../lib/otlp/json-decode/decode-request.ts';
import { regroup } from '../lib/otlp/regroup/regroup.ts';
import { createRandom, type Random } from '../lib/traffic/random.ts';
import { int, type OtlpJson, text } from '../lib/traffic/sample-span.ts';

/** `gateway`: a Collector mixes all pods in its requests; `pod`: each pod sends its own, of 512 spans; `lambda`: each function call does. */
export const DEPLOYMENTS = ['gateway', 'pod', 'lambda'] as const;
export type Deployment = (typeof DEPLOYMENTS)[number];

const SPANS_PER_REQUEST = 512;
const PODS = 5;
const LANGUAGES = ['nodejs', 'java', 'python', 'go'] as const;
const WORDS =
  'account amount archive basket batch branch cache campaign carrier catalog channel charge coupon customer delivery device discount draft export facility factor filter folder gateway holder import invoice journal ledger limit locale margin merchant module notice offer option order outlet packet parcel partner payload period pointer portal premium profile promise quota range receipt record refund region reserve retail return review rollout scanner season sector'.split(
    ' ',
  );
const SERVICES = Array.from({ length: 24 }, (_, i) => `${word(i * 5)}-${['api', 'worker', 'service'][i % 3]}`);
const ROUTES = Array.from(
  { length: 60 },
  (_, i) => `/api/v${1 + (i % 2)}/${word(i)}s/{id}${i % 3 ? '' : `/${word(i * 7)}`}`,
);
const QUERIES = Array.from(
  { length: 40 },
  (_, i) =>
    `SELECT id, ${word(i)}, ${word(i * 3)}, created_at FROM ${word(i * 5)}s WHERE ${word(i)}_id = $1 AND state = $2 ORDER BY created_at DESC LIMIT ${10 + i}`,
);
const AGENTS = [
  'node',
  'okhttp/4.12.0',
  'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0',
];
const START_MS = Date.UTC(2026, 10, 21, 12);

function word(index: number): string {
  return WORDS[index % WORDS.length] as string;
}

function one<Choice>(random: Random, choices: readonly Choice[]): Choice {
  return choices[Math.floor(random.between(0, choices.length))] as Choice;
}

export interface DeploymentTraffic {
  readonly traceCount: number;
  readonly spanCount: number;
  /** Export requests in protobuf. */
  readonly requests: readonly Uint8Array[];
  /** Payloads of their fragments. */
  readonly payloads: readonly Uint8Array[];
}

interface Draft {
  /** Who sends it. */
  readonly sender: string;
  readonly service: number;
  readonly pod: number;
  readonly isQuery: boolean;
  readonly span: OtlpJson;
}

export function deploymentTraffic(deployment: Deployment, traceCount: number, seed: number): DeploymentTraffic {
  const random = createRandom(seed);
  const drafts = Array.from({ length: traceCount }, (_, trace) => makeTrace(deployment, trace, random)).flat();
  const bySender = Map.groupBy(drafts, ({ sender }) => sender);
  const requests = [...bySender.values()].flatMap((sent) =>
    Array.from({ length: Math.ceil(sent.length / SPANS_PER_REQUEST) }, (_, index) =>
      encode(deployment, sent.slice(index * SPANS_PER_REQUEST, (index + 1) * SPANS_PER_REQUEST)),
    ),
  );
  const payloads = requests.flatMap((request) => regroup(request).fragments.map(({ payload }) => payload.slice()));
  return { traceCount, spanCount: drafts.length, requests, payloads };
}

function makeTrace(deployment: Deployment, trace: number, random: Random): Draft[] {
  const traceId = random.hex(32);
  const count = Math.min(60, 1 + Math.floor(-Math.log(1 - random.between(0, 1)) * 9));
  // Most calls stay in the process.
  const moves = deployment === 'lambda' ? 0.12 : 0.2;
  let [service, pod, visit, parent] = [Math.floor(random.between(0, 24)), Math.floor(random.between(0, PODS)), 0, ''];
  return Array.from({ length: count }, (_, index) => {
    if (index > 0 && random.between(0, 1) < moves) {
      [service, pod] = [Math.floor(random.between(0, 24)), Math.floor(random.between(0, PODS))];
      visit += 1;
    }
    const gateway = random.between(0, 1) < 0.06 ? 'other gateway' : 'gateway';
    const sender = { gateway, pod: `${service}/${pod}`, lambda: `${trace}/${visit}` }[deployment];
    const spanId = random.hex(16);
    const isQuery = random.between(0, 1) < 0.3;
    const place = { traceId, spanId, ...(parent !== '' && { parentSpanId: parent }) };
    const startMs = START_MS + trace * 3 + Math.floor(random.between(0, 500));
    const span = isQuery ? querySpan(place, startMs, random) : httpSpan(place, startMs, service, random);
    if (parent === '' || random.between(0, 1) < 0.5) parent = spanId;
    return { sender, service, pod, isQuery, span };
  });
}

function timed(place: OtlpJson, startMs: number, random: Random): OtlpJson {
  const start = BigInt(startMs) * 1_000_000n + BigInt(Math.floor(random.between(0, 1e6)));
  const end = start + BigInt(Math.floor(10 ** random.between(5, 9)));
  return { ...place, startTimeUnixNano: String(start), endTimeUnixNano: String(end), status: {}, flags: 257 };
}

function querySpan(place: OtlpJson, startMs: number, random: Random): OtlpJson {
  const query = one(random, QUERIES);
  const attributes = [
    text('db.system.name', 'postgresql'),
    text('db.namespace', 'shop'),
    text('db.operation.name', 'SELECT'),
    text('db.query.text', query),
    text('server.address', 'postgres.shop.internal'),
    int('server.port', 5432),
    text('network.peer.address', '10.0.9.12'),
    int('network.peer.port', 5432),
    int('thread.id', Math.floor(random.between(1, 200))),
    text('db.client.connection.pool.name', 'main'),
  ];
  return { ...timed(place, startMs, random), name: query.slice(0, 30), kind: 3, attributes };
}

function httpSpan(place: OtlpJson, startMs: number, service: number, random: Random): OtlpJson {
  const [route, method] = [one(random, ROUTES), one(random, ['GET', 'GET', 'GET', 'POST', 'PUT'])];
  const address = `10.0.${Math.floor(random.between(0, 8))}.${Math.floor(random.between(1, 255))}`;
  const failed = random.between(0, 1) < 0.009;
  const attributes = [
    text('http.request.method', method),
    text('http.route', route),
    text('url.path', route.replace('{id}', random.hex(8))),
    text('url.scheme', 'https'),
    int('http.response.status_code', failed ? 503 : 200),
    text('server.address', `${SERVICES[service]}.shop.svc.cluster.local`),
    int('server.port', 8443),
    text('client.address', address),
    text('network.peer.address', address),
    int('network.peer.port', Math.floor(random.between(32_768, 60_999))),
    text('network.protocol.version', '1.1'),
    text('user_agent.original', one(random, AGENTS)),
    text('app.customer.id', `c-${Math.floor(random.between(1, 1e6))}`),
    text('app.segment', word(Math.floor(random.between(0, 30)))),
  ];
  const span = { ...timed(place, startMs, random), name: `${method} ${route}`, kind: 2, attributes };
  return failed
    ? { ...span, status: { code: 2, message: 'upstream failed' }, events: [exception(startMs, random)] }
    : span;
}

function exception(startMs: number, random: Random): OtlpJson {
  const stack = Array.from(
    { length: 12 },
    (_, i) => `    at ${word(i)}.step${i} (/srv/app/dist/${word(i * 2)}.js:${100 + i}:17)`,
  );
  const attributes = [
    text('exception.type', 'UpstreamError'),
    text('exception.message', `upstream answered 503 for ${random.hex(12)}`),
    text('exception.stacktrace', stack.join('\n')),
  ];
  return { timeUnixNano: String(BigInt(startMs + 1) * 1_000_000n), name: 'exception', attributes };
}

function encode(deployment: Deployment, drafts: readonly Draft[]): Uint8Array {
  const byProcess = Map.groupBy(drafts, ({ service, pod }) => service * PODS + pod);
  const resourceSpans = [...byProcess].map(([process, spans]) => ({
    resource: { attributes: resource(deployment, Math.floor(process / PODS), process % PODS) },
    scopeSpans: [
      { scope: { name: '@opentelemetry/instrumentation-http', version: '0.207.0' }, isQuery: false },
      { scope: { name: '@opentelemetry/instrumentation-pg', version: '0.60.0' }, isQuery: true },
    ]
      .map(({ scope, isQuery }) => ({
        scope,
        spans: spans.filter((one) => one.isQuery === isQuery).map(({ span }) => span),
      }))
      .filter((scopeSpans) => scopeSpans.spans.length > 0),
  }));
  return protobufFromJson(new TextEncoder().encode(JSON.stringify({ resourceSpans })));
}

function resource(deployment: Deployment, service: number, pod: number): OtlpJson[] {
  const random = createRandom(1000 + service * PODS + pod);
  const name = SERVICES[service] as string;
  const language = LANGUAGES[service % LANGUAGES.length] as string;
  const podName = `${name}-7d9c5b${service}f4d-x${pod}k2p`;
  const uuid = () => `${random.hex(8)}-${random.hex(4)}-4${random.hex(3)}-9${random.hex(3)}-${random.hex(12)}`;
  const shared = [
    text('service.name', name),
    text('service.namespace', 'shop'),
    text('service.version', `2.${service}.17`),
    text('deployment.environment.name', 'production'),
    text('host.arch', 'arm64'),
    text('os.type', 'linux'),
    text('cloud.provider', 'aws'),
    text('cloud.region', 'eu-central-1'),
    text('cloud.account.id', '123456789012'),
    int('process.pid', 7 + service),
    text('process.runtime.name', language),
    text('process.runtime.version', '24.3.0'),
    text('telemetry.sdk.language', language),
    text('telemetry.sdk.name', 'opentelemetry'),
    text('telemetry.sdk.version', '2.2.0'),
  ];
  return deployment === 'lambda'
    ? [
        ...shared,
        text('cloud.platform', 'aws_lambda'),
        text('faas.name', `shop-prod-${name}`),
        text('faas.version', '$LATEST'),
        text('faas.instance', `2026/11/21/[$LATEST]${random.hex(32)}`),
        int('faas.max_memory', 536_870_912),
        text('aws.log.group.names', `/aws/lambda/shop-prod-${name}`),
        text('process.command', '/var/runtime/index.mjs'),
      ]
    : [
        ...shared,
        text('service.instance.id', uuid()),
        text('k8s.cluster.name', 'shop-production-eu'),
        text('k8s.namespace.name', 'shop'),
        text('k8s.deployment.name', name),
        text('k8s.pod.name', podName),
        text('k8s.pod.uid', uuid()),
        text('k8s.node.name', `ip-10-0-${pod}-23.eu-central-1.compute.internal`),
        text('k8s.container.name', name),
        text('container.id', random.hex(64)),
        text('host.name', podName),
      ];
}
