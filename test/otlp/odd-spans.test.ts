import { describe, expect, it } from 'vitest';
import { protobufFromJson } from '../../lib/otlp/json-decode/decode-request.ts';
import { regroup } from '../../lib/otlp/regroup/regroup.ts';
import { RejectedSpans } from '../../lib/otlp/rejected-spans.ts';
import { opentelemetry } from '../../proto/generated/otlp.js';
import { spansSaid } from '../readers/spans-said.ts';
import { nestedValue, ODD_SPANS } from '../support/odd-json.ts';
import { type Bytes, field, repeat, varintField } from '../support/wire-bytes.ts';

const { TracesData } = opentelemetry.proto.trace.v1;

const ODD_TRACE = 'aa'.repeat(16);
const INNOCENT_TRACE = 'bb'.repeat(16);

const bytesOf = (text: string) => new TextEncoder().encode(text);
const span = (traceId: string, spanId: string, members = '') =>
  `{"traceId":"${traceId}","spanId":"${spanId.repeat(8)}"${members === '' ? '' : `,${members}`}}`;
const inScope = (...spans: readonly string[]) => `{"resourceSpans":[{"scopeSpans":[{"spans":[${spans.join(',')}]}]}]}`;

/** What ingest makes of a JSON request. */
function read(text: string) {
  const rejected = new RejectedSpans();
  const regrouped = regroup(protobufFromJson(bytesOf(text), rejected), rejected);
  return { ...regrouped, said: spansSaid(regrouped.fragments.map(({ payload }) => payload)) };
}

