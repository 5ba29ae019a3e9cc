import { describe, expect, it, vi } from 'vitest';
import { MalformedOtlpError } from '../../lib/otlp/errors.ts';
import { protobufFromJson } from '../../lib/otlp/json-decode/decode-request.ts';
import { MessageKeys } from '../../lib/otlp/json-decode/fields-by-key.ts';
import { regroup } from '../../lib/otlp/regroup/regroup.ts';
import { RejectedSpans } from '../../lib/otlp/rejected-spans.ts';
import { opentelemetry } from '../../proto/generated/otlp.js';
import { hexOf } from '../support/flat-spans.ts';

const { ExportTraceServiceRequest } = opentelemetry.proto.collector.trace.v1;

// The example of the OTLP specification, cut down: upper-case IDs, and a number as int64.
// https://github.com/open-telemetry/opentelemetry-proto/blob/v1.11.0/examples/trace.json
const EXAMPLE = `{
  "resourceSpans": [{
    "resource": {"attributes": [{"key": "service.name", "value": {"stringValue": "my.service"}}]},
    "scopeSpans": [{
      "scope": {"name": "my.library", "version": "1.0.0"},
      "spans": [{
        "traceId": "5B8EFFF798038103D269B633813FC60C",
        "spanId": "EEE19B7EC3C1B174",
        "parentSpanId": "EEE19B7EC3C1B173",
        "name": "I'm a server span",
        "startTimeUnixNano": "1544712660000000000",
        "endTimeUnixNano": 1544712661000000000,
        "kind": 2
      }]
    }]
  }]
}`;

