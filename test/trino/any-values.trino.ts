// Named queries with whatever somebody may give as a value, and over hours in which there is nothing.
import { describe, expect, it } from 'vitest';
import { queryLibrary } from '../../lib/cli/query/query-library.ts';
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

  it.each(QUERIES.map((query) => [query.name, query] as const))('has no rows: %s', async (name, query) => {
    const sql = statement(name, { ...valuesFor(query, {}), from: `${day}T20`, to: `${day}T21` });
    expect(await trino('hive').rows(sql)).toEqual([]);
    expect(await duckDbRows('shop', sql)).toEqual([]);
  });
});

describe('each named query', () => {
  it.each(QUERIES.map((query) => [query.name, query] as const))(
    'reads spans and traces once: %s',
    async (name, query) => {
      const sql = statement(name, valuesFor(query, {}));
      const { rows } = await trino('hive').query(`EXPLAIN ${sql}`);
      const reads = String(rows[0]?.[0]).match(/\b(TableScan|ScanFilter|ScanProject|ScanFilterProject)\[/g) ?? [];
      expect(reads).toHaveLength(new Set(sql.match(/\bFROM (spans|traces)\b/g)).size);
    },
  );
});