describe('one odd span in a JSON request', () => {
  const innocent = [span(INNOCENT_TRACE, '01'), span(ODD_TRACE, '02')];
  const around = (odd: string) => inScope(innocent[0] as string, odd, innocent[1] as string);

  it.each(Object.entries(ODD_SPANS))('%s', (_, { members, readAs }) => {
    const { said, spanCount, rejectedSpanCount, errorMessage } = read(around(span(ODD_TRACE, '03', members)));
    if (readAs === undefined) {
      expect(said).toEqual(read(inScope(...innocent)).said);
      expect({ spanCount, rejectedSpanCount }).toEqual({ spanCount: 2, rejectedSpanCount: 1 });
      expect(errorMessage).toMatch(/^1 span rejected: 1 (that cannot be read \(|with an invalid )/);
    } else {
      expect(said).toEqual(read(around(span(ODD_TRACE, '03', readAs))).said);
      expect({ spanCount, rejectedSpanCount, errorMessage }).toEqual({ spanCount: 3, rejectedSpanCount: 0 });
    }
  });

  it.each(['null', '1', '"x"', '[]', 'true'])('%s in the place of a span', (odd) => {
    const { said, rejectedSpanCount } = read(around(odd));
    expect(said).toEqual(read(inScope(...innocent)).said);
    expect(rejectedSpanCount).toBe(1);
  });

  it.each([
    ['"name":1', 'Span.name: expected a string'],
    ['"status":1', 'expected an object (Status)'],
    ['"events":{}', 'expected an array (Span.events)'],
    ['"kind":"CLIENT"', 'Span.kind: expected a number or a name of SpanKind'],
    ['"droppedLinksCount":-1', 'Span.droppedLinksCount: expected an integer from 0 to 4294967295'],
    ['"startTimeUnixNano":1e999', 'Span.startTimeUnixNano: expected an integer from 0 to 18446744073709551615'],
    ['"startTimeUnixNano":1.5', 'Span.startTimeUnixNano: expected a whole number'],
    ['"startTimeUnixNano":true', 'Span.startTimeUnixNano: expected an integer'],
    ['"attributes":[{"value":{"boolValue":1}}]', 'AnyValue.boolValue: expected true or false'],
    ['"attributes":[{"value":{"doubleValue":"x"}}]', 'AnyValue.doubleValue: expected a number'],
    [
      '"attributes":[{"value":{"doubleValue":1e999}}]',
      'AnyValue.doubleValue: expected a number that a double can hold',
    ],
    ['"attributes":[{"value":{"bytesValue":"A"}}]', 'AnyValue.bytesValue: expected base64'],
    [`"attributes":[{"value":${nestedValue(33, 'arrays')}}]`, 'attribute values are nested deeper than 32 levels'],
  ])('says of %s what was expected', (members, problem) => {
    expect(read(around(span(ODD_TRACE, '03', members))).errorMessage).toContain(`(${problem} at offset `);
  });

  it('says what was wrong, where, how often and what is allowed', () => {
    const text = inScope(
      span(ODD_TRACE, '03', '"kind":1.5'),
      span(ODD_TRACE, '04', '"name":1'),
      span('zz'.repeat(16), '05'),
    );
    expect(read(text).errorMessage).toBe(
      '3 spans rejected: ' +
        `2 that cannot be read (first: Span.kind: expected a number or a name of SpanKind at offset ${text.indexOf('1.5')}), ` +
        '1 with an invalid trace_id (allowed: 16 bytes, not all zero; in JSON 32 hex digits)',
    );
  });
});

describe('an odd resource or scope in a JSON request', () => {
  const good = `{"scopeSpans":[{"spans":[${span(INNOCENT_TRACE, '01')}]}]}`;
  const two = `${span(ODD_TRACE, '02')},${span(INNOCENT_TRACE, '03')}`;
  const deep = `{"attributes":[{"key":"k","value":${nestedValue(33, 'arrays')}}]}`;

  it.each([
    ['a resource that is a text', `{"resource":"shop","scopeSpans":[{"spans":[${two}]}]}`, 2, 'under a resource'],
    [
      'a resource that comes last',
      `{"scopeSpans":[{"spans":[${two}]},{"spans":[${two}]}],"resource":1}`,
      4,
      'under a resource',
    ],
    ['a deep resource attribute', `{"resource":${deep},"scopeSpans":[{"spans":[${two}]}]}`, 2, 'under a resource'],
    ['a schema URL that is a number', `{"scopeSpans":[{"spans":[${two}]}],"schemaUrl":1}`, 2, 'under a resource'],
    ['a deep scope attribute', `{"scopeSpans":[{"scope":${deep},"spans":[${two}]}]}`, 2, 'under a scope'],
    ['a scope with an odd span', `{"scopeSpans":[{"spans":[${two},7],"scope":{"name":1}}]}`, 3, 'under a scope'],
    [
      'scopes that are an object',
      `{"scopeSpans":{"spans":[${two}]}}`,
      0,
      'expected an array (ResourceSpans.scopeSpans)',
    ],
    ['spans that are an object', '{"scopeSpans":[{"spans":{}}]}', 0, 'expected an array (ScopeSpans.spans)'],
    ['a number for the whole', '7', 0, 'expected an object (ResourceSpans)'],
  ])('%s costs its own spans', (_, odd, count, message) => {
    const { said, rejectedSpanCount, errorMessage } = read(`{"resourceSpans":[${odd},${good},null]}`);
    expect(said).toEqual(read(`{"resourceSpans":[${good}]}`).said);
    expect(rejectedSpanCount).toBe(count);
    expect(errorMessage).toContain(message);
  });

  it('null for a resource, a scope and what holds spans is none', () => {
    const spans = `"spans":[${two}]`;
    const nulls = `{"resourceSpans":[null,{"resource":null,"schemaUrl":null,"scopeSpans":[null,{"scope":null,${spans}}]}]}`;
    expect(read(nulls).said).toEqual(read(`{"resourceSpans":[{"scopeSpans":[{${spans}}]}]}`).said);
    expect(read(nulls).errorMessage).toBeUndefined();
    const refs = (keys: string) =>
      `{"resourceSpans":[{"resource":{"entityRefs":[{"type":"t","idKeys":${keys}}]},"scopeSpans":[{${spans}}]}]}`;
    expect(read(refs('[null,"k"]')).said).toEqual(read(refs('["","k"]')).said);
  });
});

describe('one odd span in a protobuf request', () => {
  const TRACE = repeat(0xaa, 16);
  const make = (...fields: readonly Bytes[]) => field(2, field(1, TRACE), field(2, repeat(9, 8)), ...fields);
  const innocent = make(field(5, 'innocent'));
  const nested = (depth: number): Bytes => (depth === 1 ? field(1, 'x') : field(5, field(1, nested(depth - 1))));

  it.each<[string, Bytes, string]>([
    ['values that are too deep', field(9, field(1, 'k'), field(2, nested(33))), 'nested deeper than 32 levels'],
    ['values that are far too deep', field(9, field(1, 'k'), field(2, nested(300))), 'nested deeper than 32 levels'],
    ['deep values in an event', field(11, field(3, field(2, nested(33)))), 'nested deeper than 32 levels'],
    ['a kind that is text', field(6, 'x'), 'Span: unexpected wire type 2 (length-delimited) of field 6'],
    ['packed start times', field(7, repeat(0, 16)), 'Span: unexpected wire type 2'],
    ['a trace ID that is a number', varintField(1, 1), 'Span: unexpected wire type 0 (varint) of field 1'],
    ['a key that is a number', field(9, varintField(1, 1)), 'KeyValue: unexpected wire type 0'],
    ['a value of the wrong type', field(9, field(2, field(3, 'x'))), 'AnyValue: unexpected wire type 2'],
    ['a cut-off value', field(9, field(2, [0x0a, 5, 1])), 'length 5 is more than the remaining 1 bytes'],
    ['a cut-off double', field(9, field(2, [0x21, 1, 2])), 'the message is cut off'],
    ['a cut-off span', [0x4a, 5, 1], 'length 5 is more than the remaining 1 bytes'],
    ['an endless bool', field(9, field(2, [0x10, ...repeat(0x80, 11)])), 'a varint of at most 10 bytes'],
    ['an endless length', [0x4a, ...repeat(0xff, 9)], 'a length of at most 31 bits'],
    ['a damaged event', field(11, field(3, field(1, 'k'), [0x12])), 'the message is cut off'],
    ['a damaged link', field(13, [0x0a, 0x20]), 'length 32 is more than'],
    ['a damaged status', field(15, field(3, 'x')), 'Status: unexpected wire type 2'],
    ['field number 0', [0x02, 0x00], 'a field number of at least 1'],
    ['a group', [0x93, 0x3f, 0x94, 0x3f], 'unsupported wire type 3 of field 1010'],
    ['a name of wire type 7', [0x2f, 0x00], 'Span: unexpected wire type 7 (invalid) of field 5'],
    ['an unknown field of wire type 6', [0x96, 0x3f], 'unsupported wire type 6 of field 1010'],
  ])('%s', (_, odd, problem) => {
    const text = Uint8Array.from(field(1, field(2, innocent, make(odd), innocent)));
    const { fragments, spanCount, rejectedSpanCount, errorMessage } = regroup(text);
    const sent = Uint8Array.from(field(1, field(2, innocent, innocent)));
    expect(TracesData.decode(fragments[0]?.payload ?? sent)).toEqual(TracesData.decode(sent));
    expect({ spanCount, rejectedSpanCount }).toEqual({ spanCount: 2, rejectedSpanCount: 1 });
    expect(errorMessage).toMatch(/^1 span rejected: 1 that cannot be read \(.* at offset \d+\)$/);
    expect(errorMessage).toContain(problem);
  });

  it.each<[string, Bytes, number, string]>([
    ['a resource that is a number', [...varintField(1, 1), ...field(2, innocent, innocent)], 2, 'under a resource'],
    [
      'the same, behind the spans',
      [...field(2, innocent), ...field(2, innocent), ...varintField(1, 1)],
      2,
      'under a resource',
    ],
    ['a damaged resource', [...field(1, [0x0a, 9]), ...field(2, innocent)], 1, 'under a resource'],
    ['a damaged entity', [...field(1, field(3, varintField(3, 1))), ...field(2, innocent)], 1, 'EntityRef: unexpected'],
    ['a damaged scope', field(2, field(1, field(3, [0x12, 9])), innocent, innocent), 2, 'under a scope'],
    ['the same, behind its spans', field(2, innocent, innocent, field(1, [0x12, 9])), 2, 'under a scope'],
    ['both', [...field(2, innocent, field(1, [0x12, 9])), ...field(1, [0x12, 9])], 1, 'under a resource'],
    ['scopes that are a number', varintField(2, 1), 0, 'ResourceSpans: unexpected wire type 0 (varint) of field 2'],
  ])('%s costs its own spans', (_, odd, count, message) => {
    const good = field(1, field(2, make(field(5, 'other resource'))));
    const { fragments, rejectedSpanCount, errorMessage } = regroup(Uint8Array.from([...field(1, odd), ...good]));
    expect(fragments.map(({ payload }) => [...payload])).toEqual([good]);
    expect(rejectedSpanCount).toBe(count);
    expect(errorMessage).toContain(message);
  });
});
