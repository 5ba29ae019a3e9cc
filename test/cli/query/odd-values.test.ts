import { describe, expect, it } from 'vitest';
import { dataFolderWith, line, oneSpan } from './support/archive-folder.ts';
import { rowsOf } from './support/ask.ts';

/** What the view makes of one span's attributes. */
async function attributesOf(attributes: unknown): Promise<unknown> {
  const rows = await rowsOf(dataFolderWith([line(oneSpan({ attributes }))]), 'SELECT attributes FROM spans');
  return rows[0]?.['attributes'];
}

describe('attributes', () => {
  it.each([
    { what: 'text', value: { stringValue: 'a\n"b"' }, expected: 'a\n"b"' },
    { what: 'a boolean', value: { boolValue: false }, expected: 'false' },
    {
      what: 'an integer beyond 64 bits',
      value: { intValue: '99999999999999999999' },
      expected: '99999999999999999999',
    },
    { what: 'an integer that is a JSON number', value: { intValue: 7 }, expected: '7' },
    { what: 'a double', value: { doubleValue: 0.25 }, expected: '0.25' },
    { what: 'NaN', value: { doubleValue: 'NaN' }, expected: 'NaN' },
    { what: 'negative infinity', value: { doubleValue: '-Infinity' }, expected: '-Infinity' },
    { what: 'bytes', value: { bytesValue: 'AQID' }, expected: 'AQID' },
    { what: 'an empty value', value: {}, expected: null },
    { what: 'no value', value: undefined, expected: null },
    { what: 'a value of no known kind', value: { futureValue: 1 }, expected: null },
    {
      what: 'an array',
      value: { arrayValue: { values: [{ stringValue: 'a' }, { intValue: '1' }, { boolValue: true }, {}] } },
      expected: '["a","1","true",null]',
    },
    { what: 'an empty array', value: { arrayValue: { values: [] } }, expected: '[]' },
    { what: 'an empty array as protobuf writes it', value: { arrayValue: {} }, expected: '[]' },
    { what: 'an array that is null', value: { arrayValue: null }, expected: null },
    { what: 'an empty key-value list', value: { kvlistValue: { values: [] } }, expected: '{}' },
    { what: 'an empty key-value list as protobuf writes it', value: { kvlistValue: {} }, expected: '{}' },
    { what: 'empty bytes', value: { bytesValue: '' }, expected: '' },
    {
      what: 'a key-value list',
      value: { kvlistValue: { values: [{ key: 'k', value: { doubleValue: 1.5 } }] } },
      expected: '[{"key":"k","value":"1.5"}]',
    },
    {
      what: 'an array in an array',
      value: { arrayValue: { values: [{ arrayValue: { values: [{ intValue: '1' }] } }] } },
      expected: '[null]',
    },
  ])('show $what', async ({ value, expected }) => {
    expect(await attributesOf([{ key: 'k', value }])).toEqual({ k: expected });
  });

  it('keep the first value of a key that occurs twice', async () => {
    const twice = [
      { key: 'k', value: { stringValue: 'first' } },
      { key: 'other', value: { intValue: '1' } },
      { key: 'k', value: { stringValue: 'second' } },
    ];
    expect(await attributesOf(twice)).toEqual({ k: 'first', other: '1' });
  });

  it.each([{ attributes: undefined }, { attributes: [] }, { attributes: 7 }, { attributes: [{ value: {} }] }])(
    'are an empty map for $attributes',
    async ({ attributes }) => {
      expect(await attributesOf(attributes)).toEqual({});
    },
  );
});

