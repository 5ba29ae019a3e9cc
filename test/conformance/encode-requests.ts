import { opentelemetry } from '../../proto/generated/otlp.js';
import {
  type Attributes,
  type AttributeValue,
  type Case,
  type CaseSpan,
  type CaseTrace,
  SCHEMA_URLS,
  SCOPES,
} from './case.ts';

const { ExportTraceServiceRequest } = opentelemetry.proto.collector.trace.v1;

interface Placed {
  readonly span: CaseSpan;
  readonly message: object;
}

/**
 * The export requests of a case, in order, as protobuf. A request has one `ResourceSpans` per resource in it, with the
 * spans of all traces mixed. Requests that no span is in are left out.
 */
export function encodeRequests({ resources, traces }: Pick<Case, 'resources' | 'traces'>): readonly Uint8Array[] {
  // The spans of a trace keep their order; traces take turns.
  const placed = interleave(traces.map((trace, i) => trace.spans.map((span, k) => place(trace, span, i, k))));
  return groupBy(placed, ({ span }) => span.request).map(([, inRequest]) => {
    const resourceSpans = groupBy(inRequest, ({ span }) => span.resource).map(([resource, ofResource]) => ({
      resource: { attributes: keyValues(resources[resource] ?? []) },
      schemaUrl: SCHEMA_URLS[resource] ?? '',
      scopeSpans: groupBy(ofResource, ({ span }) => span.scope).map(([scope, ofScope]) => ({
        scope: { name: SCOPES[scope] ?? '' },
        schemaUrl: SCHEMA_URLS[scope] ?? '',
        spans: ofScope.map(({ message }) => message),
      })),
    }));
    return new Uint8Array(ExportTraceServiceRequest.encode({ resourceSpans }).finish());
  });
}

function place({ traceId }: CaseTrace, span: CaseSpan, trace: number, position: number): Placed {
  const message = {
    traceId: fromHex(traceId),
    spanId: fromHex(
      `${(trace + 1).toString(16).padStart(8, '0')}${(span.id ?? position + 1).toString(16).padStart(8, '0')}`,
    ),
    ...(!span.isRoot && { parentSpanId: fromHex('00000000000000ff') }),
    name: span.name,
    kind: span.kind,
    startTimeUnixNano: String(span.startTimeUnixNano),
    endTimeUnixNano: String(span.endTimeUnixNano),
    ...(span.statusCode !== undefined && { status: { code: span.statusCode } }),
    flags: span.flags,
    traceState: span.traceState,
    attributes: keyValues(span.attributes),
    events: span.events.map(({ name, attributes }) => ({ name, attributes: keyValues(attributes) })),
  };
  return { span, message };
}

function interleave<T>(lists: readonly (readonly T[])[]): T[] {
  const longest = Math.max(0, ...lists.map(({ length }) => length));
  return Array.from({ length: longest }, (_, i) => lists.flatMap((list) => list.slice(i, i + 1))).flat();
}

/** In the order of the keys, so that the order of the spans of a trace does not depend on the other traces. */
function groupBy<T>(items: readonly T[], keyOf: (item: T) => number): (readonly [number, readonly T[]])[] {
  const groups = new Map<number, T[]>();
  for (const item of items) {
    const group = groups.get(keyOf(item));
    if (group === undefined) groups.set(keyOf(item), [item]);
    else group.push(item);
  }
  return [...groups].toSorted(([a], [b]) => a - b);
}

function keyValues(attributes: Attributes): object[] {
  return attributes.map(([key, value]) => ({ key, value: anyValue(value) }));
}

function anyValue(value: AttributeValue): object {
  if (value === null) return {};
  if (typeof value === 'string') return { stringValue: value };
  if (typeof value === 'boolean') return { boolValue: value };
  if (typeof value === 'bigint') return { intValue: String(value) };
  if (typeof value === 'number') return { doubleValue: value };
  if (value instanceof Uint8Array) return { bytesValue: value };
  return { arrayValue: { values: value.map(anyValue) } };
}

function fromHex(text: string): Uint8Array {
  return Uint8Array.from(text.match(/../g) ?? [], (byte) => Number.parseInt(byte, 16));
}
