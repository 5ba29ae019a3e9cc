import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  dataFolderWith,
  line,
  newDataFolder,
  oneSpan,
  PARTITION,
  writeFile,
  writeObject,
} from '../../cli/query/support/archive-folder.ts';
import { rowsOf } from '../../cli/query/support/ask.ts';
import { writeArchive } from '../../trino/dataset.ts';
import { ODD } from '../../trino/odd.ts';
import { LATE, SHOP } from '../../trino/shop.ts';
import { compactDataFolder } from './support/compact-folder.ts';

const TRACES = 'SELECT * FROM traces ORDER BY ALL';
const SPANS = 'SELECT * FROM spans ORDER BY trace_id, span_id, seq, name';

/** What the views have before and after the archive is compacted. Attributes are maps, whose order says nothing. */
async function beforeAndAfter(dataDir: string, spans = SPANS) {
  const before = [await rowsOf(dataDir, TRACES), await rowsOf(dataDir, spans)];
  const result = await compactDataFolder(dataDir);
  const after = [await rowsOf(dataDir, TRACES), await rowsOf(dataDir, spans)];
  return { before, after, result };
}

/** An archive of one line for each of these spans. */
function dataFolderOf(spans: readonly object[]): string {
  return dataFolderWith(spans.map((span, i) => line(oneSpan({ spanId: i.toString(16).padStart(16, '0'), ...span }))));
}