describe('a span', () => {
  it.each([
    { span: { parentSpanId: '' }, column: 'parent_span_id', expected: null },
    { span: { parentSpanId: '0000000000000000' }, column: 'parent_span_id', expected: null },
    { span: { parentSpanId: '00000000000000AB' }, column: 'parent_span_id', expected: '00000000000000ab' },
    {
      span: { links: [{ traceId: '0'.repeat(32), spanId: '0'.repeat(16) }, { traceId: 'AB', spanId: '' }, {}] },
      column: 'links',
      expected: [
        { trace_id: null, span_id: null },
        { trace_id: 'ab', span_id: null },
        { trace_id: null, span_id: null },
      ],
    },
    { span: { links: [{ traceId: '0'.repeat(32) }, { traceId: 'AB' }] }, column: 'linked_trace_ids', expected: ['ab'] },
    { span: { kind: 'SPAN_KIND_SERVER' }, column: 'kind', expected: 'UNSPECIFIED' },
    { span: { kind: 9 }, column: 'kind', expected: 'UNSPECIFIED' },
    { span: { startTimeUnixNano: 'soon' }, column: 'start_time', expected: null },
    { span: { startTimeUnixNano: '18446744073709551615' }, column: 'start_ns', expected: null },
    { span: { startTimeUnixNano: 0, endTimeUnixNano: '0' }, column: 'start_time', expected: null },
    { span: { startTimeUnixNano: '1', endTimeUnixNano: '0' }, column: 'duration_ms', expected: null },
    { span: { startTimeUnixNano: '5000000', endTimeUnixNano: '3000000' }, column: 'duration_ms', expected: -2 },
    { span: { startTimeUnixNano: '9223372036854775807' }, column: 'start_time', expected: '2262-04-11T23:47:16.854Z' },
    {
      span: { startTimeUnixNano: '-9223372036854775808', endTimeUnixNano: '9223372036854775807' },
      column: 'duration_ms',
      expected: null,
    },
    { span: { status: {} }, column: 'status', expected: 'UNSET' },
    { span: { status: { code: 1 } }, column: 'status', expected: 'OK' },
    { span: { status: { code: 9 } }, column: 'status', expected: 'UNSET' },
    { span: { status: { code: 9 } }, column: 'status_code', expected: 9 },
    { span: { status: 'bad' }, column: 'status_code', expected: 0 },
    {
      span: { attributes: [{ key: 'http.response.status_code', value: { stringValue: 'teapot' } }] },
      column: 'http_status',
      expected: null,
    },
    {
      span: { events: [{ timeUnixNano: '0' }] },
      column: 'events',
      expected: [{ time_ns: null, name: null, attributes: {} }],
    },
    {
      span: { events: [{ timeUnixNano: 'x' }] },
      column: 'events',
      expected: [{ time_ns: null, name: null, attributes: {} }],
    },
    { span: { links: null }, column: 'links', expected: [] },
  ])('with $span has $column $expected', async ({ span, column, expected }) => {
    const rows = await rowsOf(dataFolderWith([line(oneSpan(span))]), `SELECT ${column} FROM spans`);
    expect(rows).toEqual([{ [column]: expected }]);
  });
});

it.each([
  { service: { stringValue: '' }, expected: null },
  { service: {}, expected: null },
  { service: { intValue: '7' }, expected: '7' },
])('a service.name of $service is the service $expected', async ({ service, expected }) => {
  const lines = [line(oneSpan({}, [{ key: 'service.name', value: service }]))];
  expect(await rowsOf(dataFolderWith(lines), 'SELECT service FROM spans')).toEqual([{ service: expected }]);
});

describe('a line', () => {
  it.each([
    { columns: { duration_ms: 'NaN' }, column: 'duration_ms', expected: 'NaN' },
    { columns: { duration_ms: {} }, column: 'duration_ms', expected: null },
    { columns: { sample_weight: null }, column: 'sample_weight', expected: null },
    { columns: { start_time: 'yesterday' }, column: 'start_time', expected: null },
    { columns: { services: 'gateway' }, column: 'services', expected: null },
    { columns: { span_count: 99999999999 }, column: 'span_count', expected: null },
    { columns: { root_service: undefined }, column: 'root_service', expected: null },
    { columns: { root_service: '' }, column: 'root_service', expected: null },
    { columns: { root_name: '' }, column: 'root_name', expected: null },
  ])('with $columns has $column $expected', async ({ columns, column, expected }) => {
    const rows = await rowsOf(dataFolderWith([line([], columns)]), `SELECT ${column} FROM traces`);
    expect(rows).toEqual([{ [column]: expected }]);
  });

  it.each([
    { resourceSpans: 5 },
    { resourceSpans: null },
    { resourceSpans: [] },
    { resourceSpans: [{}] },
    { resourceSpans: [{ scopeSpans: [{}] }] },
  ])('with resourceSpans $resourceSpans has no spans', async ({ resourceSpans }) => {
    expect(await rowsOf(dataFolderWith([line(resourceSpans)]), 'SELECT name FROM spans')).toEqual([]);
  });

  it('without a trace ID is no trace', async () => {
    expect(await rowsOf(dataFolderWith([{ seq: 0 }]), 'SELECT * FROM traces')).toEqual([]);
  });
});
