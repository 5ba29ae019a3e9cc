// Requests that came from real senders, followed into the archive, its views, the queries and Parquet. What the Collector
// makes of them was asked of its own reader, pdata 1.71.0.
import { describe, expect, it } from 'vitest';
import { readTraceLine } from '../../../lib/archive/read-line.ts';
import { exportRequestOf } from '../../../lib/cli/replay/read-batches.ts';
import { protobufFromJson } from '../../../lib/otlp/json-decode/decode-request.ts';
import { compactDataFolder } from '../../archive/compaction/support/compact-folder.ts';
import { World } from '../../pipeline/world.ts';
import { dataFolderWith, line, oneSpan } from './support/archive-folder.ts';
import { ask, rowsOf } from './support/ask.ts';

const KEEP_ALL = 'policies: [{ name: keep-all, type: always_sample }]';
/** 2026-11-21 12:00:00. */
const NOON = 1_795_262_400n * 1_000_000_000n;
const at = (ms: number) => String(NOON + BigInt(ms) * 1_000_000n);
const FROM = ['--from', '2026-09-15T07', '--json'];

interface Around {
  readonly yaml?: string;
  readonly resource?: readonly object[];
  readonly scope?: object;
}

/** A pipeline that has decided a request with spans of one service. */
async function worldOf(
  spans: readonly object[],
  { yaml = KEEP_ALL, resource = [], scope = {} }: Around = {},
): Promise<World> {
  const world = new World({ yaml });
  world.clock.set(Number(NOON / 1_000_000n) + 5000);
  const attributes = [{ key: 'service.name', value: { stringValue: 'worker' } }, ...resource];
  const request = { resourceSpans: [{ resource: { attributes }, scopeSpans: [{ scope, spans }] }] };
  await world.ingest(protobufFromJson(Buffer.from(JSON.stringify(request))));
  await world.drain();
  return world;
}

/** The lines that it writes of them. */
async function linesOf(spans: readonly object[], around: Around = {}): Promise<readonly string[]> {
  return (await worldOf(spans, around)).archive.allLines();
}

/** The answers from lines, and again from Parquet. */
async function fromBoth(dataDir: string, ...statements: readonly string[]) {
  const read = () => Promise.all(statements.map((sql) => rowsOf(dataDir, sql)));
  const fromLines = await read();
  expect(await compactDataFolder(dataDir)).toMatchObject({ isComplete: true, refused: [] });
  expect(await read()).toEqual(fromLines);
  return fromLines;
}

