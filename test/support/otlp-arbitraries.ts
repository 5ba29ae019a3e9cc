/**
 * Arbitrary OTLP trace export requests, as messages of the generated protobufjs module. They are canonical: no scalar
 * has its default value written out, so that `encode` gives the one encoding that every canonical encoder gives, and
 * `decode(encode(x))` equals `x`. Trace IDs come from a small pool, so that traces spread over resources and scopes.
 */
import fc from 'fast-check';
import { opentelemetry } from '../../proto/generated/otlp.js';

const { AnyValue, InstrumentationScope, KeyValue } = opentelemetry.proto.common.v1;
const { Resource } = opentelemetry.proto.resource.v1;
const { ResourceSpans, ScopeSpans, Span } = opentelemetry.proto.trace.v1;
const { ExportTraceServiceRequest } = opentelemetry.proto.collector.trace.v1;

export type AnyValue = opentelemetry.proto.common.v1.AnyValue;
export type KeyValue = opentelemetry.proto.common.v1.KeyValue;
export type Span = opentelemetry.proto.trace.v1.Span;
export type ResourceSpans = opentelemetry.proto.trace.v1.ResourceSpans;
export type ExportTraceServiceRequest = opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest;

/** The canonical encoding. Plain bytes: from a Buffer (as protobufjs makes) `decode` would make Buffers. */
export function encodeRequest(request: ExportTraceServiceRequest): Uint8Array {
  return new Uint8Array(ExportTraceServiceRequest.encode(request).finish());
}

export interface RequestOptions {
  /** Also spans whose IDs are missing, of a wrong length or all zero. Default: every ID is valid. */
  readonly invalidIds?: boolean;
  /** Also fields that the `.proto` files do not know, in resource spans, scope spans and spans. Default: none. */
  readonly unknownFields?: boolean;
  /** Default 6. */
  readonly maxSpansPerScope?: number;
}

const INT64_EXTREMES = ['-9223372036854775808', '-1', '0', '1', '9007199254740993', '9223372036854775807'];
const DOUBLES = [0, -0, 1.5, Number.NaN, Infinity, -Infinity, 5e-324, Number.MAX_VALUE, 1e21, 1e-7];

/** Any text that UTF-8 can hold: ASCII, controls, everything beyond the basic plane; no lone surrogates. */
const texts: fc.Arbitrary<string> = fc.oneof(
  fc.constantFrom('GET /cart', 'http.route', 'ünïcødé 🧾', '"\\/\b\f\n\r\t\u0000\u001f\u007f\u2028', 'x'.repeat(200)),
  fc.string({ maxLength: 12 }),
  fc.string({ unit: 'binary', maxLength: 12 }),
);
const someText = texts.filter((text) => text !== '');
const uint64 = fc.oneof(
  fc.constantFrom('1', '1763700000123456789', '18446744073709551615'),
  fc.bigInt({ min: 1n, max: 2n ** 64n - 1n }).map(String),
);
const count = fc.oneof(fc.constantFrom(1, 127, 128, 4294967295), fc.integer({ min: 1, max: 1000 }));
const flags = fc.constantFrom(1, 0x101, 0x301, 0xffffffff);
const traceStates = fc.constantFrom('rojo=00f067aa0ba902b7', 'ot=th:c;rv:d29d6a7215ced0,congo=t61rcWkgMzE');
const schemaUrls = fc.constantFrom('https://opentelemetry.io/schemas/1.21.0', 'https://example.com/schemas/2');

/** `value`, or no such property at all. */
function maybe<T>(value: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> {
  return fc.option(value, { nil: undefined });
}

/** Without the properties that are `undefined`. */
function present(shape: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(shape).filter(([, value]) => value !== undefined));
}

function shape(properties: Record<string, fc.Arbitrary<unknown>>): fc.Arbitrary<Record<string, unknown>> {
  return fc.record(properties).map(present);
}

/** Values of attributes: every member of the union, nested a few levels, and the empty value. */
const anyValues: fc.Arbitrary<AnyValue> = fc
  .letrec<{ value: Record<string, unknown>; pair: Record<string, unknown> }>((tie) => ({
    value: fc.oneof(
      { maxDepth: 3, depthIdentifier: 'AnyValue' },
      texts.map((stringValue) => ({ stringValue })),
      fc.boolean().map((boolValue) => ({ boolValue })),
      fc.oneof(fc.constantFrom(...INT64_EXTREMES), fc.integer().map(String)).map((intValue) => ({ intValue })),
      fc.oneof(fc.constantFrom(...DOUBLES), fc.double()).map((doubleValue) => ({ doubleValue })),
      fc.uint8Array({ maxLength: 9 }).map((bytesValue) => ({ bytesValue })),
      fc.constant({}),
      fc.array(tie('value'), { maxLength: 3 }).map((values) => ({ arrayValue: present({ values }) })),
      fc.array(tie('pair'), { maxLength: 3 }).map((values) => ({ kvlistValue: { values } })),
    ),
    pair: shape({ key: someText, value: maybe(tie('value')) }),
  }))
  .value.map((value) => AnyValue.fromObject(value));

const keys = fc.oneof(fc.constantFrom('http.route', 'k', 'service.name', 'é'), someText);

const keyValues: fc.Arbitrary<KeyValue> = shape({ key: keys, value: maybe(anyValues) }).map((pair) =>
  KeyValue.fromObject(pair),
);
/** Keys may repeat. */
const attributes = fc.array(keyValues, { maxLength: 4 });

