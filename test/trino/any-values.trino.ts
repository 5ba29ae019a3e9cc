// Named queries with whatever somebody may give as a value, and over hours in which there is nothing.
import { describe, expect, it } from 'vitest';
import { queryLibrary } from '../../lib/cli/query/library.ts';
import { NOON_MS, traceIdOf } from './dataset.ts';
import { duckDbRows, statement, trino } from './support.ts';

const QUERIES = queryLibrary();
const REQUIRED = { trace_id: traceIdOf(0), key: 'region' };

/** Ends a text, a comment and a statement in several dialects; has what stands for a value in the library and in drivers. */
const HOSTILE = `x' OR '1'='1' OR '' = '\\' OR 1=1 --\n*/ ; DROP TABLE traces_otlp; /* :window :service :limit ? $1 %s {{x}} \u2019 \u02bc "`;

function valuesFor(query: (typeof QUERIES)[number], given: Readonly<Record<string, string>>): Record<string, string> {
  const names = query.parameters.map(({ name }) => name);
  return Object.fromEntries(Object.entries({ ...REQUIRED, ...given }).filter(([name]) => names.includes(name)));
}

const TEXTS = QUERIES.flatMap((query) =>
  query.parameters.filter(({ type }) => type === 'text').map(({ name }) => [query.name, name, query] as const),
);

describe('a hostile text', () => {
  it.each(TEXTS)('is a value that nothing has: %s, %s', async (name, parameter, query) => {
    const sql = statement(name, valuesFor(query, { [parameter]: HOSTILE }));
    expect(await trino('hive').rows(sql)).toEqual([]);
    expect(await duckDbRows('shop', sql)).toEqual([]);
  });

  it('is found where a span has it', async () => {
    const operation = '\'; DROP TABLE traces; --\n"';
    const sql = statement('slow-requests', { operation, service: 'a "service"\n', min_duration_ms: '0' });
    for (const rows of [await trino('odd_hive').rows(sql), await duckDbRows('odd', sql)]) {
      expect(rows).toMatchObject([{ trace_id: traceIdOf(6), name: operation }]);
    }
  });
});

describe('an hour without traces', () => {
  const day = new Date(NOON_MS).toISOString().slice(0, 10);

  it.each(QUERIES.map((query) => [query.name, query] as const))(
    'has no rows, and no other hour is read: %s',
    async (name, query) => {
      const sql = statement(name, { ...valuesFor(query, {}), from: `${day}T20:10`, to: `${day}T20:50:30` });
      expect(await trino('hive').query(sql)).toMatchObject({ rows: [], physicalInputBytes: 0 });
      expect(await duckDbRows('shop', sql)).toEqual([]);
    },
  );
});

/** How often a statement reads a table, by its plan. */
async function readsOf(sql: string): Promise<number> {
  const { rows } = await trino('hive').query(`EXPLAIN ${sql}`);
  return String(rows[0]?.[0]).match(/\b(TableScan|ScanFilter|ScanProject|ScanFilterProject)\[/g)?.length ?? 0;
}

describe('each named query', () => {
  const hour = statement('trace-of-log', { trace_id: REQUIRED.trace_id }).match(/WHERE (.*) AND trace_id/)?.[1];

  it.each(QUERIES.map((query) => [query.name, query] as const))(
    'reads each view that it needs once for each of its windows: %s',
    async (name, query) => {
      const sql = statement(name, valuesFor(query, {}));
      const views = [...new Set(sql.match(/\bFROM (spans|traces)\b/g))];
      const once = await Promise.all(views.map((from) => readsOf(`SELECT * ${from} WHERE ${hour}`)));
      expect(once.length).toBeGreaterThan(0);
      const windows = query.parameters.some((parameter) => parameter.name === 'before') ? 2 : 1;
      expect(await readsOf(sql)).toBe(windows * once.reduce((sum, reads) => sum + reads, 0));
    },
  );
});
