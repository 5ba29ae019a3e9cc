import { join } from 'node:path';
import { beforeAll, describe, expect, inject, it } from 'vitest';
import { storedQuery } from '../../lib/archive/tables/render-query.ts';
import { readQueryFiles } from '../../lib/aws/filesystem/query-files.ts';
import { findQuery } from '../../lib/cli/query/library.ts';
import { check, columnsOf, rounded } from './check-query.ts';
import { NOON_MS, spanIdOf, traceIdOf } from './dataset.ts';
import * as expected from './expected-answers.ts';
import { criticalPath, waterfall } from './expected-trace.ts';
import { compareWindows, incompleteTraces, timeouts } from './expected-troubles.ts';
import { type Decision, type Kept, readKept } from './read-kept.ts';
import { LATE, SHOP } from './shop.ts';
import { duckDbRows, statement, trino } from './support.ts';

const archive = 'shop';
let kept: readonly Kept[];
let decisions: readonly Decision[];

beforeAll(() => {
  ({ kept, decisions } = readKept(join(inject('filesDir'), archive), SHOP, LATE));
});

interface Case {
  readonly name: string;
  readonly values?: Readonly<Record<string, string>>;
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
    name: 'errors',
    values: { limit: '1000', service: 'gateway' },
    rows: () => expected.errors(kept, 'gateway'),
  },
  {
    name: 'spans',
    values: {
      service: 'cart',
      operation: 'add',
      kind: 'SERVER',
      min_duration: '0.2s',
      max_duration: '700ms',
      limit: '1000',
    },
    rows: () => expected.findSpans(kept, { service: 'cart', name: 'add', kind: 2, minMs: 200, maxMs: 700 }),
  },
  {
    name: 'spans',
    values: { service: 'cart', status: 'error', attribute: 'version=v2', limit: '1000' },
    rows: () => expected.findSpans(kept, { service: 'cart', fails: true, attribute: ['version', 'v2'] }),
  },
  {
    name: 'by-attribute',
    values: { key: 'version', value: 'v2', limit: '1000' },
    rows: () => expected.byAttribute(kept, 'version', 'v2'),
  },
  {
    name: 'by-attribute',
    values: { key: 'version', value: 'v2', service: 'mail', limit: '1000' },
    rows: () => [],
  },
  { name: 'dependencies', rows: () => expected.dependencies(kept) },
  { name: 'red', rows: () => expected.red(kept) },
  // So many repeats are just enough.
  { name: 'n-plus-one', values: { min_repeats: '12' }, rows: () => expected.nPlusOne(kept, 12) },
  { name: 'policies', values: { usd_per_million_spans: '2.5' }, rows: () => expected.policies(kept, decisions, 2.5) },
  { name: 'late-spans', values: { limit: '1000' }, rows: () => expected.lateSpans(kept) },
  { name: 'incomplete-traces', values: { limit: '1000' }, rows: () => incompleteTraces(kept) },
  {
    name: 'incomplete-traces',
    values: { service: 'mail' },
    rows: () => incompleteTraces(kept).filter(({ service }) => service === 'mail'),
  },
  { name: 'timeouts', values: { limit: '1000' }, rows: () => timeouts(kept, 50) },
  { name: 'timeouts', values: { tolerance: '0.1s' }, rows: () => timeouts(kept, 100) },
  {
    name: 'timeouts',
    values: { service: 'gateway', tolerance: '1us' },
    rows: () => timeouts(kept, 0.001).filter(({ service }) => service === 'gateway'),
  },
];

/** The traces whose spans, as far as they came in time, began in a window of milliseconds after noon. */
function tracesBegunIn(from: number, to: number): ReadonlySet<number> {
  const traces = new Set(kept.map(({ trace }) => trace));
  const starts = (trace: number) =>
    kept.flatMap((span) => (span.trace === trace && !span.isLate ? [Number(span.start ?? 0n) / 1e6] : []));
  const startOf = (trace: number) => Math.floor(Math.min(...starts(trace)));
  return new Set([...traces].filter((trace) => startOf(trace) >= from && startOf(trace) < to));
}

