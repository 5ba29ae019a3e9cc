import { createHash, randomBytes } from 'node:crypto';
import { cpSync, mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { beforeAll, describe, expect, inject, it } from 'vitest';
import { listTenants } from '../../lib/archive/archive-reader.ts';
import { compactHour } from '../../lib/archive/compaction/compact-hour.ts';
import { archiveTables, compactedHoursView } from '../../lib/archive/tables/archive-tables.ts';
import { type CompactedHours, NOTHING_COMPACTED } from '../../lib/archive/tables/compacted-hours.ts';
import { NODE_CODECS } from '../../lib/aws/codecs.ts';
import { FilesystemObjectStore } from '../../lib/aws/filesystem/object-store.ts';
import { readQueryFiles } from '../../lib/aws/filesystem/query-files.ts';
import { findQuery } from '../../lib/cli/query/library.ts';
import { earlierPart } from '../archive/compaction/support/earlier-part.ts';
import { line, oneSpan } from '../cli/query/support/archive-folder.ts';
import { expectSameRows } from './check-query.ts';
import { NOON_MS, traceIdOf } from './dataset.ts';
import { writeDefinitions } from './file-metastore.ts';
import { RETENTION_DAYS } from './global-setup.ts';
import { statement, trino } from './support.ts';

const NOON = new Date(NOON_MS).toISOString();
const dt = NOON.slice(0, 10);
const at = (hour: number) => `${dt}T${String(hour).padStart(2, '0')}`;

/** The shop at noon, the odd traces an hour before. */
const DATABASE = 'compacted';
const TENANTS = 'compacted_tenants';
const EARLIER = 'compacted_earlier';
const ALL: CompactedHours = { from: at(9), to: at(13), left: [], closing: undefined };
const STATES: readonly [string, CompactedHours][] = [
  ['all hours', ALL],
  ['one hour', { ...ALL, to: at(12) }],
  ['all hours but one', { ...ALL, left: [at(11)] }],
  ['the first hours', { ...ALL, from: at(12) }],
];

const metastore = () => join(inject('filesDir'), 'metastore');
const folderOf = (database: string, ...more: string[]) => join(inject('filesDir'), database, 'archive', ...more);

function define(database: string, tenants: boolean): void {
  const tables = archiveTables({
    databaseName: database,
    location: `local:///${database}/archive/traces`,
    partsLocation: `local:///${database}/archive/spans`,
    tenants,
    retentionDays: RETENTION_DAYS,
  });
  writeDefinitions(metastore(), database, tables);
}

function publish(hours: CompactedHours, database = DATABASE): void {
  writeDefinitions(metastore(), database, [compactedHoursView({ databaseName: database }, hours)]);
}

async function compact(database: string, tenants: boolean): Promise<void> {
  const store = new FilesystemObjectStore(folderOf(database));
  const deps = { store, codecs: NODE_CODECS };
  const names = tenants ? await listTenants(store) : [undefined];
  for (const hour of tenants ? [at(11), at(12)] : [at(9), at(11), at(12)]) {
    const { isComplete, parts } = await compactHour(hour, names, deps, () => true);
    expect({ isComplete, hasParts: parts > 0 }).toEqual({ isComplete: true, hasParts: true });
  }
}

const hourFolder = (archive: string) => join(inject('filesDir'), archive, 'archive', 'traces', `dt=${dt}`, 'hour=12');

beforeAll(async () => {
  for (const [database, scope] of [
    [DATABASE, ''],
    [TENANTS, 'tenant=a'],
  ] as const) {
    cpSync(hourFolder('shop'), folderOf(database, 'traces', scope, `dt=${dt}`, 'hour=12'), { recursive: true });
    cpSync(hourFolder('odd'), folderOf(database, 'traces', scope, `dt=${dt}`, 'hour=11'), { recursive: true });
    writeSpellings(scope);
    if (scope === '') writeLargeHour();
    define(database, scope !== '');
    await compact(database, scope !== '');
  }
});

/** What DuckDB spells in another way, so that Trino alone is the judge; an hour before noon. */
function writeSpellings(scope: string): void {
  const values = [
    ...[1e21, 1e-7, 5e-324, -1.5e300, 123_456_789.125].map((doubleValue) => ({ doubleValue })),
    {
      arrayValue: {
        values: [{ stringValue: 'a\u001f\u2028é😀"\\' }, { doubleValue: 1e-7 }, { bytesValue: 'AQID' }, {}],
      },
    },
    { arrayValue: {} },
    { kvlistValue: {} },
    { kvlistValue: { values: [{ key: '😀', value: { stringValue: '\u0001😀' } }, { value: { boolValue: true } }] } },
    ...[' 200', '+200', '200.0', '2e2', '1_000', '-7', '0200', '99999999999'].map((stringValue) => ({ stringValue })),
  ];
  const lines = values.map((value, n) => {
    const attributes = [
      { key: 'http.response.status_code', value },
      { key: 'negative zero', value: { doubleValue: 0 } },
    ];
    const spanId = `ee${n.toString(16).padStart(14, '0')}`;
    const text = JSON.stringify(line(oneSpan({ spanId, name: `spelling ${n}`, attributes }), { seq: 1 }));
    return `${text.replace('{"doubleValue":0}', '{"doubleValue":-0.0}')}\n`;
  });
  const folder = folderOf(scope === '' ? DATABASE : TENANTS, 'traces', scope, `dt=${dt}`, 'hour=11');
  writeFileSync(join(folder, 'traces_20260101T000000000Z-00000000000000bb.jsonl.gz'), gzipSync(lines.join('')));
}

const LARGE_SPANS = 40_000;
const largeTrace = (n: number) => createHash('md5').update(String(n)).digest('hex');

/** Of more than a Trino reads in one go: 3 MB. At 9 o'clock, of two services, a trace for each span. */
function writeLargeHour(): void {
  const lines = Array.from({ length: LARGE_SPANS }, (_, n) => {
    const traceId = largeTrace(n);
    const start = String((BigInt(NOON_MS) - 10_800_000n) * 1_000_000n + BigInt(n) * 50_000_000n);
    const attributes = [{ key: 'noise', value: { stringValue: randomBytes(90).toString('base64') } }];
    const service = [{ key: 'service.name', value: { stringValue: n % 2 === 0 ? 'cart' : 'payment' } }];
    const span = { traceId, spanId: traceId.slice(16), name: 'large', startTimeUnixNano: start, attributes };
    return `${JSON.stringify(line(oneSpan(span, service), { trace_id: traceId }))}\n`;
  });
  const folder = folderOf(DATABASE, 'traces', `dt=${dt}`, 'hour=09');
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'traces_20260101T000000000Z-00000000000000aa.jsonl.gz'), gzipSync(lines.join('')));
}