function bytesOf(length: number): fc.Arbitrary<Uint8Array> {
  return fc.uint8Array({ minLength: length, maxLength: length }).filter((id) => id.some((byte) => byte !== 0));
}

/** 16 bytes, from a pool of five. */
const traceIds: fc.Arbitrary<Uint8Array> = fc
  .constantFrom(1, 2, 3, 200, 255)
  .map((seed) => Uint8Array.from({ length: 16 }, (_, i) => (seed * (i + 1)) & 0xff));

/** 8 bytes, not all zero. */
const spanIds: fc.Arbitrary<Uint8Array> = bytesOf(8);

function invalid(length: number): fc.Arbitrary<Uint8Array | undefined> {
  return fc.constantFrom(
    undefined,
    new Uint8Array(length),
    new Uint8Array(length - 1).fill(1),
    new Uint8Array(17).fill(2),
  );
}

function sometimesInvalid(valid: fc.Arbitrary<Uint8Array>, length: number, options: RequestOptions) {
  return options.invalidIds ? fc.oneof({ weight: 5, arbitrary: valid }, invalid(length)) : valid;
}

const events = shape({
  timeUnixNano: maybe(uint64),
  name: maybe(someText),
  attributes,
  droppedAttributesCount: maybe(count),
});

function links(options: RequestOptions) {
  return shape({
    traceId: maybe(sometimesInvalid(traceIds, 16, options)),
    spanId: maybe(sometimesInvalid(spanIds, 8, options)),
    traceState: maybe(traceStates),
    attributes,
    droppedAttributesCount: maybe(count),
    flags: maybe(flags),
  });
}

/** Field 1000 and above: not in any OTLP message. One of each wire type that is allowed. */
const unknownFields: fc.Arbitrary<Uint8Array[]> = fc.array(
  fc
    .constantFrom(
      [0xc0, 0x3e, 0x96, 0x01],
      [0xc1, 0x3e, 1, 2, 3, 4, 5, 6, 7, 8],
      [0xc2, 0x3e, 2, 7, 7],
      [0xc5, 0x3e, 1, 2, 3, 4],
    )
    .map((bytes) => Uint8Array.from(bytes)),
  { minLength: 1, maxLength: 2 },
);

function withUnknownFields<T extends { $unknowns?: Uint8Array[] }>(messages: fc.Arbitrary<T>, options: RequestOptions) {
  if (!options.unknownFields) return messages;
  return fc.tuple(messages, maybe(unknownFields)).map(([message, $unknowns]) => {
    if ($unknowns) message.$unknowns = $unknowns;
    return message;
  });
}

export function spans(options: RequestOptions = {}): fc.Arbitrary<Span> {
  const messages = shape({
    traceId: sometimesInvalid(traceIds, 16, options),
    spanId: sometimesInvalid(spanIds, 8, options),
    traceState: maybe(traceStates),
    parentSpanId: maybe(sometimesInvalid(spanIds, 8, options)),
    flags: maybe(flags),
    name: maybe(someText),
    kind: maybe(fc.constantFrom(1, 2, 3, 4, 5, -1, 77)),
    startTimeUnixNano: maybe(uint64),
    endTimeUnixNano: maybe(uint64),
    attributes,
    droppedAttributesCount: maybe(count),
    events: fc.array(events, { maxLength: 2 }),
    droppedEventsCount: maybe(count),
    links: fc.array(links(options), { maxLength: 2 }),
    droppedLinksCount: maybe(count),
    status: maybe(shape({ message: maybe(someText), code: maybe(fc.constantFrom(1, 2, 9)) })),
  }).map((span) => Span.fromObject(span));
  return withUnknownFields(messages, options);
}

const entityRefs = shape({
  schemaUrl: maybe(schemaUrls),
  type: someText,
  idKeys: fc.array(keys, { maxLength: 2 }),
  descriptionKeys: fc.array(keys, { maxLength: 2 }),
});

const resources = shape({
  attributes,
  droppedAttributesCount: maybe(count),
  entityRefs: fc.array(entityRefs, { maxLength: 2 }),
}).map((resource) => Resource.fromObject(resource));

const scopes = shape({
  name: maybe(someText),
  version: maybe(someText),
  attributes,
  droppedAttributesCount: maybe(count),
}).map((scope) => InstrumentationScope.fromObject(scope));

function resourceSpans(options: RequestOptions = {}): fc.Arbitrary<ResourceSpans> {
  const scopeSpans = shape({
    scope: maybe(scopes),
    spans: fc.array(spans(options), { maxLength: options.maxSpansPerScope ?? 6 }),
    schemaUrl: maybe(schemaUrls),
  }).map((message) => ScopeSpans.fromObject(message));
  const messages = shape({
    resource: maybe(resources),
    scopeSpans: fc.array(withUnknownFields(scopeSpans, options), { maxLength: 3 }),
    schemaUrl: maybe(schemaUrls),
  }).map((message) => ResourceSpans.fromObject(message));
  return withUnknownFields(messages, options);
}

/** Whole export requests, from none to some dozens of spans. */
export function exportRequests(options: RequestOptions = {}): fc.Arbitrary<ExportTraceServiceRequest> {
  return fc
    .array(resourceSpans(options), { maxLength: 3 })
    .map((messages) => ExportTraceServiceRequest.fromObject({ resourceSpans: messages }));
}