/** A window of milliseconds after noon, as values of a query. */
const windowOf = (from: number, to: number) => ({
  from: new Date(NOON_MS + from).toISOString(),
  to: new Date(NOON_MS + to).toISOString(),
});

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
    if (values?.['service'] !== 'mail') expect(rows().length).toBeGreaterThan(0);
    await check({ archive, name, values, rows: rows() });
  });

  it.each([
    // The traces begin at noon, 37 ms after one another.
    { from: 500, to: 1000 },
    { from: 0, to: 37 * 20 },
    { from: 37 * 20, to: 3_600_000 },
    { from: -1, to: 1 },
    { from: -7_200_000, to: 100 },
  ])('spans and policies, in the window of $from to $to ms after noon', async ({ from, to }) => {
    const inside = tracesBegunIn(from, to);
    const values = windowOf(from, to);
    const spans = expected.findSpans(
      kept.filter(({ trace, isLate }) => inside.has(trace) && !isLate),
      { service: 'cart' },
    );
    await check({ archive, name: 'spans', values: { ...values, service: 'cart', limit: '1000' }, rows: spans });
    const decided = decisions.filter(({ trace }) => inside.has(trace));
    await check({ archive, name: 'policies', values, rows: expected.policies(kept, decided, 1) });
  });

  it.each([
    { from: 1110, to: 2220, back: 1110 },
    { from: 1110, to: 2220, back: 1480 },
    // Operations that are gone, and new ones.
    { from: 37 * 60, to: 37 * 120, back: 37 * 60 },
    // Nothing before, and nothing after.
    { from: 0, to: 37 * 108, back: 3_600_000 },
    { from: 3_600_000, to: 3_700_000, back: 3_600_000 },
  ])('compare-windows, $from to $to ms after noon with $back ms before', async ({ from, to, back }) => {
    const [before, after] = [tracesBegunIn(from - back, to - back), tracesBegunIn(from, to)];
    // Late spans lie with their trace, and are of its window.
    const of = (traces: ReadonlySet<number>) => kept.filter(({ trace }) => traces.has(trace));
    const rows = compareWindows(of(before), of(after), 3);
    expect(rows.length).toBeGreaterThan(3);
    const values = { ...windowOf(from, to), before: `${back}ms`, min_spans: '3', limit: '1000' };
    await check({ archive, name: 'compare-windows', values, rows });
  });

  it('waterfall', async () => {
    const rows = waterfall(of(theTrace()));
    await check({ archive, name: 'waterfall', values: { trace_id: id() }, rows, ordered: true });
  });

  it('critical-path', async () => {
    const rows = criticalPath(of(theTrace()));
    await check({ archive, name: 'critical-path', values: { trace_id: id() }, rows });
  });

  it('linked-traces', async () => {
    const linking = kept.find(({ links }) => links !== undefined)?.trace ?? -1;
    const rows = expected.linkedTraces(kept, linking);
    await check({ archive, name: 'linked-traces', values: { trace_id: traceIdOf(linking) }, rows });
  });

  it('trace-of-log, from a traceparent', async () => {
    const traceparent = `00-${id().toUpperCase()}-${spanIdOf(1)}-01`;
    const rows = [{ trace_id: id(), sampling_policy: of(theTrace())[0]?.decision.policy }];
    await check({ archive, name: 'trace-of-log', values: { trace_id: traceparent }, rows });
  });

  it('failing-against-good', async () => {
    const values = { limit: '1000' };
    const rows = await duckDbRows(archive, statement('failing-against-good', values));
    await check({ archive, name: 'failing-against-good', values, rows });
    for (const [key, value] of [
      ['version', 'v2'],
      ['version', 'v1'],
      ['http.request.method', 'POST'],
    ] as const) {
      const row = rows.filter((one) => one['service'] === 'cart' && one['key'] === key && one['value'] === value);
      const shares = [expected.shares(kept, 'cart', key, value)];
      expect(rounded(columnsOf(row, shares))).toEqual(rounded(shares));
    }
  });

  it('are all asked here', () => {
    const asked = [...CASES.map(({ name }) => name), 'waterfall', 'critical-path', 'linked-traces', 'trace-of-log'];
    expect([...new Set([...asked, 'compare-windows', 'failing-against-good'])].sort()).toEqual(
      readQueryFiles().map(({ name }) => name),
    );
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
