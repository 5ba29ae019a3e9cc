import { cpSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, inject, it } from 'vitest';
import { FilesystemArchiveFolders } from '../../lib/adapters/filesystem/filesystem-archive-folders.ts';
import { NODE_CODECS } from '../../lib/adapters/node-codecs.ts';
import { readQueryFiles } from '../../lib/adapters/query-files.ts';
import { archiveTables, compactedHoursView } from '../../lib/athena/archive-tables.ts';
import { type CompactedHours, NOTHING_COMPACTED } from '../../lib/athena/compacted-hours.ts';
import { findQuery } from '../../lib/cli/query/query-library.ts';
import { compactHour, listTenants } from '../../lib/compaction/compact-hour.ts';
import { NOON_MS, traceIdOf } from './dataset.ts';
import { writeDefinitions } from './file-metastore.ts';
import { RETENTION_DAYS } from './global-setup.ts';
import { type Row, statement, trino } from './support.ts';

const NOON = new Date(NOON_MS).toISOString();
const dt = NOON.slice(0, 10);
const at = (hour: number) => `${dt}T${String(hour).padStart(2, '0')}`;

/** The shop at noon, the odd traces an hour before. */
const DATABASE = 'compacted';
const TENANTS = 'compacted_tenants';
const ALL: CompactedHours = { from: at(10), to: at(13), left: [], closing: undefined };
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
  const objects = new FilesystemArchiveFolders(folderOf(database));
  const deps = { objects, codecs: NODE_CODECS };
  for (const hour of [at(11), at(12)]) {
    const { isComplete, parts } = await compactHour(hour, await listTenants(deps, tenants), deps, () => true);
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
    define(database, scope !== '');
    await compact(database, scope !== '');
  }
});

const bytesIn = (kind: 'traces' | 'spans', hour: number) => {
  const folder = folderOf(DATABASE, kind, `dt=${dt}`, `hour=${hour}`);
  return readdirSync(folder).reduce((sum, name) => sum + statSync(join(folder, name)).size, 0);
};

// The line of 4 MiB would be most of what is compared.
const LARGE = "span_id <> 'cd0000000000000c'";
const SPANS = `SELECT * FROM spans WHERE dt = '${dt}' AND ${LARGE} ORDER BY hour, trace_id, seq, span_id, name`;
const TRACES = `SELECT * FROM traces WHERE dt = '${dt}' ORDER BY hour, trace_id`;

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
    const sorted = (rows: readonly Row[]) => rows.map((row) => JSON.stringify(row)).sort();
    publish(NOTHING_COMPACTED);
    const fromJson = sorted(await trino(DATABASE).rows(sql));
    publish(ALL);
    expect(sorted(await trino(DATABASE).rows(sql))).toEqual(fromJson);
  });
});

describe('what is read', () => {
  const count = (hour: number) =>
    `SELECT count(name), max(status_message) FROM spans WHERE dt = '${dt}' AND hour = ${hour}`;

  it('of a compacted hour is its Parquet, and not all of it', async () => {
    publish(ALL);
    const { physicalInputBytes } = await trino(DATABASE).query(count(12));
    expect(physicalInputBytes).toBeGreaterThan(0);
    expect(physicalInputBytes).toBeLessThan(bytesIn('spans', 12));
    expect(physicalInputBytes).toBeLessThan(bytesIn('traces', 12));
  });

  it('of another hour is its JSON', async () => {
    publish({ ...ALL, from: at(12) });
    const { physicalInputBytes } = await trino(DATABASE).query(count(11));
    expect(physicalInputBytes).toBeGreaterThanOrEqual(bytesIn('traces', 11));
    expect(physicalInputBytes).toBeLessThan(bytesIn('traces', 11) + bytesIn('spans', 11));
  });

  it('is nothing for an hour that a condition leaves out, nor for a trace that is not there', async () => {
    publish(ALL);
    const none = await trino(DATABASE).query(`SELECT count(name) FROM spans WHERE dt = '${dt}' AND hour = 10`);
    expect(none).toMatchObject({ rows: [[0]], physicalInputBytes: 0 });
    const attributes = (id: string) =>
      trino(DATABASE).query(`SELECT attributes FROM spans WHERE dt = '${dt}' AND hour = 12 AND trace_id = '${id}'`);
    const [{ trace_id: kept } = {}] = await trino(DATABASE).rows(`SELECT trace_id FROM traces WHERE hour = 12 LIMIT 1`);
    const found = await attributes(String(kept));
    // Between the least and the greatest one, so that the filter tells, and not the statistics.
    const missing = await attributes(`${String(kept).slice(0, 31)}${String(kept).endsWith('0') ? '1' : '0'}`);
    expect(found.rows.length).toBeGreaterThan(0);
    expect(missing.rows).toEqual([]);
    expect(missing.physicalInputBytes).toBeLessThan(found.physicalInputBytes);
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
