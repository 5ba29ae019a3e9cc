import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { AttributeValue } from '../../lib/otlp/protobuf/attributes.ts';
import { Trace } from '../../lib/otlp/trace/trace.ts';
import { opentelemetry } from '../../proto/generated/otlp.js';
import { hexOf } from '../support/flat-spans.ts';
import { encodeRequest, exportRequests } from '../support/otlp-arbitraries.ts';
import { uniqueSpans } from '../support/otlp-json-oracle.ts';
import { scrambleFields } from '../support/scramble-fields.ts';

const { TracesData } = opentelemetry.proto.trace.v1;
type AnyValue = opentelemetry.proto.common.v1.AnyValue.$Properties;
type KeyValue = opentelemetry.proto.common.v1.KeyValue.$Properties;

const KEYS = ['service.name', 'http.route', 'k', 'é', 'x'.repeat(200)];

describe('Trace', () => {
  it('reads what a decoder reads, in the same order', () => {
    fc.assert(
      fc.property(fc.array(exportRequests({ invalidIds: true }), { maxLength: 3 }), (requests) => {
        const fragments = requests.map(encodeRequest);
        const decoded = uniqueSpans(fragments.map((fragment) => TracesData.decode(fragment)));
        expect(readAll(Trace.fromFragments('', fragments))).toEqual(decodedAll(decoded));
      }),
      { numRuns: 100 },
    );
  });

  it('reads the same from fields out of order, repeated values and messages in parts', () => {
    fc.assert(
      fc.property(exportRequests(), fc.gen(), (request, gen) => {
        const bytes = encodeRequest(request);
        const scrambled = scrambleFields(bytes, 'TracesData', (count) => gen(fc.nat, { max: count - 1 }));
        expect(readAll(Trace.fromFragments('', [scrambled]))).toEqual(readAll(Trace.fromFragments('', [bytes])));
      }),
      { numRuns: 100 },
    );
  });

  it('is not changed by fragments that come twice', () => {
    fc.assert(
      fc.property(fc.array(exportRequests(), { maxLength: 3 }), fc.nat(3), (requests, again) => {
        const fragments = requests.map(encodeRequest);
        const resent = [...fragments, ...fragments.slice(again)];
        expect(readAll(Trace.fromFragments('', resent))).toEqual(readAll(Trace.fromFragments('', fragments)));
      }),
      { numRuns: 100 },
    );
  });
});

function readAll(trace: Trace): unknown {
  expect(trace.spanCount).toBe(trace.resourceSpans.at(-1)?.endSpan ?? 0);
  return trace.resourceSpans.map((resourceSpans) => ({
    resource: KEYS.map((key) => resourceSpans.attribute(key)),
    spans: Array.from({ length: resourceSpans.endSpan - resourceSpans.firstSpan }, (_, i) => {
      const span = resourceSpans.firstSpan + i;
      const scope = trace.scopeOf(span);
      return {
        spanId: trace.spanId(span),
        parentSpanId: trace.parentSpanId(span),
        isRoot: trace.isRoot(span),
        traceState: trace.traceState(span),
        name: trace.name(span),
        kind: trace.kind(span),
        flags: trace.flags(span),
        status: trace.statusCode(span),
        start: trace.startTimeUnixNano(span),
        end: trace.endTimeUnixNano(span),
        attributes: KEYS.map((key) => trace.attribute(span, key)),
        scope: [scope.name, scope.version, ...KEYS.map((key) => scope.attribute(key))],
      };
    }),
  }));
}

function decodedAll(traces: opentelemetry.proto.trace.v1.TracesData.$Properties): unknown {
  return (traces.resourceSpans ?? []).map(({ resource, scopeSpans }) => ({
    resource: KEYS.map((key) => firstOf(resource?.attributes, key)),
    spans: (scopeSpans ?? []).flatMap(({ scope, spans }) =>
      (spans ?? []).map((span) => ({
        spanId: hexOf(span.spanId ?? []),
        parentSpanId: hexOf(span.parentSpanId ?? []).replace(/^0+$/, ''),
        isRoot: (span.parentSpanId ?? []).every((byte) => byte === 0),
        traceState: span.traceState ?? '',
        name: span.name ?? '',
        kind: span.kind ?? 0,
        flags: span.flags ?? 0,
        status: span.status?.code ?? 0,
        start: BigInt(String(span.startTimeUnixNano ?? 0)),
        end: BigInt(String(span.endTimeUnixNano ?? 0)),
        attributes: KEYS.map((key) => firstOf(span.attributes, key)),
        scope: [scope?.name ?? '', scope?.version ?? '', ...KEYS.map((key) => firstOf(scope?.attributes, key))],
      })),
    ),
  }));
}

function firstOf(keyValues: readonly KeyValue[] | null | undefined, key: string): AttributeValue | undefined {
  const found = keyValues?.find((keyValue) => keyValue.key === key);
  return found && toAttributeValue(found.value);
}

function toAttributeValue(value: AnyValue | null | undefined): AttributeValue {
  if (value?.intValue !== undefined && value.intValue !== null) return BigInt(String(value.intValue));
  if (value?.arrayValue) return (value.arrayValue.values ?? []).map(toAttributeValue);
  if (value?.kvlistValue) {
    const entries = (value.kvlistValue.values ?? []).map(
      (entry) => [entry.key ?? '', toAttributeValue(entry.value)] as const,
    );
    return new Map([...entries].reverse());
  }
  if (value?.bytesValue) return new Uint8Array(value.bytesValue);
  return value?.stringValue ?? value?.boolValue ?? value?.doubleValue ?? null;
}