describe('a parent ID of zeros', () => {
  const traceId = 'a1'.repeat(14);
  const CHILD = { traceId: `${traceId}a104`, spanId: 'b1b1b1b1b1b10002', name: 'child-early', kind: 2 };
  const ROOT = { traceId: `${traceId}a104`, spanId: 'b1b1b1b1b1b10001', name: 'real-root', kind: 1 };
  const spans = [
    { ...CHILD, parentSpanId: ROOT.spanId, startTimeUnixNano: at(-5), endTimeUnixNano: at(-4) },
    { ...ROOT, parentSpanId: '0000000000000000', startTimeUnixNano: at(0), endTimeUnixNano: at(1000) },
  ];
  const SUMMARY = 'SELECT root_service, root_name, duration_ms FROM traces';
  const PARENTS = 'SELECT name, parent_span_id FROM spans ORDER BY name';

  async function expectNoParent(dataDir: string) {
    const [, parents] = await fromBoth(dataDir, SUMMARY, PARENTS);
    expect(parents).toEqual([
      { name: 'child-early', parent_span_id: ROOT.spanId },
      { name: 'real-root', parent_span_id: null },
    ]);
    const slow = ['--name', 'slow-requests', '--min-duration-ms', '900', ...FROM];
    expect(JSON.parse((await ask(['--data', dataDir, ...slow])).out)).toMatchObject({ span_id: ROOT.spanId });
    const waterfall = ['--name', 'waterfall', '--trace-id', ROOT.traceId, ...FROM];
    const rows = (await ask(['--data', dataDir, ...waterfall])).out.trim().split('\n');
    expect(rows.map((row) => JSON.parse(row))).toMatchObject([
      { depth: 0, name: 'real-root', parent_span_id: null },
      { depth: 1, name: 'child-early' },
    ]);
  }

  it('is no parent in the summary, the views, the queries and the parts', async () => {
    const dataDir = dataFolderWith(await linesOf(spans));
    expect(await rowsOf(dataDir, SUMMARY)).toEqual([
      { root_service: 'worker', root_name: 'real-root', duration_ms: 1005 },
    ]);
    await expectNoParent(dataDir);
  });

  it('is not written into lines, so that a replay sends none', async () => {
    const [text = ''] = await linesOf(spans);
    expect(text.match(/"parentSpanId":"[^"]*"/g)).toEqual([`"parentSpanId":"${ROOT.spanId}"`]);
  });

  it('is no parent in the lines of earlier versions, which have it', async () => {
    const [text = ''] = await linesOf(spans);
    const earlier = text.replace('"name":"real-root"', '"parentSpanId":"0000000000000000","name":"real-root"');
    await expectNoParent(dataFolderWith([earlier]));
  });
});

describe('an empty list or map', () => {
  const empties = [
    { key: 'emptyList', value: { arrayValue: { values: [] } } },
    { key: 'emptyMap', value: { kvlistValue: {} } },
    { key: 'emptyBytes', value: { bytesValue: '' } },
    { key: 'emptyText', value: { stringValue: '' } },
    { key: 'nothing', value: {} },
    { key: 'no value' },
    {
      key: 'inList',
      value: { arrayValue: { values: [{ arrayValue: {} }, { kvlistValue: {} }, { stringValue: '' }, {}] } },
    },
    { key: 'inMap', value: { kvlistValue: { values: [{ key: 'k', value: { arrayValue: {} } }] } } },
  ];
  const texts = {
    emptyList: '[]',
    emptyMap: '{}',
    emptyBytes: '',
    emptyText: '',
    nothing: null,
    'no value': null,
    inList: '[null,null,"",null]',
    inMap: '[{"key":"k","value":null}]',
  };

  it('is a value on a span, a resource and an event, from lines and from Parquet', async () => {
    const span = {
      traceId: '07'.repeat(16),
      spanId: '07'.repeat(8),
      startTimeUnixNano: at(0),
      endTimeUnixNano: at(1),
      attributes: empties,
      events: [{ timeUnixNano: at(0), name: 'e', attributes: empties }],
    };
    const dataDir = dataFolderWith(await linesOf([span], { resource: empties }));
    const [rows] = await fromBoth(dataDir, 'SELECT attributes, resource_attributes, events FROM spans');
    expect(rows).toEqual([
      {
        attributes: texts,
        resource_attributes: { 'service.name': 'worker', ...texts },
        events: [{ time_ns: at(0), name: 'e', attributes: texts }],
      },
    ]);
  });

  it('is found by its text', async () => {
    const dataDir = dataFolderWith([line(oneSpan({ attributes: empties }))]);
    const find = (key: string, value: string) =>
      ask(['--data', dataDir, '--name', 'by-attribute', '--key', key, '--value', value, ...FROM]);
    expect(JSON.parse((await find('emptyList', '[]')).out)).toMatchObject({ value: '[]' });
    expect(JSON.parse((await find('emptyMap', '{}')).out)).toMatchObject({ value: '{}' });
    expect((await find('nothing', '')).out).toBe('');
  });
});

describe('a repeated key', () => {
  const twice = ['first', 'second'].map((stringValue) => ({ key: 'twice', value: { stringValue } }));
  const once = twice.slice(0, 1);
  const map = (values: readonly unknown[]) => [{ key: 'map', value: { kvlistValue: { values } } }];
  const span = (attributes: readonly unknown[], inside: readonly unknown[]) => ({
    traceId: '03'.repeat(16),
    spanId: '03'.repeat(8),
    startTimeUnixNano: at(0),
    endTimeUnixNano: at(1),
    attributes: [...attributes, ...map(inside)],
    events: [{ timeUnixNano: at(0), name: 'e', attributes }],
    links: [{ traceId: '04'.repeat(16), spanId: '04'.repeat(8), attributes }],
  });
  const request = { resource: twice, scope: { name: 's', attributes: twice } };

  /** As `pcommon.Map.Get` in the Collector's processor. */
  it('has its first value for policies', async () => {
    const values = (value: string) => `{ key: twice, values: [${value}] }`;
    const condition = (text: string) => `{ ${text} }`;
    const yaml = (value: string) => `
policies:
  - { name: text, type: string_attribute, string_attribute: ${values(value)} }
  - { name: span, type: ottl_condition, ottl_condition: ${condition(`span: ['attributes["twice"] == "${value}"']`)} }
  - { name: in-map, type: ottl_condition, ottl_condition: ${condition(`span: ['attributes["map"]["twice"] == "${value}"']`)} }
  - { name: resource, type: ottl_condition, ottl_condition: ${condition(`span: ['resource.attributes["twice"] == "${value}"']`)} }
  - { name: event, type: ottl_condition, ottl_condition: ${condition(`spanevent: ['attributes["twice"] == "${value}"']`)} }
`;
    expect(await linesOf([span(twice, twice)], { ...request, yaml: yaml('second') })).toEqual([]);
    const policies = yaml('first').trim().split('\n');
    for (const policy of policies.slice(1)) {
      const lines = await linesOf([span(twice, twice)], { ...request, yaml: `${policies[0]}\n${policy}` });
      expect(
        lines.map((text) => text.includes('"sampling_policy"')),
        policy,
      ).toEqual([true]);
    }
  });

  it('is in the buffer with both values, as it was sent', async () => {
    const { buffer } = await worldOf([span(twice, twice)], request);
    const { fragments } = await buffer.read('03'.repeat(16));
    const stored = fragments.map(({ payload }) => Buffer.from(payload).toString('latin1')).join('');
    expect(stored.match(/first/g)).toHaveLength(6);
    expect(stored.match(/second/g)).toHaveLength(6);
  });

  it('is written once into the line, with its first value, and so into what a replay sends', async () => {
    const lines = await linesOf([span(twice, twice)], request);
    expect(lines).toEqual(
      await linesOf([span(once, once)], { resource: once, scope: { name: 's', attributes: once } }),
    );
    const replayed = exportRequestOf(lines.flatMap((text) => readTraceLine(Buffer.from(text), () => true) ?? []));
    expect(replayed.toString().match(/"first"/g)).toHaveLength(6);
    expect(replayed.toString()).not.toContain('second');
  });

  it('has its first value in the views and in Parquet, also where a line has it twice, which a replay sends as it is', async () => {
    const resource = [{ key: 'service.name', value: { stringValue: 'worker' } }, ...twice];
    const foreign = JSON.stringify(line(oneSpan(span(twice, once), resource)));
    const dataDir = dataFolderWith([foreign]);
    const columns = "attributes['twice'] AS a, resource_attributes['twice'] AS r, events[1].attributes['twice'] AS e";
    const [rows] = await fromBoth(dataDir, `SELECT ${columns} FROM spans`);
    expect(rows).toEqual([{ a: 'first', r: 'first', e: 'first' }]);
    const replayed = exportRequestOf([readTraceLine(Buffer.from(foreign), () => true)].flatMap((one) => one ?? []));
    expect(replayed.toString().match(/"second"/g)).toHaveLength(4);
  });
});

describe('two spans with one ID', () => {
  const traceId = 'a1'.repeat(14);
  const shared = { traceId: `${traceId}a113`, spanId: 'b1b1b1b1b1b10001', name: 'GET /x' };
  const below = { traceId: shared.traceId, spanId: 'b1b1b1b1b1b10002', parentSpanId: shared.spanId, name: 'below' };
  const times = (from: number, to: number) => ({ startTimeUnixNano: at(from), endTimeUnixNano: at(to) });

  const waterfallOf = async (dataDir: string) => {
    const { out } = await ask(['--data', dataDir, '--name', 'waterfall', '--trace-id', shared.traceId, ...FROM]);
    const rows = out
      .trim()
      .split('\n')
      .map((row) => JSON.parse(row));
    return rows.map(({ depth, kind, name }) => ({ depth, kind, name }));
  };

  it('both stay, each in its place, what is below them below both', async () => {
    const spans = [
      { ...shared, kind: 3, ...times(0, 10) },
      { ...shared, kind: 2, ...times(1, 9) },
      { ...below, kind: 1, ...times(2, 3) },
    ];
    const dataDir = dataFolderWith(await linesOf(spans));
    const [rows] = await fromBoth(dataDir, 'SELECT span_id, kind FROM spans ORDER BY start_ns');
    expect(rows).toEqual([
      { span_id: shared.spanId, kind: 'CLIENT' },
      { span_id: shared.spanId, kind: 'SERVER' },
      { span_id: below.spanId, kind: 'INTERNAL' },
    ]);
    expect(await waterfallOf(dataDir)).toEqual([
      { depth: 0, kind: 'CLIENT', name: 'GET /x' },
      { depth: 0, kind: 'SERVER', name: 'GET /x' },
      { depth: 1, kind: 'INTERNAL', name: 'below' },
    ]);
  });

  // Of the parents of both, the smaller one was taken: the ID itself, and so a cycle.
  it('stay below the parent of the client, also where the server says that the client is its parent', async () => {
    const spans = [
      { ...below, spanId: 'f0f0f0f0f0f0f0f0', parentSpanId: '', name: 'caller', ...times(0, 20) },
      { ...shared, kind: 3, parentSpanId: 'f0f0f0f0f0f0f0f0', ...times(1, 10) },
      { ...shared, kind: 2, parentSpanId: shared.spanId, ...times(2, 9) },
      { ...below, ...times(3, 4) },
    ];
    expect((await waterfallOf(dataFolderWith(await linesOf(spans)))).map(({ depth }) => depth)).toEqual([0, 1, 1, 2]);
  });
});

it('a server that names the ID which it shares with its client as its parent is called by the client', async () => {
  const of = (service: string, span: Record<string, unknown>) => ({
    ...(oneSpan(span, [{ key: 'service.name', value: { stringValue: service } }]) as readonly object[])[0],
  });
  const id = '00f067aa0ba902b7';
  const lines = [line([of('shop', { kind: 3, spanId: id }), of('stock', { kind: 2, spanId: id, parentSpanId: id })])];
  const { out } = await ask(['--data', dataFolderWith(lines), '--name', 'dependencies', ...FROM]);
  expect(JSON.parse(out)).toMatchObject({ caller: 'shop', callee: 'stock', kept_spans: 1 });
});

describe('a span that is its own parent', () => {
  it('is where a waterfall and a critical path begin', async () => {
    const traceId = '05'.repeat(16);
    const spans = [
      {
        traceId,
        spanId: '05'.repeat(8),
        parentSpanId: '05'.repeat(8),
        name: 'own',
        startTimeUnixNano: at(0),
        endTimeUnixNano: at(9),
      },
      {
        traceId,
        spanId: '06'.repeat(8),
        parentSpanId: '05'.repeat(8),
        name: 'below',
        startTimeUnixNano: at(1),
        endTimeUnixNano: at(4),
      },
    ];
    const dataDir = dataFolderWith(await linesOf(spans));
    const query = async (name: string) => {
      const { out } = await ask(['--data', dataDir, '--name', name, '--trace-id', traceId, ...FROM]);
      return out
        .trim()
        .split('\n')
        .map((row) => JSON.parse(row));
    };
    expect(await query('waterfall')).toMatchObject([
      { depth: 0, name: 'own', duration_ms: 9, self_ms: 6 },
      { depth: 1, name: 'below', duration_ms: 3, self_ms: 3 },
    ]);
    expect(await query('critical-path')).toMatchObject([
      { depth: 0, name: 'own', path_ms: 6 },
      { depth: 1, name: 'below', path_ms: 3 },
    ]);
    // As it was sent.
    const parents = await rowsOf(dataDir, 'SELECT DISTINCT parent_span_id FROM spans');
    expect(parents).toEqual([{ parent_span_id: '05'.repeat(8) }]);
  });
});