const bytesIn = (kind: 'traces' | 'spans', hour: number) => {
  const folder = folderOf(DATABASE, kind, `dt=${dt}`, `hour=${String(hour).padStart(2, '0')}`);
  return readdirSync(folder).reduce((sum, name) => sum + statSync(join(folder, name)).size, 0);
};

// The line of 4 MiB would be most of what is compared.
const LARGE = "span_id <> 'cd0000000000000c'";
const SPANS = `SELECT * FROM spans WHERE dt = '${dt}' AND hour > 9 AND ${LARGE} ORDER BY hour, trace_id, seq, span_id, name, service, kind, start_ns`;
const TRACES = `SELECT * FROM traces WHERE dt = '${dt}' AND hour > 9 ORDER BY hour, trace_id`;

describe.each(STATES)('when %s are read from Parquet', (_, state) => {
  it('spans and traces are the same rows', async () => {
    publish(NOTHING_COMPACTED);
    const spans = await trino(DATABASE).rows(SPANS);
    const traces = await trino(DATABASE).rows(TRACES);
    expect(spans.length).toBeGreaterThan(100);
    publish(state);
    expect(await trino(DATABASE).rows(SPANS)).toEqual(spans);
    expect(await trino(DATABASE).rows(TRACES)).toEqual(traces);
    const large = `SELECT length(element_at(attributes, 'large')) AS n FROM spans WHERE dt = '${dt}' AND hour = 11 AND NOT (${LARGE})`;
    expect(await trino(DATABASE).rows(large)).toEqual([{ n: 3_900_000 }]);
  });
});

