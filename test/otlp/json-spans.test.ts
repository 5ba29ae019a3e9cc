import { ROOT_CONTEXT, SpanKind, SpanStatusCode, TraceFlags, trace as traceApi } from '@opentelemetry/api';
import { JsonTraceSerializer, ProtobufTraceSerializer } from '@opentelemetry/otlp-transformer';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { BasicTracerProvider, InMemorySpanExporter, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-base';
import { describe, expect, it } from 'vitest';
import { writeResourceSpans } from '../../lib/otlp/json-encode/encode-spans.ts';
import { JsonWriter } from '../../lib/otlp/json-encode/writer.ts';
import { MAX_VALUE_DEPTH } from '../../lib/otlp/protobuf/validate.ts';
import { Trace } from '../../lib/otlp/trace/trace.ts';
import { opentelemetry } from '../../proto/generated/otlp.js';

const { TracesData } = opentelemetry.proto.trace.v1;

describe('writeResourceSpans', () => {
  it('writes the keys of a span in the order of their numbers', () => {
    const span = {
      traceId: Buffer.alloc(16, 0xab),
      spanId: Buffer.alloc(8, 1),
      traceState: 'a=b',
      parentSpanId: Buffer.alloc(8, 2),
      flags: 257,
      name: 'n',
      kind: 2,
      startTimeUnixNano: '1763700000123456789',
      endTimeUnixNano: '18446744073709551615',
      attributes: [{ key: 'k', value: { intValue: '-9223372036854775808' } }],
      droppedAttributesCount: 4294967295,
      events: [{ timeUnixNano: '1', name: 'e' }],
      droppedEventsCount: 1,
      links: [{ traceId: Buffer.alloc(16, 1), spanId: Buffer.alloc(8, 3), flags: 1 }],
      droppedLinksCount: 2,
      status: { message: 'm', code: 2 },
    };
    expect(jsonOf({ resourceSpans: [{ scopeSpans: [{ spans: [span], schemaUrl: 's' }], schemaUrl: 'r' }] })).toBe(
      '[{"scopeSpans":[{"spans":[{"traceId":"abababababababababababababababab","spanId":"0101010101010101",' +
        '"traceState":"a=b","parentSpanId":"0202020202020202","name":"n","kind":2,' +
        '"startTimeUnixNano":"1763700000123456789","endTimeUnixNano":"18446744073709551615",' +
        '"attributes":[{"key":"k","value":{"intValue":"-9223372036854775808"}}],"droppedAttributesCount":4294967295,' +
        '"events":[{"timeUnixNano":"1","name":"e"}],"droppedEventsCount":1,' +
        '"links":[{"traceId":"01010101010101010101010101010101","spanId":"0303030303030303","flags":1}],' +
        '"droppedLinksCount":2,"status":{"message":"m","code":2},"flags":257}],"schemaUrl":"s"}],"schemaUrl":"r"}]',
    );
  });

  it('leaves out IDs of zeros of other spans and traces, as the Collector does', () => {
    const zeros = { traceId: Buffer.alloc(16), spanId: Buffer.alloc(8) };
    const ids = { traceId: Buffer.alloc(16, 0xab), spanId: Buffer.from('0000000000000001', 'hex') };
    const span = { ...ids, parentSpanId: Buffer.alloc(8), links: [zeros, ids] };
    // ptrace.JSONMarshaler 1.71.0 on the same spans.
    expect(jsonOf({ resourceSpans: [{ scopeSpans: [{ spans: [span] }] }] })).toBe(
      '[{"scopeSpans":[{"spans":[{"traceId":"abababababababababababababababab","spanId":"0000000000000001",' +
        '"links":[{},{"traceId":"abababababababababababababababab","spanId":"0000000000000001"}]}]}]}]',
    );
  });

  it('agrees with the JSON serializer of OpenTelemetry JS on spans of its SDK', () => {
    const spans = spansOfTheSdk();
    const bytes = ProtobufTraceSerializer.serializeRequest(spans) ?? new Uint8Array();
    const theirs = JSON.parse(new TextDecoder().decode(JsonTraceSerializer.serializeRequest(spans)));
    expect(JSON.parse(jsonOfBytes(bytes))).toEqual(withoutQuirks(theirs).resourceSpans);
  });

  it('writes every kind of value, also when it is the default one of its type', () => {
    const values = [
      { stringValue: '' },
      { boolValue: false },
      { intValue: '0' },
      { doubleValue: 0 },
      { bytesValue: Buffer.alloc(0) },
      { arrayValue: {} },
      { kvlistValue: {} },
      {},
    ];
    expect(attributesOf([{ key: 'k', value: { arrayValue: { values } } }])).toBe(
      '[{"key":"k","value":{"arrayValue":{"values":[{"stringValue":""},{"boolValue":false},{"intValue":"0"},' +
        '{"doubleValue":0},{"bytesValue":""},{"arrayValue":{}},{"kvlistValue":{}},{}]}}}]',
    );
  });

  it('takes a value that is not for traces as the empty value', () => {
    expect(attributesOf([{ key: 'k', value: { stringValueStrindex: 3 } }])).toBe('[{"key":"k","value":{}}]');
  });

  it.each([2, 70, 300])('of %i attributes, some with one key, writes the first', (count) => {
    const attributes = Array.from({ length: count }, (_, i) => ({ key: `k${i >> 1}`, value: { intValue: String(i) } }));
    const written = JSON.parse(attributesOf(attributes));
    expect(written.map(({ value }: { value: { intValue: string } }) => value.intValue)).toEqual(
      attributes.filter((_, i) => i % 2 === 0).map(({ value }) => value.intValue),
    );
  });

  it.each([2, 70])('of %i attributes with an empty key writes the first, whatever is around them', (count) => {
    const attributes = Array.from({ length: count }, (_, i) => ({
      ...(i % 2 === 0 ? { key: '' } : {}),
      value: { stringValue: '-'.repeat(i) },
    }));
    expect(attributesOf(attributes)).toBe('[{"key":"","value":{"stringValue":""}}]');
  });

  it('takes the keys of a value for others than those around it', () => {
    const values = [
      { key: 'a', value: { intValue: '1' } },
      { key: 'b', value: { intValue: '2' } },
      { key: 'b', value: { intValue: '3' } },
    ];
    const attributes = [
      { key: 'a', value: { kvlistValue: { values } } },
      { key: 'b', value: { boolValue: true } },
      { key: 'a', value: { boolValue: false } },
    ];
    expect(JSON.parse(attributesOf(attributes))).toEqual([
      { key: 'a', value: { kvlistValue: { values: values.slice(0, 2) } } },
      { key: 'b', value: { boolValue: true } },
    ]);
  });

  it.each([
    ['an integer, then a bit', [0x18, 1, 0x10, 1], { boolValue: true }],
    ['a bit, then an integer', [0x10, 1, 0x18, 1], { intValue: '1' }],
    ['a short string, then an integer', [0x0a, 0, 0x18, 1], { intValue: '1' }],
    ['two integers', [0x18, 1, 0x18, 2], { intValue: '2' }],
    ['a bit in two bytes', [0x10, 0x80, 0x01], { boolValue: true }],
    ['an integer of 28 bits', [0x18, 0xff, 0xff, 0xff, 0x7f], { intValue: '268435455' }],
    ['an integer of 29 bits', [0x18, 0xff, 0xff, 0xff, 0xff, 0x01], { intValue: '536870911' }],
  ])('of a value in several members writes the last: %s', (_, value, expected) => {
    const attribute = [0x0a, 1, 0x6b, 0x12, value.length, ...value];
    const span = [0x4a, attribute.length, ...attribute];
    const scopeSpans = [0x12, span.length, ...span];
    const resourceSpans = [0x12, scopeSpans.length, ...scopeSpans];
    const json = JSON.parse(jsonOfBytes(Uint8Array.of(0x0a, resourceSpans.length, ...resourceSpans)));
    expect(json[0].scopeSpans[0].spans[0].attributes).toEqual([{ key: 'k', value: expected }]);
  });

  it('tells keys of one length and one end apart', () => {
    const attributes = ['ab', 'bb', 'cb', 'bab', 'bbb', 'cbb'].map((key) => ({ key, value: { stringValue: key } }));
    expect(JSON.parse(attributesOf(attributes))).toEqual(attributes);
  });

  it('writes values as deeply nested as ingest lets in', () => {
    let value: object = { stringValue: 'deep' };
    for (let depth = 1; depth < MAX_VALUE_DEPTH; depth++) value = { arrayValue: { values: [value] } };
    expect(JSON.parse(attributesOf([{ key: 'k', value }]))).toEqual([{ key: 'k', value }]);
  });

  it('remembers resources without mixing them up', () => {
    const pods = Array.from({ length: 300 }, (_, i) => ({
      resource: { attributes: [{ key: 'service.name', value: { stringValue: `pod ${1000 + i}` } }] },
      scopeSpans: [{ spans: [{ name: `span ${i}` }] }],
    }));
    for (const resourceSpans of [pods, [...pods].reverse()]) {
      expect(JSON.parse(jsonOf({ resourceSpans }))).toEqual(resourceSpans);
    }
  });
});

function jsonOf(traces: Record<string, unknown>): string {
  return jsonOfBytes(TracesData.encode(TracesData.fromObject(traces)).finish());
}

function jsonOfBytes(bytes: Uint8Array): string {
  const out = new JsonWriter(16);
  writeResourceSpans(out, Trace.fromFragments('', [bytes]), 0, 1e9);
  return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(out.take());
}

function attributesOf(attributes: readonly object[]): string {
  const json = jsonOf({ resourceSpans: [{ scopeSpans: [{ spans: [{ attributes }] }] }] });
  return json.replace(/^.*?"attributes":/, '').replace(/\}\]\}\]\}\]$/, '');
}

