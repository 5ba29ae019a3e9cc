import { describe, expect, it } from 'vitest';
import { MalformedOtlpError } from '../../lib/otlp/errors.ts';
import { regroup } from '../../lib/otlp/regroup/regroup.ts';
import { opentelemetry } from '../../proto/generated/otlp.js';
import { type Bytes, field, repeat, varintField } from '../support/wire-bytes.ts';

const { TracesData } = opentelemetry.proto.trace.v1;

const TRACE_A = repeat(0xaa, 16);
const TRACE_B = repeat(0xbb, 16);
const ROOT = span(TRACE_A, field(5, 'root'));
const CHILD = span(TRACE_A, field(4, repeat(1, 8)), field(5, 'child'));
const OTHER = span(TRACE_B, field(4, repeat(2, 8)));

describe('regroup', () => {
  it('makes nothing of an empty request', () => {
    const expected = {
      fragments: [],
      spanCount: 0,
      rejectedSpanCount: 0,
      errorMessage: undefined,
      memory: new Uint8Array(0),
    };
    expect(regroup(new Uint8Array(0))).toEqual(expected);
    const noSpans = { ...expected, errorMessage: 'no spans found: the request has none' };
    expect(regroup(bytesOf(field(1, field(1), field(2, field(1)))))).toEqual(noSpans);
  });

  it('copies each resource and scope with all of its fields, wherever they are, to each of its traces', () => {
    const resource = field(1, field(1, field(1, 'k')));
    const moreResource = field(1, varintField(2, 5));
    const scope = field(1, field(1, 'scope'));
    const schemaUrl = field(3, 'https://a');
    const unknown = field(1000, 'x');
    const request = [
      ...field(1, resource, field(2, scope, ROOT, unknown, OTHER, schemaUrl, CHILD), schemaUrl, moreResource),
      ...varintField(77, 1),
      ...field(1, field(2, OTHER)),
      ...field(1, resource),
    ];
    expect(regroup(bytesOf(request)).fragments).toEqual([
      {
        traceId: 'aa'.repeat(16),
        payload: bytesOf(field(1, resource, field(2, scope, ROOT, CHILD, unknown, schemaUrl), schemaUrl, moreResource)),
        spanCount: 2,
        hasRoot: true,
      },
      {
        traceId: 'bb'.repeat(16),
        payload: bytesOf([
          ...field(1, resource, field(2, scope, OTHER, unknown, schemaUrl), schemaUrl, moreResource),
          ...field(1, field(2, OTHER)),
        ]),
        spanCount: 2,
        hasRoot: false,
      },
    ]);
  });

  it('takes a parent span ID of eight zeros for none', () => {
    const [fragment] = regroup(request(span(TRACE_A, field(4, repeat(0, 8))))).fragments;
    expect(fragment?.hasRoot).toBe(true);
  });

  it('takes the last of several IDs, as protobuf does', () => {
    const twice = field(2, field(1, TRACE_B), field(2, repeat(9, 3)), field(1, TRACE_A), field(2, repeat(9, 8)));
    expect(regroup(request(twice)).fragments[0]?.traceId).toBe('aa'.repeat(16));
    expect(regroup(request(field(2, field(1, TRACE_A), field(2, repeat(9, 8)), field(1)))).rejectedSpanCount).toBe(1);
  });

  it('accepts text that is no UTF-8', () => {
    expect(regroup(request(span(TRACE_A, field(5, [0xff])))).spanCount).toBe(1);
  });

  it('rejects spans that no OTLP reader could use, and says how many and why', () => {
    const rejected = [
      field(2, field(2, repeat(9, 8))),
      field(2, field(1, repeat(0, 16)), field(2, repeat(9, 8))),
      field(2, field(1, repeat(9, 15)), field(2, repeat(9, 8))),
      field(2, field(1, TRACE_A)),
      span(TRACE_A, field(4, repeat(9, 7))),
      span(TRACE_A, field(13, field(1, repeat(9, 8)))),
    ];
    const result = regroup(request(ROOT, ...rejected, span(TRACE_B, field(13, field(1), field(2, repeat(0, 8))))));
    expect(result.spanCount).toBe(2);
    expect(result.rejectedSpanCount).toBe(6);
    expect(result.errorMessage).toBe(
      '6 spans rejected: 3 with an invalid trace_id (allowed: 16 bytes, not all zero; in JSON 32 hex digits), ' +
        '1 with an invalid span_id (allowed: 8 bytes, not all zero; in JSON 16 hex digits), ' +
        '1 with an invalid parent_span_id (allowed: 8 bytes, in JSON 16 hex digits, or none for a root span), ' +
        '1 with an invalid ID in a link (allowed: 16 bytes for trace_id, 8 bytes for span_id, or none)',
    );
  });

  it.each<[string, Bytes, string]>([
    ['a resource that is a number', field(1, varintField(1, 1)), 'ResourceSpans: unexpected wire type 0'],
    ['a request field of the wrong type', varintField(1, 1), 'ExportTraceServiceRequest: unexpected wire type 0'],
    ['a damaged entity', field(1, field(1, field(3, varintField(3, 1)))), 'EntityRef: unexpected wire type 0'],
    ['a damaged scope', field(1, field(2, field(1, field(3, [0x12, 0x09])))), 'length 9 is more than'],
    ['a request that is cut off', [...field(1, field(2, ROOT))].slice(0, -1), 'is more than'],
    [
      'a span that is longer than its scope',
      field(1, field(2, ROOT, [0x12, 9, 1])),
      'length 9 is more than the remaining 1 bytes',
    ],
    ['field number 0 in a scope', field(1, field(2, [0x02, 0x00], ROOT)), 'a field number of at least 1'],
    [
      'a group in a resource',
      field(1, [0x93, 0x3f, 0x94, 0x3f], field(2, ROOT)),
      'unsupported wire type 3 of field 1010',
    ],
    ['JSON', [...new TextEncoder().encode('{"resourceSpans":[]}')], 'unsupported wire type 3 of field 15'],
  ])('refuses %s', (_what, bytes, message) => {
    expect(() => regroup(bytesOf(bytes))).toThrow(message);
    expect(() => regroup(bytesOf(bytes))).toThrow(MalformedOtlpError);
  });

  it('names the byte at which it failed', () => {
    const good = field(1, field(2, ROOT));
    const bad = bytesOf([...good, 0x0a, 0x04, 0x12, 0x02, 0x12, 0x09]);
    expect(() => regroup(bad)).toThrow(expect.objectContaining({ offset: good.length + 5 }));
  });

  it.each([
    ['lists', (value: Bytes) => field(5, field(1, value))],
    ['key-value lists', (value: Bytes) => field(6, field(1, field(1, 'k'), field(2, value)))],
  ])('accepts %s as deep as protobufjs can read them', (_what, wrap) => {
    const nested = (depth: number): Bytes => (depth === 1 ? field(1, 'x') : wrap(nested(depth - 1)));
    const inEvent = (depth: number) =>
      request(span(TRACE_A, field(11, field(3, field(1, 'k'), field(2, nested(depth))))));
    const { fragments } = regroup(inEvent(32));
    expect(() => TracesData.decode(fragments[0]?.payload ?? new Uint8Array(1))).not.toThrow();
    expect(regroup(inEvent(33)).errorMessage).toContain('attribute values are nested deeper than 32 levels at offset');
  });

  it('refuses a request whose resource would be copied to too many traces', () => {
    const spans = Array.from({ length: 300 }, (_, i) => span([...repeat(1, 14), i & 0xff, i >> 8]));
    const resource = field(1, field(1, field(1, repeat(0x61, 500_000))));
    expect(() => regroup(bytesOf(field(1, resource, field(2, ...spans))))).toThrow(
      /^with a copy of their resource for each of 300 traces the spans are 150\d+ bytes/,
    );
  });

  it('stays right with more traces than its tables start with', () => {
    const spans = Array.from({ length: 3000 }, (_, i) => span([...repeat(1, 14), i & 0xff, i >> 8]));
    const { fragments, spanCount } = regroup(request(...spans, ...spans));
    expect(spanCount).toBe(6000);
    expect(fragments.map(({ spanCount: each }) => each)).toEqual(repeat(2, 3000));
    expect(fragments[299]?.traceId).toBe(`${'01'.repeat(14)}2b01`);
  });
});

function span(traceId: Bytes, ...fields: readonly Bytes[]): Bytes {
  return field(2, field(1, traceId), field(2, repeat(9, 8)), ...fields);
}

function request(...spans: readonly Bytes[]): Uint8Array {
  return bytesOf(field(1, field(2, ...spans)));
}

function bytesOf(bytes: Bytes): Uint8Array {
  return Uint8Array.from(bytes);
}
