import { join } from 'node:path';
import { beforeAll, describe, expect, inject, it } from 'vitest';
import { readQueryFiles } from '../../lib/adapters/query-files.ts';
import { storedQuery } from '../../lib/athena/render-query.ts';
import { findQuery } from '../../lib/cli/query/query-library.ts';
import { type ArchiveLine, readArchive, spansOf } from '../local/archive-files.ts';
import { spanIdOf, traceIdOf } from './dataset.ts';
import * as expected from './expected-answers.ts';
import { LATE, SHOP } from './shop.ts';
import { alike, duckDbRows, type Row, statement, trino } from './support.ts';

let kept: readonly expected.Kept[];
let decisions: readonly expected.Decision[];

beforeAll(() => {
  const lines = readArchive(join(inject('filesDir'), 'shop'));
  decisions = SHOP.flatMap((_, trace) => {
    const own = lines.filter((line) => line.trace_id === traceIdOf(trace)) as (ArchiveLine & { decided_at: string })[];
    const first = own.find(({ seq }) => seq === 0);
    if (first === undefined) return [];
    const late = own.find(({ seq }) => seq > 0);
    const time = (text: string) => Date.parse(`${text.replace(' ', 'T')}Z`);
    return {
      trace,
      policy: first.sampling_policy,
      weight: first.sample_weight,
      decidedAtMs: time(first.decided_at),
      spanCount: first.span_count,
      lateAtMs: late && time(late.decided_at),
    };
  });
  const ids = new Set(spansOf(lines).map(({ traceId, spanId }) => traceId + spanId));
  const sent = [
    ...SHOP.flat().map((s) => ({ ...s, isLate: false })),
    ...LATE.flat().map((s) => ({ ...s, isLate: true })),
  ];
  kept = sent.flatMap((span) => {
    const decision = decisions.find(({ trace }) => trace === span.trace);
    return decision && ids.has(traceIdOf(span.trace) + spanIdOf(span.id)) ? [{ ...span, decision }] : [];
  });
});

interface Case {
  readonly name: string;
  readonly values?: Readonly<Record<string, string>>;
  /** In the order of the answer. */
  readonly ordered?: boolean;
  readonly rows: () => readonly Readonly<Record<string, unknown>>[];
}

/** A trace with repeated queries, one that fails too, is linked to others and has a late span. */
const TRACE = 24;
const of = (trace: number) => kept.filter((span) => span.trace === trace);
const theTrace = () =>
  of(TRACE).length > 0 ? TRACE : (decisions.find(({ policy }) => policy === 'errors')?.trace ?? 0);
const id = () => traceIdOf(theTrace());

const CASES: readonly Case[] = [
  {
    name: 'slow-requests',
    values: { service: 'cart', min_duration_ms: '400', limit: '1000' },
    rows: () => expected.slowRequests(kept, 'cart', 400),
  },
  { name: 'errors', values: { limit: '1000' }, rows: () => expected.errors(kept) },
  {
    name: 'by-attribute',
    values: { key: 'version', value: 'v2', limit: '1000' },
    rows: () => expected.byAttribute(kept, 'version', 'v2'),
  },
  { name: 'dependencies', rows: () => expected.dependencies(kept) },
  { name: 'red', rows: () => expected.red(kept) },
  { name: 'n-plus-one', rows: () => expected.nPlusOne(kept, 10) },
  { name: 'policies', values: { usd_per_million_spans: '2.5' }, rows: () => expected.policies(decisions, 2.5) },
  { name: 'late-spans', values: { limit: '1000' }, rows: () => expected.lateSpans(kept) },
];

/** Percentiles of Trino are approximations. */
const withoutPercentiles = (row: Row) =>
  Object.fromEntries(Object.entries(row).filter(([name]) => !/^p\d\d_ms$/.test(name)));
const sorted = (rows: readonly Row[]) => rows.map((row) => JSON.stringify(row)).sort();

/** Only the columns that the expectation has, so that an answer may say more. */
function columnsOf(rows: readonly Row[], like: readonly Readonly<Row>[]): Row[] {
  const names = Object.keys(like[0] ?? {});
  return rows.map((row) => Object.fromEntries(names.map((name) => [name, row[name]])));
}

function rounded(rows: readonly Readonly<Row>[]): Row[] {
  const round = (value: unknown) => (typeof value === 'number' ? Number(value.toPrecision(12)) : value);
  return rows.map((row) => Object.fromEntries(Object.entries(row).map(([name, value]) => [name, round(value)])));
}