describe('the views have the same rows when an archive is compacted', () => {
  it('that the pipeline has written', async () => {
    const dataDir = newDataFolder();
    await writeArchive(dataDir, SHOP, LATE);
    const { before, after, result } = await beforeAndAfter(dataDir);
    expect(before[1]?.length).toBeGreaterThan(100);
    expect(result).toMatchObject({ isComplete: true, refused: [], spans: before[1]?.length });
    expect(after).toEqual(before);
  });

  it('of odd values, but for what DuckDB spells in its own way', async () => {
    const dataDir = newDataFolder();
    await writeArchive(dataDir, ODD, []);
    const { before, after, result } = await beforeAndAfter(
      dataDir,
      'SELECT * REPLACE (md5(CAST(attributes AS VARCHAR)) AS attributes) FROM spans ORDER BY trace_id, span_id, seq',
    );
    expect(result).toMatchObject({ isComplete: true, refused: [] });
    expect(after).toEqual(before);
  });

  it('of attributes', async () => {
    const cases = [
      { value: { stringValue: 'a\n"b"\u0001\u2028😀' }, expected: 'a\n"b"\u0001\u2028😀' },
      { value: { boolValue: false }, expected: 'false' },
      { value: { intValue: '99999999999999999999' }, expected: '99999999999999999999' },
      { value: { intValue: 7 }, expected: '7' },
      { value: { doubleValue: 0.25 }, expected: '0.25' },
      { value: { doubleValue: 'NaN' }, expected: 'NaN' },
      { value: { bytesValue: 'AQID' }, expected: 'AQID' },
      { value: {}, expected: null },
      { value: undefined, expected: null },
      { value: { futureValue: 1 }, expected: null },
      {
        value: {
          arrayValue: {
            values: [{ stringValue: 'a\u001f\\u001f"/\u007f' }, { intValue: '1' }, { boolValue: true }, {}],
          },
        },
        expected: '["a\\u001F\\\\u001f\\"/\u007f","1","true",null]',
      },
      { value: { arrayValue: { values: [] } }, expected: '[]' },
      { value: { arrayValue: {} }, expected: '[]' },
      { value: { arrayValue: null }, expected: null },
      { value: { kvlistValue: { values: [] } }, expected: '{}' },
      { value: { kvlistValue: {} }, expected: '{}' },
      { value: { bytesValue: '' }, expected: '' },
      {
        value: { kvlistValue: { values: [{ key: 'k', value: { doubleValue: 1.5 } }, { value: { intValue: '1' } }] } },
        expected: '[{"key":"k","value":"1.5"},{"key":null,"value":"1"}]',
      },
      { value: { arrayValue: { values: [{ arrayValue: { values: [{ intValue: '1' }] } }] } }, expected: '[null]' },
    ];
    const dataDir = dataFolderOf(cases.map(({ value }) => ({ attributes: [{ key: 'k', value }] })));
    const { before, after, result } = await beforeAndAfter(dataDir);
    expect(result).toMatchObject({ isComplete: true, parts: 1, objects: 1, spans: cases.length });
    expect(after).toEqual(before);
    expect(after[1]?.map(({ attributes }) => attributes)).toEqual(cases.map(({ expected }) => ({ k: expected })));
  });

  it('of spans', async () => {
    const spans = [
      { parentSpanId: '' },
      { parentSpanId: '0000000000000000' },
      { parentSpanId: '00000000000000AB' },
      { startTimeUnixNano: '0', endTimeUnixNano: '0' },
      { status: { code: 9 } },
      { kind: -1 },
      { kind: 9 },
      { kind: 5, traceState: 'a=b', status: { message: 'no', code: 2 } },
      { startTimeUnixNano: '18446744073709551615' },
      { startTimeUnixNano: '0', endTimeUnixNano: '9223372036854775807' },
      { startTimeUnixNano: '1789456353123999999', endTimeUnixNano: '1789456353122000000' },
      { status: {} },
      {
        attributes: [
          { key: 'http.status_code', value: { intValue: '404' } },
          { key: 'db.system', value: { stringValue: 'x' } },
        ],
      },
      ...[' 200', '+200', '200.0', '2e2', '1_000', '99999999999', 'teapot'].map((stringValue) => ({
        attributes: [{ key: 'http.response.status_code', value: { stringValue } }],
      })),
      {
        attributes: [
          { value: { intValue: '1' } },
          { key: 'k', value: { intValue: '1' } },
          { key: 'k', value: { intValue: '2' } },
        ],
      },
      {
        events: [
          { timeUnixNano: '5', name: 'exception' },
          { name: 'e', attributes: [{ key: 'exception.type', value: { stringValue: 'T' } }] },
          { attributes: [{ key: 'exception.type', value: { stringValue: 'U' } }, { key: 'exception.message' }] },
        ],
      },
      { events: [{ timeUnixNano: '0' }] },
      { links: [{ traceId: 'AB', spanId: 'CD', traceState: 'x' }, {}] },
      {
        links: [
          { traceId: '0'.repeat(32), spanId: '0'.repeat(16) },
          { traceId: 'ab', spanId: '' },
        ],
      },
    ];
    const { before, after, result } = await beforeAndAfter(dataFolderOf(spans));
    expect(result).toMatchObject({ isComplete: true, spans: spans.length });
    expect(before[1]).toHaveLength(spans.length);
    expect(after).toEqual(before);
  });

  it('of lines', async () => {
    const lines = [
      { seq: 1 },
      { seq: undefined },
      { trace_id: undefined },
      { sample_weight: null, start_time: null, services: [], root_service: undefined },
      { root_service: '', root_name: '', duration_ms: null },
      { resourceSpans: [] },
      { resourceSpans: [{}, { scopeSpans: [{}] }] },
    ];
    const { before, after, result } = await beforeAndAfter(
      dataFolderWith(lines.map((columns) => line(oneSpan({ name: JSON.stringify(columns) }), columns))),
    );
    expect(result).toMatchObject({ isComplete: true, objects: 1, spans: 5 });
    expect(before.map((rows) => rows.length)).toEqual([4, 5]);
    expect(after).toEqual(before);
  });

  it('of services', async () => {
    const services = [{ stringValue: '' }, {}, { intValue: '7' }];
    const { before, after } = await beforeAndAfter(
      dataFolderWith(
        services.map((value, i) =>
          line(oneSpan({ spanId: i.toString(16).padStart(16, '0') }, [{ key: 'service.name', value }])),
        ),
      ),
    );
    expect(before[1]?.map(({ service }) => service)).toEqual([null, null, '7']);
    expect(after).toEqual(before);
  });

  it('of generated lines', { timeout: 60_000 }, async () => {
    const text = fc.string({ unit: 'grapheme', maxLength: 8 });
    const scalar = fc.oneof(
      fc.record({ stringValue: text }),
      fc.record({ boolValue: fc.boolean() }),
      fc.record({ intValue: fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map(String) }),
      fc.record({ doubleValue: fc.integer({ min: -1e6, max: 1e6 }).map((n) => n / 64 + 0.5) }),
      fc.constant({}),
    );
    // What needs two UTF-16 units has escapes in the lists of Trino, and none in those of DuckDB.
    const flat = fc.string({ unit: 'grapheme-ascii', maxLength: 8 }).map((stringValue) => ({ stringValue }));
    const value = fc.oneof(
      scalar,
      fc.record({ arrayValue: fc.record({ values: fc.array(flat, { maxLength: 3 }) }) }),
      fc.record({
        kvlistValue: fc.record({
          values: fc.array(fc.record({ key: fc.constant('k'), value: flat }), { maxLength: 3 }),
        }),
      }),
    );
    const attributes = fc.array(fc.record({ key: text, value }), { maxLength: 5 });
    const nanos = fc.bigInt({ min: 0n, max: 2n ** 63n - 1n }).map(String);
    const span = fc.record(
      {
        name: text,
        kind: fc.integer({ min: 0, max: 5 }),
        startTimeUnixNano: nanos,
        endTimeUnixNano: nanos,
        attributes,
        events: fc.array(fc.record({ timeUnixNano: nanos, name: text, attributes }), { maxLength: 2 }),
        status: fc.record({ code: fc.integer({ min: 0, max: 2 }) }),
      },
      { requiredKeys: [] },
    );
    const spans = fc.sample(fc.tuple(span, attributes), { numRuns: 300, seed: 5 });
    const dataDir = dataFolderWith(
      spans.map(([one, resource], i) => line(oneSpan({ ...one, spanId: i.toString(16).padStart(16, '0') }, resource))),
    );
    const { before, after } = await beforeAndAfter(dataDir);
    expect(before[1]).toHaveLength(300);
    expect(after).toEqual(before);
  });
});