function spansOfTheSdk() {
  const exporter = new InMemorySpanExporter();
  const provider = new BasicTracerProvider({
    resource: resourceFromAttributes({ 'service.name': 'cart', 'process.pid': 7, 'os.args': ['a', 'b'] }),
    spanProcessors: [new SimpleSpanProcessor(exporter)],
  });
  const tracer = provider.getTracer('test', '1.2.3');
  const root = tracer.startSpan('GET /cart', { kind: SpanKind.SERVER }, ROOT_CONTEXT);
  const linked = {
    traceId: '5b8efff798038103d269b633813fc60c',
    spanId: 'eee19b7ec3c1b174',
    traceFlags: TraceFlags.SAMPLED,
  };
  const child = tracer.startSpan(
    'SELECT "ünï"',
    { kind: SpanKind.CLIENT, links: [{ context: linked, attributes: { 'link.kind': 'batch' } }] },
    traceApi.setSpan(ROOT_CONTEXT, root),
  );
  child.setAttributes({ 'db.rows': 3, 'db.cached': true, 'db.ratio': 0.25, 'db.tables': ['orders', 'items'] });
  child.recordException(new Error('line\nfeed'));
  child.setStatus({ code: SpanStatusCode.ERROR, message: 'broken' });
  child.end();
  root.end();
  return exporter.getFinishedSpans();
}

/** Numbers as intValue, zero counts, empty lists: what the serializer writes otherwise than the specification says. */
function withoutQuirks(json: { resourceSpans: unknown }): { resourceSpans: unknown } {
  return JSON.parse(JSON.stringify(json), (key, value) => {
    if (key === 'intValue') return String(value);
    const isDefault = value === 0 || value === '' || (Array.isArray(value) && value.length === 0);
    return isDefault ? undefined : value;
  });
}