async function check(
  name: string,
  values: Readonly<Record<string, string>>,
  want: readonly Readonly<Row>[],
  ordered = false,
) {
  const sql = statement(name, values);
  const [onTrino, onDuckDb] = [alike(await trino('hive').rows(sql)), alike(await duckDbRows('shop', sql))];
  const form = (rows: readonly Row[]) => (ordered ? rounded(rows) : sorted(rounded(rows)));
  expect(want.length).toBeGreaterThan(0);
  expect(form(columnsOf(onDuckDb, want))).toEqual(form([...want]));
  expect(form(columnsOf(onTrino, want).map(withoutPercentiles))).toEqual(form(want.map(withoutPercentiles)));
  expect(form(onTrino.map(withoutPercentiles))).toEqual(form(onDuckDb.map(withoutPercentiles)));
  for (const [index, row] of onTrino.entries()) {
    for (const percentile of ['p50_ms', 'p95_ms', 'p99_ms'].filter((column) => column in row)) {
      const exact = Number(onDuckDb[index]?.[percentile]);
      // Steps between durations of the shop are 130 ms: one rank off is allowed.
      expect(Math.abs(Number(row[percentile]) - exact), `${name} ${percentile}`).toBeLessThanOrEqual(130);
    }
  }
}

describe('the shop', () => {
  it('has kept and dropped traces, weights of 1 and 2, late spans of kept traces', () => {
    expect(decisions.length).toBeLessThan(SHOP.length);
    expect(new Set(decisions.map(({ policy, weight }) => `${policy} ${weight}`))).toEqual(
      new Set(['errors 1', 'half 2']),
    );
    expect(kept.filter(({ isLate }) => isLate).length).toBeGreaterThan(3);
  });
});

describe('named queries answer as worked out from the spans, on Trino and DuckDB', () => {
  it.each(CASES)('$name', async ({ name, values = {}, rows }) => {
    await check(name, values, rows());
  });

  it('waterfall', async () => {
    await check('waterfall', { trace_id: id() }, expected.waterfall(of(theTrace())), true);
  });

  it('critical-path', async () => {
    await check('critical-path', { trace_id: id() }, expected.criticalPath(of(theTrace())));
  });

  it('linked-traces', async () => {
    const linking = kept.find(({ links }) => links !== undefined)?.trace ?? -1;
    await check('linked-traces', { trace_id: traceIdOf(linking) }, expected.linkedTraces(kept, linking));
  });

  it('trace-of-log, from a traceparent', async () => {
    const traceparent = `00-${id().toUpperCase()}-${spanIdOf(1)}-01`;
    await check('trace-of-log', { trace_id: traceparent }, [
      { trace_id: id(), sampling_policy: of(theTrace())[0]?.decision.policy },
    ]);
  });

  it('failing-against-good', async () => {
    const sql = statement('failing-against-good', { limit: '1000' });
    const onTrino = rounded(await trino('hive').rows(sql));
    expect(onTrino).toEqual(rounded(await duckDbRows('shop', sql)));
    for (const [key, value] of [
      ['version', 'v2'],
      ['version', 'v1'],
      ['http.request.method', 'POST'],
    ] as const) {
      const row = onTrino.filter((one) => one['service'] === 'cart' && one['key'] === key && one['value'] === value);
      expect(columnsOf(row, [expected.shares(kept, 'cart', key, value)])).toEqual(
        rounded([expected.shares(kept, 'cart', key, value)]),
      );
    }
  });

  it('takes what looks like SQL as a value', async () => {
    const rows = await trino('hive').rows(
      statement('slow-requests', { service: "x' OR '1'='1", min_duration_ms: '0' }),
    );
    expect(rows).toEqual([]);
  });
});

describe('stored queries', () => {
  it.each(readQueryFiles())('$name runs over the last 24 hours, asking for what must be given', async ({ name }) => {
    const query = findQuery(name);
    const required = query.parameters.filter(({ defaultValue }) => defaultValue === undefined);
    const sql = storedQuery(query, false);
    const using = required.length === 0 ? '' : ` USING ${required.map(() => `'${id()}'`).join(', ')}`;
    // None of its rows: what it answers is checked above.
    const execute = `EXECUTE IMMEDIATE '${`SELECT * FROM (${sql}) LIMIT 0`.replaceAll("'", "''")}'${using}`;
    const { columns } = await trino('hive').query(execute);
    expect(columns.length).toBeGreaterThan(3);
  });
});
