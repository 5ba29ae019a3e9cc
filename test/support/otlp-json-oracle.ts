/**
 * OTLP JSON of decoded messages, written from the text of the OTLP specification ("JSON Protobuf Encoding") with plain
 * objects: what the transcoder, which never decodes, must agree with. Keys that hold default values are absent.
 */
import { opentelemetry } from '../../proto/generated/otlp.js';

type AnyValue = opentelemetry.proto.common.v1.AnyValue.$Properties;
type KeyValue = opentelemetry.proto.common.v1.KeyValue.$Properties;
type EntityRef = opentelemetry.proto.common.v1.EntityRef.$Properties;
type Span = opentelemetry.proto.trace.v1.Span.$Properties;
type TracesData = opentelemetry.proto.trace.v1.TracesData.$Properties;
type Json = Record<string, unknown>;

const TracesDataMessage = opentelemetry.proto.trace.v1.TracesData;

/**
 * All fragments as one, without spans that were sent again (equal in every field, under an equal resource and scope: the
 * first stays), and without scopes and resources that have no spans.
 */
export function uniqueSpans(fragments: readonly TracesData[]): TracesData {
  const seen = new Set<string>();
  const resourceSpans = fragments.flatMap((fragment) => fragment.resourceSpans ?? []);
  const unique = resourceSpans.map((group) => ({
    ...group,
    scopeSpans: (group.scopeSpans ?? [])
      .map((scopeGroup) => {
        const isNew = (span: Span) => {
          const alone = { ...group, scopeSpans: [{ ...scopeGroup, spans: [span] }] };
          const key = hex(TracesDataMessage.encode({ resourceSpans: [alone] }).finish());
          return !seen.has(key) && seen.add(key);
        };
        return { ...scopeGroup, spans: scopeGroup.spans?.filter(isNew) ?? [] };
      })
      .filter((scopeGroup) => scopeGroup.spans.length > 0),
  }));
  return { resourceSpans: unique.filter((group) => group.scopeSpans.length > 0) };
}

export function tracesToJson(traces: TracesData): unknown[] {
  return (traces.resourceSpans ?? []).map(({ resource, scopeSpans, schemaUrl }) =>
    withoutDefaults({
      resource: resource && {
        ...attributesOf(resource),
        ...withoutDefaults({ entityRefs: resource.entityRefs?.map(entityRefToJson) }),
      },
      scopeSpans: scopeSpans?.map((group) =>
        withoutDefaults({
          scope: group.scope && {
            ...withoutDefaults({ name: group.scope.name, version: group.scope.version }),
            ...attributesOf(group.scope),
          },
          spans: group.spans?.map(spanToJson),
          schemaUrl: group.schemaUrl,
        }),
      ),
      schemaUrl,
    }),
  );
}

function entityRefToJson({ schemaUrl, type, idKeys, descriptionKeys }: EntityRef): Json {
  return withoutDefaults({ schemaUrl, type, idKeys, descriptionKeys });
}

function spanToJson(span: Span): Json {
  return withoutDefaults({
    ...attributesOf(span),
    traceId: hex(span.traceId),
    spanId: hex(span.spanId),
    traceState: span.traceState,
    parentSpanId: otherId(span.parentSpanId),
    flags: span.flags,
    name: span.name,
    kind: span.kind,
    startTimeUnixNano: digits(span.startTimeUnixNano),
    endTimeUnixNano: digits(span.endTimeUnixNano),
    events: span.events?.map((event) =>
      withoutDefaults({
        ...attributesOf(event),
        timeUnixNano: digits(event.timeUnixNano),
        name: event.name,
      }),
    ),
    droppedEventsCount: span.droppedEventsCount,
    links: span.links?.map((link) =>
      withoutDefaults({
        ...attributesOf(link),
        traceId: otherId(link.traceId),
        spanId: otherId(link.spanId),
        traceState: link.traceState,
        flags: link.flags,
      }),
    ),
    droppedLinksCount: span.droppedLinksCount,
    status: span.status && withoutDefaults({ message: span.status.message, code: span.status.code }),
  });
}

function attributesOf(owner: { attributes?: KeyValue[] | null; droppedAttributesCount?: number | null }): Json {
  return withoutDefaults({
    attributes: owner.attributes && keyValuesToJson(owner.attributes),
    droppedAttributesCount: owner.droppedAttributesCount,
  });
}

/** Of several with one key the first is kept. */
function keyValuesToJson(keyValues: readonly KeyValue[]): Json[] {
  const firsts = keyValues.filter(({ key }, i) => keyValues.findIndex((other) => other.key === key) === i);
  return firsts.map(({ key, value }) => ({ key: key ?? '', ...(value ? { value: anyValueToJson(value) } : {}) }));
}

function anyValueToJson(value: AnyValue): Json {
  if (has(value, 'stringValue')) return { stringValue: value.stringValue };
  if (has(value, 'boolValue')) return { boolValue: value.boolValue };
  if (has(value, 'intValue')) return { intValue: String(value.intValue) };
  if (has(value, 'doubleValue')) {
    const double = value.doubleValue as number;
    return { doubleValue: Number.isFinite(double) ? double : String(double) };
  }
  if (has(value, 'bytesValue')) return { bytesValue: Buffer.from(value.bytesValue as Uint8Array).toString('base64') };
  if (has(value, 'arrayValue')) {
    return { arrayValue: withoutDefaults({ values: value.arrayValue?.values?.map(anyValueToJson) }) };
  }
  if (has(value, 'kvlistValue')) {
    return { kvlistValue: withoutDefaults({ values: keyValuesToJson(value.kvlistValue?.values ?? []) }) };
  }
  return {};
}

function has(value: AnyValue, member: keyof AnyValue): boolean {
  return Object.hasOwn(value, member) && value[member] !== null;
}

function hex(bytes: Uint8Array | null | undefined): string {
  return Buffer.from(bytes ?? []).toString('hex');
}

/** '' for an ID of zeros: there is no such span or trace. */
function otherId(bytes: Uint8Array | null | undefined): string {
  return hex(bytes).replace(/^0+$/, '');
}

/** '' for 0. */
function digits(value: unknown): string {
  const text = String(value ?? 0);
  return text === '0' ? '' : text;
}

function withoutDefaults(message: Json): Json {
  return Object.fromEntries(
    Object.entries(message).filter(([, value]) => {
      if (Array.isArray(value)) return value.length > 0;
      return value !== undefined && value !== null && value !== 0 && value !== '';
    }),
  );
}
