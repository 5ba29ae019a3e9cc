import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, inject, it } from 'vitest';
import { archiveTables } from '../../lib/archive/tables/archive-tables.ts';
import { renderQuery } from '../../lib/archive/tables/render-query.ts';
import { findQuery } from '../../lib/cli/query/library.ts';
import { NOON_MS, spanIdOf, traceIdOf } from './dataset.ts';
import { DATABASES, RETENTION_DAYS } from './global-setup.ts';
import { ODD_ATTRIBUTES } from './odd.ts';
import { alike, duckDbRows, type Row, trino } from './support.ts';

const dt = new Date(NOON_MS).toISOString().slice(0, 10);
const HERE = `dt = '${dt}' AND hour = 12`;

/** The archive makes no difference to them. */
const DIFFERENT = DATABASES.filter(({ archive }) => archive === 'shop' || archive === 'tenants');

describe.each(DIFFERENT)('the definitions in $name', ({ name, tenants }) => {
  const tables = archiveTables({ databaseName: name, location: 's3://b/', tenants, retentionDays: RETENTION_DAYS });

  it.each(tables.map((table) => [table.name, table] as const))(
    '%s has the columns that are deployed',
    async (_, table) => {
      const { rows } = await trino(name).query(`DESCRIBE ${table.name}`);
      const columns = [...table.columns, ...table.partitionKeys];
      expect(rows.map((row) => row[0])).toEqual(columns.map((column) => column.name));
      if (table.tableType === 'VIRTUAL_VIEW') {
        // What the SQL of the view yields, and not only what its document says.
        const { columns: yielded } = await trino(name).query(
          `SELECT * FROM (${table.view.originalSql}) WHERE ${tenants ? "tenant = 'a' AND " : ''}${HERE} LIMIT 0`,
        );
        const normal = (type: string) => type.replaceAll(/["\s]/g, '');
        expect(yielded.map((column) => [column.name, normal(column.type)])).toEqual(
          table.view.columns.map((column) => [column.name, normal(column.type)]),
        );
      }
    },
  );
});

describe.each(['shop', 'odd'])('the archive %s', (archive) => {
  const key = archive === 'shop' ? '' : 'odd_';
  const order = 'ORDER BY trace_id, seq, span_id, kind';

  it.each(['traces', 'spans'])('is the same in %s under both SerDes and on DuckDB', async (view) => {
    // The line of 4 MiB would be most of what is compared here.
    const large = archive === 'odd' && view === 'spans' ? ` AND span_id <> 'cd0000000000000c'` : '';
    const sql = `SELECT * FROM ${view} WHERE ${HERE}${large} ${view === 'spans' ? order : 'ORDER BY trace_id'}`;
    const hive = await trino(`${key}hive`).rows(sql);
    expect(hive.length).toBeGreaterThan(5);
    expect(await trino(`${key}openx`).rows(sql)).toEqual(hive);
    expect(await duckDbRows(archive, sql).then(alike)).toEqual(alike(view === 'spans' ? hive.map(namedFields) : hive));
  });

  it('is in traces_raw to the letter', async () => {
    const sql = `SELECT line FROM traces_raw WHERE ${HERE} ORDER BY line`;
    const lines = (rows: readonly Row[]) => rows.map(({ line }) => line).sort();
    expect(lines(await trino(`${key}hive`).rows(sql))).toEqual(lines(await duckDbRows(archive, sql)));
  });
});

/** Trino's client has rows in lists without the names of their fields. */
function namedFields(span: Row): Row {
  const events = (span['events'] as unknown[][]).map(([time_ns, name, attributes]) => ({ time_ns, name, attributes }));
  const links = (span['links'] as unknown[][]).map(([trace_id, span_id]) => ({ trace_id, span_id }));
  return { ...span, events, links };
}

describe.each(['odd_hive', 'odd_openx'])('odd values under %s', (database) => {
  it('are the text of attributes', async () => {
    const [span] = await trino(database).rows(
      `SELECT attributes, element_at(events, 1).attributes AS event FROM spans WHERE ${HERE} AND span_id = 'cd00000000000001'`,
    );
    const expected = {
      ...Object.fromEntries(ODD_ATTRIBUTES.map(({ key, expected }) => [key, expected])),
      twice: 'first',
    };
    expect(span).toEqual({ attributes: { odd: 'yes', ...expected }, event: expected });
  });

  it('are no IDs when they are all zero', async () => {
    const sql = `SELECT name, parent_span_id, links, linked_trace_ids, root_name FROM spans WHERE ${HERE} AND span_id = 'cd0000000000005b'`;
    const links = [
      [null, null],
      [traceIdOf(1), spanIdOf(1)],
    ];
    expect(await trino(database).rows(sql)).toEqual([
      { name: 'real root', parent_span_id: null, links, linked_trace_ids: [traceIdOf(1)], root_name: 'real root' },
    ]);
  });

  it('are whole in a line of almost 4 MiB', async () => {
    const sql = `SELECT length(element_at(attributes, 'large')) AS n FROM spans WHERE ${HERE} AND span_id = 'cd0000000000000c'`;
    expect(await trino(database).rows(sql)).toEqual([{ n: 3_900_000 }]);
  });

  it('leave times that a span does not have NULL, and a clock that ran backwards negative', async () => {
    const sql = `SELECT span_id, start_ns, end_ns, duration_ms FROM spans WHERE ${HERE} AND name LIKE 'no %' OR span_id = 'cd00000000000004' ORDER BY 1`;
    const base = BigInt(NOON_MS) * 1_000_000n;
    expect(alike(await trino(database).rows(sql))).toEqual([
      {
        span_id: 'cd00000000000004',
        start_ns: Number(base + 90_000_000n),
        end_ns: Number(base + 40_000_000n),
        duration_ms: -50,
      },
      { span_id: 'cd00000000000006', start_ns: null, end_ns: null, duration_ms: null },
      { span_id: 'cd00000000000007', start_ns: Number(base + 5_000_000n), end_ns: null, duration_ms: null },
      { span_id: 'cd00000000000067', start_ns: null, end_ns: null, duration_ms: null },
    ]);
  });
});

describe('partition projection', () => {
  it('reads the hour that is asked for and no other', async () => {
    const all = await trino('hive').query(`SELECT count(*) FROM traces WHERE dt = '${dt}'`);
    const other = await trino('hive').query(`SELECT count(*) FROM traces WHERE dt = '${dt}' AND hour <> 12`);
    expect(Number(all.rows[0]?.[0])).toBeGreaterThan(5);
    expect(other).toMatchObject({ rows: [[0]], physicalInputBytes: 0 });
  });

  it('prunes through the conditions that the query library writes', async () => {
    const files = await trino('hive').query(
      `EXPLAIN (TYPE IO, FORMAT JSON) SELECT trace_id FROM spans WHERE (dt BETWEEN '${dt}' AND '${dt}' AND (dt > '${dt}' OR hour >= 13) AND (dt < '${dt}' OR hour <= 14))`,
    );
    const plan = String(files.rows[0]?.[0]);
    expect(plan).toContain(dt);
    const empty = await trino('hive').query(
      `SELECT count(*) FROM spans WHERE (dt BETWEEN '${dt}' AND '${dt}' AND (dt > '${dt}' OR hour >= 13) AND (dt < '${dt}' OR hour <= 14))`,
    );
    expect(empty).toMatchObject({ rows: [[0]], physicalInputBytes: 0 });
  });
});

describe('tenants', () => {
  beforeAll(() => {
    const files = inject('filesDir');
    for (const [tenant, archive] of [
      ['a', 'shop'],
      ['b', 'odd'],
    ] as const) {
      const target = join(files, 'tenants', 'archive', 'traces', `tenant=${tenant}`);
      cpSync(join(files, archive, 'archive', 'traces'), target, { recursive: true });
    }
  });

  it('see their own traces', async () => {
    const count = (database: string, where: string) =>
      trino(database).rows(`SELECT count(*) AS n FROM traces WHERE ${HERE}${where}`);
    expect(await count('tenants', " AND tenant = 'a'")).toEqual(await count('hive', ''));
    expect(await count('tenants', " AND tenant = 'b'")).toEqual(await count('odd_hive', ''));
  });

  it.each(["a' OR tenant = 'b", 'a/../b', '../tenants/tenant=b', '%', '*', ''])('are no others: %j', async (tenant) => {
    const query = findQuery('slow-requests');
    const values = { tenant, from: `${dt}T12`, min_duration_ms: '0' };
    const sql = renderQuery(query, values, { nowMs: Date.now(), tenants: true });
    expect(await trino('tenants').rows(sql)).toEqual([]);
  });

  it('must be named', async () => {
    await expect(trino('tenants').rows(`SELECT count(*) FROM traces WHERE ${HERE}`)).rejects.toThrow(/tenant/);
  });
});