describe('named queries answer the same from JSON and from Parquet', () => {
  const VALUES: Readonly<Record<string, string>> = { trace_id: traceIdOf(24), key: 'version', value: 'v2' };

  it.each(readQueryFiles())('$name', async ({ name }) => {
    const { parameters } = findQuery(name);
    const needed = parameters
      .filter(({ defaultValue }) => defaultValue === undefined)
      .map((parameter) => parameter.name);
    const values = Object.fromEntries(needed.map((parameter) => [parameter, VALUES[parameter] ?? '1']));
    const sql = statement(name, values);
    publish(NOTHING_COMPACTED);
    const fromJson = await trino(DATABASE).rows(sql);
    publish(ALL);
    expectSameRows(await trino(DATABASE).rows(sql), fromJson);
  });
});

describe('what is read', () => {
  const read = async (what: string, where: string) =>
    trino(DATABASE).query(`SELECT ${what} FROM spans WHERE dt = '${dt}' AND ${where}`);

  it('of a compacted hour is its Parquet: the columns that are asked for', async () => {
    publish(ALL);
    const some = await read('count(name), max(duration_ms)', 'hour = 9');
    const all = await read('count(name), max(cardinality(attributes))', 'hour = 9');
    expect(some.rows[0]?.[0]).toBe(LARGE_SPANS);
    expect(some.physicalInputBytes).toBeLessThan(bytesIn('spans', 9) / 8);
    expect(all.physicalInputBytes).toBeGreaterThan(bytesIn('spans', 9) / 2);
    expect(all.physicalInputBytes).toBeLessThanOrEqual(bytesIn('spans', 9));
  });

  it('of another hour is its JSON', async () => {
    publish({ ...ALL, left: [at(9)] });
    const { rows, physicalInputBytes } = await read('count(name)', 'hour = 9');
    expect(rows).toEqual([[LARGE_SPANS]]);
    expect(physicalInputBytes).toBeGreaterThanOrEqual(bytesIn('traces', 9));
    expect(physicalInputBytes).toBeLessThan(bytesIn('traces', 9) + bytesIn('spans', 9));
  });

  it('is nothing of an hour that a condition leaves out', async () => {
    publish(ALL);
    expect(await read('count(name)', 'hour = 10')).toMatchObject({ rows: [[0]], physicalInputBytes: 0 });
  });

  it('of the traces is not the spans', async () => {
    publish(ALL);
    const traces = `SELECT count(trace_id), max(root_name) FROM traces WHERE dt = '${dt}' AND hour = 9`;
    const { rows, physicalInputBytes } = await trino(DATABASE).query(traces);
    expect(rows[0]?.[0]).toBe(LARGE_SPANS);
    // Its IDs are about 20 bytes each.
    expect(physicalInputBytes).toBeLessThan(LARGE_SPANS * 32);
  });

  it('is less where a service and a time, or the filter of trace IDs, leave row groups out', async () => {
    publish(ALL);
    const noise = "max(element_at(attributes, 'noise')), count(*)";
    const all = await read(noise, 'hour = 9');
    const early = new Date(NOON_MS - 10_790_000).toISOString().replace('T', ' ').replace('Z', '');
    const some = await read(noise, `hour = 9 AND service = 'payment' AND start_time < TIMESTAMP '${early}'`);
    expect(some.rows[0]?.[1]).toBe(100);
    expect(some.physicalInputBytes).toBeLessThan(all.physicalInputBytes / 2);
    const one = await read(noise, `hour = 9 AND trace_id = '${largeTrace(77)}'`);
    expect(one.rows[0]?.[1]).toBe(1);
    expect(one.physicalInputBytes).toBeLessThan(all.physicalInputBytes / 2);
    // Between others, so that no statistics tell: only the filter does.
    const none = await read(noise, `hour = 9 AND trace_id = '${largeTrace(-1)}'`);
    expect(none.rows[0]?.[1]).toBe(0);
    expect(none.physicalInputBytes).toBeLessThan(all.physicalInputBytes / 10);
  });
});