describe('protobufFromJson', () => {
  it('reads the example of the specification', () => {
    const span = decodedSpan(EXAMPLE);
    expect(hexOf(span.traceId ?? [])).toBe('5b8efff798038103d269b633813fc60c');
    expect(hexOf(span.spanId ?? [])).toBe('eee19b7ec3c1b174');
    expect(hexOf(span.parentSpanId ?? [])).toBe('eee19b7ec3c1b173');
    expect(String(span.startTimeUnixNano)).toBe('1544712660000000000');
    expect(String(span.endTimeUnixNano)).toBe('1544712661000000000');
    expect([span.name, span.kind]).toEqual(["I'm a server span", 2]);
  });

  it('ignores a byte order mark', () => {
    expect(protobufFromJson(Uint8Array.from([0xef, 0xbb, 0xbf, 0x7b, 0x7d]))).toEqual(new Uint8Array(0));
  });

  it.each([
    ['"9223372036854775807"', '9223372036854775807'],
    ['"-9223372036854775808"', '-9223372036854775808'],
    ['-9223372036854775808', '-9223372036854775808'],
    ['-1', '-1'],
    ['-4294967296', '-4294967296'],
    ['"-0"', '0'],
    ['123456789012345678', '123456789012345678'],
    ['1e3', '1000'],
    ['12.50e1', '125'],
    ['"1.0"', '1'],
    ['0e99999', '0'],
    ['1.7e18', '1700000000000000000'],
  ])('reads intValue %s as %s', (text, expected) => {
    expect(String(anyValueOf(`{"intValue":${text}}`).intValue)).toBe(expected);
  });

  it.each([
    ['1.5', 1.5],
    ['-0', -0],
    ['0', 0],
    ['0.1', 0.1],
    ['-123456789.0625', -123456789.0625],
    ['123456789012345678', 123456789012345680],
    ['4.9e-324', 5e-324],
    ['1E+2', 100],
    ['"2.5"', 2.5],
    ['"NaN"', Number.NaN],
    ['"Infinity"', Number.POSITIVE_INFINITY],
    ['"-Infinity"', Number.NEGATIVE_INFINITY],
    ['0.30000000000000004', 0.1 + 0.2],
    ['9.683451179826665', Number('9.683451179826665')],
  ])('reads doubleValue %s', (text, expected) => {
    expect(anyValueOf(`{"doubleValue":${text}}`).doubleValue).toBe(expected);
    expect(anyValueOf(`{ "doubleValue" : ${text} }`).doubleValue).toBe(expected);
  });

  it.each([
    ['"\\u00e9\\n\\t\\"\\\\\\/\\b\\f\\r"', 'é\n\t"\\/\b\f\r'],
    ['"\\ud83e\\uddfe"', '🧾'],
    ['"a\\ud83ez"', 'a\ufffdz'],
    ['"\\ud83e\\ud83e\\uddfe"', '\ufffd🧾'],
    ['"\\uddfe"', '\ufffd'],
    ['"\\u0000\\u07ff\\u0800\\uffff"', '\u0000\u07ff\u0800\uffff'],
    ['"é🧾"', 'é🧾'],
  ])('reads the string %s', (text, expected) => {
    expect(anyValueOf(`{"stringValue":${text}}`).stringValue).toBe(expected);
  });

  it.each([
    ['"+/8="', [0xfb, 0xff]],
    ['"-_8"', [0xfb, 0xff]],
    ['"+\\/8\\u003d"', [0xfb, 0xff]],
    ['"AQ=="', [1]],
    ['"AQID"', [1, 2, 3]],
    ['""', []],
  ])('reads the base64 %s', (text, expected) => {
    expect([...(anyValueOf(`{"bytesValue":${text}}`).bytesValue ?? [])]).toEqual(expected);
  });

  it('reads the empty value, and null as absent', () => {
    expect(anyValueOf('{}')).toEqual({});
    expect(anyValueOf('{"stringValue":null,"intValue":null}')).toEqual({});
    expect(anyValueOf('{"intValue":null}')).toEqual({});
    const kv = inSpan('"name":null,"attributes":null,"status":null,"kind":null');
    expect(decodedSpan(kv)).toEqual(decodedSpan(inSpan('')));
  });

  it('reads kinds and status codes by number and by name', () => {
    const named = decodedSpan(inSpan('"kind":"SPAN_KIND_CLIENT","status":{"code":"STATUS_CODE_ERROR"}'));
    expect(named).toEqual(decodedSpan(inSpan('"kind":3,"status":{"code":2}')));
    expect(named.kind).toBe(3);
  });

  it('leaves out empty keys and text, as every default value', () => {
    const empty = inSpan('"name":"","kind":0,"startTimeUnixNano":"0","flags":0,"droppedLinksCount":0,"attributes":[]');
    expect(protobufFromJson(bytesOf(empty))).toEqual(protobufFromJson(bytesOf(inSpan(''))));
    const withKey = protobufFromJson(bytesOf(inSpan('"attributes":[{"key":"","value":{"stringValue":""}}]')));
    const without = protobufFromJson(bytesOf(inSpan('"attributes":[{"value":{"stringValue":""}}]')));
    expect(withKey).toEqual(without);
  });

  it('reads the names of zero, and names the first fault of a span', () => {
    expect(decodedSpan(inSpan('"kind":"SPAN_KIND_UNSPECIFIED","status":{"code":"STATUS_CODE_UNSET"}')).kind).toBe(0);
    const text = inSpan('"kind":"KIND","flags":"FLAGS"');
    const rejected = new RejectedSpans();
    protobufFromJson(bytesOf(text), rejected);
    expect(rejected.message(0, false)).toContain(
      `Span.kind: expected a number or a name of SpanKind at offset ${text.indexOf('"KIND"')}`,
    );
  });

  it.each(['4294967296', '18446744069414584320'])('keeps a time whose low half is zero: %s', (time) => {
    const span = decodedSpan(EXAMPLE.replace('1544712660000000000', time));
    expect(String(span.startTimeUnixNano)).toBe(time);
  });

  it('reads keys with escapes, and takes any other spelling for unknown', () => {
    expect(decodedSpan(inSpan('"n\\u0061me":"x"')).name).toBe('x');
    expect(decodedSpan(inSpan('"start_time_un\\u0069x_nano":"1"'))).toEqual(
      decodedSpan(inSpan('"startTimeUnixNano":"1"')),
    );
    const unknown = inSpan('"starttimeunixnano":"1","start_TimeUnixNano":"1","StartTimeUnixNano":"1","Name":"x","":0');
    expect(decodedSpan(unknown)).toEqual(decodedSpan(inSpan('')));
  });

  it.each(['', '00', '0'.repeat(32), 'ab'.repeat(17), '5b'.repeat(40)])(
    'leaves it to regroup to reject the trace ID "%s"',
    (traceId) => {
      const { spanCount, rejectedSpanCount } = regroup(protobufFromJson(bytesOf(inSpan('', traceId))));
      expect({ spanCount, rejectedSpanCount }).toEqual({ spanCount: 0, rejectedSpanCount: 1 });
    },
  );

  it.each([
    ['', 'expected an object (ExportTraceServiceRequest) at offset 0'],
    ['[]', 'expected an object (ExportTraceServiceRequest) at offset 0'],
    ['{} x', 'expected nothing after the request at offset 3'],
    ['{"resourceSpans":{}}', 'expected an array (ExportTraceServiceRequest.resourceSpans) at offset 17'],
    ['{"resourceSpans":[1]}', 'expected an object (ResourceSpans) at offset 18'],
    ['{"resourceSpans":[{"scopeSpans":[{"spans":{}}]}]}', 'expected an array (ScopeSpans.spans) at offset 42'],
    ['null', 'expected an object (ExportTraceServiceRequest) at offset 0'],
    ['{"resourceSpans":[{"schemaUrl":1}]}', 'ResourceSpans.schemaUrl: expected a string at offset 31'],
    ['{"resourceSpans":[],}', 'expected """ at offset 20'],
    ['{"resourceSpans":[] "x":1}', 'expected "," or "}" at offset 20'],
    ['{"a":1', 'expected "," or "}" at offset 6'],
    ['{"a":"\u0001"}', 'control character in a string at offset 6'],
    ['{"a":"\\x"}', 'unknown escape at offset 7'],
    ['{"a":"\\u12g4"}', 'expected four hex digits'],
    ['{"a":01}', 'expected a JSON value at offset 5'],
    ['{"a":nul}', 'expected a JSON value at offset 5'],
    [`{"a":${'['.repeat(200)}`, 'expected a JSON value at offset 205'],
    [`{"a":${'['.repeat(200)}${']'.repeat(199)}}`, 'expected "," or "]" at offset 404'],
    [inSpan('"startTimeUnixNano":007'), 'expected a JSON value'],
    [inSpan('"name":1.'), 'expected a JSON value'],
    [inSpan('"name":nul'), 'expected null'],
    [inSpan('"kind":1x'), 'expected "," or "}"'],
    [inSpan('"name":"a" "kind":1'), 'expected "," or "}"'],
    [withValue('{"stringValue":"'), 'unterminated string'],
  ])('refuses %s', (text, message) => {
    expect(() => protobufFromJson(bytesOf(text))).toThrow(message);
    expect(() => protobufFromJson(bytesOf(text))).toThrow(MalformedOtlpError);
  });

  it('looks up the keys of equal messages once, however many there are', () => {
    const lookUps = (spans: number) => {
      using find = vi.spyOn(MessageKeys.prototype, 'find');
      const span = `{"traceId":"${'ab'.repeat(16)}","spanId":"${'cd'.repeat(8)}","name":"x","status":{"code":1}}`;
      protobufFromJson(
        bytesOf(`{"resourceSpans":[{"scopeSpans":[{"spans":[${Array(spans).fill(span).join(',')}]}]}]}`),
      );
      return find.mock.calls.length;
    };
    expect([lookUps(1), lookUps(100)]).toEqual([8, 8]);
  });

  it('reads a key that comes after another one than before', () => {
    const ids = `"traceId":"${'ab'.repeat(16)}","spanId":"${'cd'.repeat(8)}"`;
    const spans = ['"name":"a","kind":1', '"names":"-","kind":2', '"name" :"c"', '"n\\u0061me":"d","name":"e"'];
    const text = spans.map((rest) => `{${ids},${rest}}`).join(',');
    const request = ExportTraceServiceRequest.decode(
      protobufFromJson(bytesOf(`{"resourceSpans":[{"scopeSpans":[{"spans":[${text}]}]}]}`)),
    );
    const read = request.resourceSpans[0]?.scopeSpans?.[0]?.spans?.map(({ name, kind }) => [name, Number(kind)]);
    expect(read).toEqual([
      ['a', 1],
      ['', 2],
      ['c', 0],
      ['e', 0],
    ]);
  });

  it('writes every byte of its result, whatever the memory held before', () => {
    const attributes = Array.from({ length: 40 }, (_, i) => ({ key: `k${i}`, value: { intValue: -i } }));
    const list = { arrayValue: { values: [{ stringValue: 'x'.repeat(300) }, { bytesValue: 'AAEC' }, {}] } };
    const fields = { kind: -1, flags: 257, attributes: [...attributes, { key: 'list', value: list }], name: '\u00e9"' };
    const spans = Array.from({ length: 300 }, () => ({ ...fields, parentSpanId: 'ab', startTimeUnixNano: '17' }));
    const body = bytesOf(JSON.stringify({ resourceSpans: [{ scopeSpans: [{ spans, scope: { name: 's' } }] }] }));
    const inMemoryOf = (byte: number) => {
      using _ = vi.spyOn(Buffer, 'allocUnsafeSlow').mockImplementation((size) => Buffer.alloc(size, byte));
      return Buffer.from(protobufFromJson(body)).toString('hex');
    };
    expect(inMemoryOf(0xaa)).toBe(inMemoryOf(0x55));
  });

  it('has room for what is longer in protobuf than in JSON', () => {
    const spans = Array.from({ length: 2000 }, () => '{"kind":-1}');
    const request = ExportTraceServiceRequest.decode(
      protobufFromJson(bytesOf(`{"resourceSpans":[{"scopeSpans":[{"spans":[${spans.join(',')}]}]}]}`)),
    );
    expect(request.resourceSpans[0]?.scopeSpans?.[0]?.spans?.map(({ kind }) => Number(kind))).toEqual(
      spans.map(() => -1),
    );
  });
});

function inSpan(members: string, traceId = '5b8efff798038103d269b633813fc60c'): string {
  const ids = `"traceId":"${traceId}","spanId":"eee19b7ec3c1b174"`;
  return `{"resourceSpans":[{"scopeSpans":[{"spans":[{${ids}${members === '' ? '' : `,${members}`}}]}]}]}`;
}

function withValue(value: string): string {
  return inSpan(`"attributes":[{"key":"k","value":${value}}]`);
}

function decodedSpan(text: string) {
  const request = ExportTraceServiceRequest.decode(protobufFromJson(bytesOf(text)));
  const span = request.resourceSpans[0]?.scopeSpans?.[0]?.spans?.[0];
  if (!span) throw new Error('there is no span');
  return span;
}

function anyValueOf(value: string) {
  return decodedSpan(withValue(value)).attributes?.[0]?.value ?? {};
}

function bytesOf(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}
