// What a query says when something lies in the archive that the pipeline has not written: an error with the name of the
// object, or the traces without it, and never something made up. docs/queries.md has the same for readers.
import { describe, expect, it } from 'vitest';
import { archiveWith, FOREIGN } from './foreign.ts';
import { duckDbRows, trino } from './support.ts';

/** The number of traces, and of spans; or a failure. */
type Outcome = 'fails' | number;

const OUTCOMES: Readonly<
  Record<string, { readonly hive: Outcome; readonly openx: Outcome; readonly duckDb: Outcome }>
> = {
  'a line of an earlier version': { hive: 1, openx: 1, duckDb: 1 },
  'a line of text': { hive: 'fails', openx: 1, duckDb: 'fails' },
  'half a line': { hive: 'fails', openx: 1, duckDb: 'fails' },
  'a gzip that ends early': { hive: 'fails', openx: 'fails', duckDb: 'fails' },
  'text that is no gzip': { hive: 'fails', openx: 'fails', duckDb: 'fails' },
  'other JSON': { hive: 1, openx: 1, duckDb: 1 },
  'other types': { hive: 'fails', openx: 'fails', duckDb: 1 },
  'a blank line': { hive: 'fails', openx: 2, duckDb: 2 },
  nothing: { hive: 0, openx: 0, duckDb: 'fails' },
  'a fence': { hive: 0, openx: 0, duckDb: 0 },
  'a key twice, and times after 2262': { hive: 1, openx: 1, duckDb: 1 },
  'a hidden name': { hive: 1, openx: 1, duckDb: 1 },
};

async function expectOutcome(rows: Promise<readonly Record<string, unknown>[]>, outcome: Outcome) {
  if (outcome === 'fails') await expect(rows).rejects.toThrow('traces_foreign.jsonl.gz');
  else expect(await rows).toEqual([{ n: outcome }]);
}

describe.each(FOREIGN)('$what', ({ hour, what }) => {
  const { hive = 'fails', openx = 'fails', duckDb = 'fails' } = OUTCOMES[what] ?? {};
  const sql = (view: string) => `SELECT count(*) AS n FROM ${view} WHERE hour = ${hour}`;

  it('under the Hive SerDe', async () => {
    await expectOutcome(trino('foreign_hive').rows(sql('traces')), hive);
    await expectOutcome(trino('foreign_hive').rows(sql('spans')), hive);
  });

  it('under the OpenX SerDe', async () => {
    // It looks at the types of columns that are asked for.
    await expectOutcome(trino('foreign_openx').rows(sql('traces')), what === 'other types' ? 1 : openx);
    await expectOutcome(trino('foreign_openx').rows(sql('spans')), openx);
  });

  it('on DuckDB', async () => {
    await expectOutcome(duckDbRows(archiveWith({ hour }), sql('traces')), duckDb);
    await expectOutcome(duckDbRows(archiveWith({ hour }), sql('spans')), duckDb);
  });
});

it('of a key that occurs twice the first value counts', async () => {
  const sql = 'SELECT attributes FROM spans WHERE hour = 11';
  const rows = [{ attributes: { twice: 'first' } }];
  expect(await trino('foreign_hive').rows(sql)).toEqual(rows);
  expect(await trino('foreign_openx').rows(sql)).toEqual(rows);
  expect(await duckDbRows(archiveWith({ hour: 11 }), sql)).toEqual(rows);
});

it('of times that no column can hold an end is the largest, so that the span is finished', async () => {
  const sql = 'SELECT start_ns, CAST(end_ns AS varchar) AS end_ns, duration_ms FROM spans WHERE hour = 11';
  const rows = [{ start_ns: null, end_ns: '9223372036854775807', duration_ms: null }];
  expect(await trino('foreign_hive').rows(sql)).toEqual(rows);
  expect(await trino('foreign_openx').rows(sql)).toEqual(rows);
  expect(await duckDbRows(archiveWith({ hour: 11 }), sql)).toEqual(rows);
});

it('of a line of an earlier version zeros are NULL, and so is an empty text', async () => {
  const spans = `SELECT parent_span_id, start_ns, end_ns, start_time, duration_ms, links, linked_trace_ids, events, root_name
    FROM spans WHERE hour = 0`;
  const traces = 'SELECT root_service, root_name FROM traces WHERE hour = 0';
  const times = { start_ns: null, end_ns: null, start_time: null, duration_ms: null };
  const span = { parent_span_id: null, ...times, linked_trace_ids: ['ab'.repeat(16)], root_name: null };
  for (const database of ['foreign_hive', 'foreign_openx']) {
    const inLists = {
      links: [
        [null, null],
        ['ab'.repeat(16), null],
      ],
      events: [[null, 'e', {}]],
    };
    expect(await trino(database).rows(spans)).toEqual([{ ...span, ...inLists }]);
    expect(await trino(database).rows(traces)).toEqual([{ root_service: null, root_name: null }]);
  }
  const links = [
    { trace_id: null, span_id: null },
    { trace_id: 'ab'.repeat(16), span_id: null },
  ];
  const events = [{ time_ns: null, name: 'e', attributes: {} }];
  expect(await duckDbRows(archiveWith({ hour: 0 }), spans)).toEqual([{ ...span, links, events }]);
  expect(await duckDbRows(archiveWith({ hour: 0 }), traces)).toEqual([{ root_service: null, root_name: null }]);
});

it('other hours are not read, so that they answer as without it', async () => {
  const sql = 'SELECT count(*) AS n, sum(span_count) AS spans FROM traces WHERE hour >= 12';
  expect(await trino('foreign_hive').rows(sql)).toEqual(await trino('hive').rows(sql));
});
