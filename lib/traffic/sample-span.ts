import type { Random } from './random.ts';

/** A message of made-up traffic in OTLP/JSON: a span, a resource, an event. */
export type OtlpJson = Readonly<Record<string, unknown>>;

/** A `KeyValue` of the two types that nearly all attributes have. */
export interface Attribute extends OtlpJson {
  readonly key: string;
  readonly value: { readonly stringValue?: string; readonly intValue?: string };
}

/** An attribute with a string value. */
export function text(key: string, stringValue: string): Attribute {
  return { key, value: { stringValue } };
}

/** An attribute with an integer value: OTLP/JSON writes 64-bit integers as decimal strings. */
export function int(key: string, intValue: number): Attribute {
  return { key, value: { intValue: String(intValue) } };
}

export interface SpanPlace {
  readonly traceId: string;
  readonly spanId: string;
  /** '' for the root. */
  readonly parentSpanId: string;
  /** Position in the trace. */
  readonly index: number;
  readonly service: number;
  readonly hasError: boolean;
  /** Of the trace, in milliseconds since the epoch. */
  readonly startMs: number;
}

const ROUTES = [
  '/api/carts/{id}',
  '/api/checkout',
  '/api/orders/{id}/items',
  '/api/users/{id}',
  '/api/search',
] as const;
const METHODS = ['GET', 'POST', 'PUT'] as const;
const TABLES = ['orders', 'carts', 'users'] as const;
const WORDS =
  'account amount archive basket batch branch cache campaign carrier catalog channel charge coupon customer delivery device discount draft export facility factor filter folder gateway holder import invoice journal ledger limit locale margin merchant module notice offer option order outlet packet parcel partner payload period pointer portal premium profile promise quota range receipt record refund region reserve retail return review rollout scanner season sector segment shelf shipment signal site sku slot source stock store supply tariff tender ticket token tracker transfer trial unit update vendor voucher warehouse wallet zone'.split(
    ' ',
  );

/** A span as instrumentation of HTTP and databases writes it: as many attributes as fit its size, and words for the rest. */
export function sampleSpan(place: SpanPlace, spanBytes: number, random: Random): OtlpJson {
  const start = BigInt(place.startMs) * 1_000_000n + BigInt(place.index * 1_500_000);
  const durationNanos = BigInt(Math.floor(random.between(2e5, 9e7)));
  const isDatabase = place.index % 3 === 2;
  const route = random.pick(ROUTES);
  const method = random.pick(METHODS);
  const name = isDatabase ? `SELECT ${random.pick(TABLES)}` : `${method} ${route}`;
  const all = isDatabase ? databaseAttributes(random) : httpAttributes(place, method, route, random);
  return {
    traceId: place.traceId,
    spanId: place.spanId,
    ...(place.parentSpanId === '' ? {} : { parentSpanId: place.parentSpanId }),
    name,
    kind: isDatabase ? 3 : 2,
    startTimeUnixNano: String(start),
    endTimeUnixNano: String(start + durationNanos),
    attributes: fill(all, spanBytes - EMPTY_SPAN_BYTES - name.length, random),
    status: place.hasError ? { code: 2 } : {},
    flags: 257,
  };
}

/** Of a span without name and attributes: three IDs, two times, kind, status and flags, with their tags. */
const EMPTY_SPAN_BYTES = 70;
/** Tags and lengths of an attribute. */
const ATTRIBUTE_FRAME_BYTES = 8;
const NOTE_KEY = 'app.note';

function fill(all: readonly Attribute[], byteCount: number, random: Random): OtlpJson[] {
  const attributes: Attribute[] = [];
  let left = byteCount;
  for (const attribute of all) {
    const size = ATTRIBUTE_FRAME_BYTES + attribute.key.length + (attribute.value.stringValue?.length ?? 2);
    if (size > left) break;
    attributes.push(attribute);
    left -= size;
  }
  const noteBytes = left - ATTRIBUTE_FRAME_BYTES - NOTE_KEY.length;
  return noteBytes > 0 ? [...attributes, text(NOTE_KEY, note(noteBytes, random))] : attributes;
}

function httpAttributes({ service }: SpanPlace, method: string, route: string, random: Random): Attribute[] {
  const path = route.replace('{id}', random.hex(6));
  const port = Math.floor(random.between(32_768, 60_999));
  const client = `10.0.${Math.floor(random.between(0, 8))}.${Math.floor(random.between(1, 255))}`;
  return [
    text('http.request.method', method),
    text('http.route', route),
    text('url.path', path),
    text('url.scheme', 'http'),
    int('http.response.status_code', 200),
    text('server.address', `${serviceName(service)}.shop.svc.cluster.local`),
    int('server.port', 8080),
    text('client.address', client),
    text('network.peer.address', client),
    int('network.peer.port', port),
    text('network.protocol.version', '1.1'),
    text('user_agent.original', 'node'),
    int('thread.id', port % 200),
  ];
}

function databaseAttributes(random: Random): Attribute[] {
  const limit = Math.floor(random.between(1, 500));
  return [
    text('db.system.name', 'postgresql'),
    text('db.namespace', 'shop'),
    text('db.operation.name', 'SELECT'),
    text('db.collection.name', random.pick(TABLES)),
    text('db.query.text', `SELECT id, state, total FROM orders WHERE customer = $1 ORDER BY created_at LIMIT ${limit}`),
    text('server.address', 'postgres.shop.internal'),
    int('server.port', 5432),
    text('network.peer.address', '10.0.9.12'),
    int('network.peer.port', 5432),
  ];
}

/** Words and numbers: it compresses as text does, and the dictionary does not know it. */
function note(bytes: number, random: Random): string {
  let words = random.hex(8);
  while (words.length < bytes) words += ` ${WORDS[Math.floor(random.between(0, WORDS.length))]}`;
  return words.slice(0, bytes);
}

/** A resource of 24 attributes, as a process in Kubernetes has it. */
export function sampleResource(service: number): OtlpJson {
  const name = serviceName(service);
  const pod = `${name}-7d9c5b6f4d-x${service}k2p`;
  return {
    attributes: [
      text('service.name', name),
      text('service.namespace', 'shop'),
      text('service.version', `2.${service}.17`),
      text('service.instance.id', `0f9c2f6e-6c1b-4f0e-9a53-00000000${1000 + service}`),
      text('deployment.environment.name', 'production'),
      text('k8s.cluster.name', 'shop-production'),
      text('k8s.namespace.name', 'shop'),
      text('k8s.deployment.name', name),
      text('k8s.pod.name', pod),
      text('k8s.pod.uid', `7b3f9d60-0c1e-4b59-8d2a-00000000${2000 + service}`),
      text('k8s.node.name', `ip-10-0-${service}-23.ec2.internal`),
      text('k8s.container.name', name),
      text('container.id', `${service}`.padStart(64, '9e107d9d372bb682')),
      text('host.name', pod),
      text('host.arch', 'arm64'),
      text('os.type', 'linux'),
      text('cloud.provider', 'aws'),
      text('cloud.region', 'us-east-1'),
      text('cloud.availability_zone', 'us-east-1b'),
      text('cloud.account.id', '123456789012'),
      int('process.pid', 7 + service),
      text('telemetry.sdk.language', 'nodejs'),
      text('telemetry.sdk.name', 'opentelemetry'),
      text('telemetry.sdk.version', '2.12.1'),
    ],
  };
}

function serviceName(service: number): string {
  return `${['gateway', 'cart', 'payment', 'stock', 'search'][service % 5]}-${service}`;
}