describe('an object that is not as the archive writes it stays JSON', () => {
  const good = [line(oneSpan({ name: 'good' }))];
  const object = (n: number) => `${PARTITION}/traces_20260915T071300000Z-00000000000000a${n}.jsonl.gz`;

  it.each([
    ['a kind that is text', [line(oneSpan({ kind: 'SPAN_KIND_SERVER' }))], /line 1: kind: expected a number/],
    ['a number that loses digits', ['{"seq":0,"n":12345678901234567890}'], /line 1: is not JSON in the form/],
    ['a span ID that is not hex', [line(oneSpan({ spanId: 'xyz' }))], /line 1: spanId: expected hex digits, got "xyz"/],
    [
      'a time in another form',
      [line([], { start_time: '2026-09-15T07:12:33Z' })],
      /start_time: expected a time such as/,
    ],
  ])('%s', async (_, lines, reason) => {
    const dataDir = newDataFolder();
    writeObject(dataDir, object(1), good);
    writeObject(dataDir, object(2), lines);
    const { before, after, result } = await beforeAndAfter(dataDir);
    expect(result).toMatchObject({ isComplete: false, objects: 1 });
    expect(result.refused.map(({ object, reason }) => `${object.key}: ${reason}`)).toEqual([
      expect.stringMatching(reason),
    ]);
    expect(after).toEqual(before);
  });

  it('what engines cannot read, and another name', async () => {
    const dataDir = newDataFolder();
    writeObject(dataDir, object(1), good);
    writeFile(dataDir, object(2), 'text');
    writeObject(dataDir, object(3), ['{"seq":']);
    writeObject(dataDir, object(4), ['{"seq":0,"seq":1}']);
    writeObject(dataDir, object(5), [...good, '[1]']);
    writeFile(dataDir, object(6), gzipSync(Buffer.from([0x7b, 0xff, 0x7d])));
    writeObject(dataDir, `${PARTITION}/other.jsonl.gz`, good);
    writeObject(dataDir, `${PARTITION}/_hidden.jsonl.gz`, ['nothing']);
    const result = await compactDataFolder(dataDir);
    expect(result).toMatchObject({ isComplete: false, objects: 1, parts: 1 });
    expect(result.refused.map(({ reason }) => reason.slice(0, 24))).toEqual([
      'expected a name such as ',
      'is not gzip: incorrect h',
      'line 1: is not JSON: Une',
      'line 1: is not JSON in t',
      'line 2: line: expected a',
      'line 1: is not JSON: The',
    ]);
    // A further run finds them again, and nothing else to do.
    expect(await compactDataFolder(dataDir)).toMatchObject({ parts: 0, objects: 0, refused: { length: 6 } });
  });
});