describe('late objects of hours that are being closed', () => {
  const count = () => trino(DATABASE).rows(`SELECT count(*) AS n FROM spans WHERE dt = '${dt}' AND hour = 12`);
  /** The shop is decided at NOON + 70 s, and its late spans after that. */
  const closing = (untilMs: number) => ({ before: at(13), atMs: NOON_MS + 100_000, untilMs });

  it('wait, until nothing came of it', async () => {
    publish(NOTHING_COMPACTED);
    const [all] = await count();
    publish({ ...NOTHING_COMPACTED, from: at(12), to: at(12), closing: closing(Date.now() + 3_600_000) });
    const [early] = await count();
    publish({ ...NOTHING_COMPACTED, from: at(12), to: at(12), closing: closing(Date.now() - 1000) });
    const [again] = await count();
    expect(again).toEqual(all);
    expect(Number(early?.['n'])).toBeGreaterThan(0);
    expect(Number(early?.['n'])).toBeLessThan(Number(all?.['n']));
  });
});

describe('the definitions', () => {
  const tables = archiveTables({
    databaseName: DATABASE,
    location: 's3://b/',
    partsLocation: 's3://p/',
    tenants: false,
    retentionDays: 30,
  });

  it.each(tables.map((table) => [table.name, table] as const))(
    '%s yields the columns that are deployed',
    async (_, table) => {
      publish(ALL);
      const columns = [...table.columns, ...table.partitionKeys];
      const { rows } = await trino(DATABASE).query(`DESCRIBE ${table.name}`);
      expect(rows.map((row) => row[0])).toEqual(columns.map(({ name }) => name));
      if (table.tableType !== 'VIRTUAL_VIEW') return;
      const { columns: yielded } = await trino(DATABASE).query(`SELECT * FROM (${table.view.originalSql}) LIMIT 0`);
      const normal = (type: string) => type.replaceAll(/["\s]/g, '');
      expect(yielded.map(({ name, type }) => [name, normal(type)])).toEqual(
        table.view.columns.map(({ name, type }) => [name, normal(type)]),
      );
    },
  );
});

it('IDs of zeros in the parts of earlier versions are none', async () => {
  const folder = folderOf(EARLIER, 'spans', `dt=${dt}`, 'hour=12');
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'part-0.parquet'), await earlierPart());
  define(EARLIER, false);
  publish(ALL, EARLIER);
  const sql = `SELECT name, parent_span_id, links, linked_trace_ids FROM spans WHERE dt = '${dt}' AND hour = 12`;
  const links = [
    [null, null],
    ['ab', 'cd'],
  ];
  expect(await trino(EARLIER).rows(sql)).toEqual([
    { name: 'earlier', parent_span_id: null, links, linked_trace_ids: ['ab'] },
  ]);
});

describe('with tenants', () => {
  const spans = (tenant: string) => trino(TENANTS).rows(`${SPANS.replace('WHERE', `WHERE tenant = '${tenant}' AND`)}`);

  it('each has its own, from JSON and from Parquet', async () => {
    publish(NOTHING_COMPACTED, TENANTS);
    const fromJson = await spans('a');
    publish(ALL, TENANTS);
    expect(fromJson.length).toBeGreaterThan(100);
    expect(await spans('a')).toEqual(fromJson);
    expect(await spans('b')).toEqual([]);
    await expect(trino(TENANTS).rows(SPANS)).rejects.toThrow(/tenant/);
  });
});
