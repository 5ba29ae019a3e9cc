// Named queries over spans that are not as they should be: none may fail or go on for ever, and each answer is what plain
// TypeScript makes of the same spans.
import { join } from 'node:path';
import { beforeAll, describe, expect, inject, it } from 'vitest';
import { check, rounded } from './check-query.ts';
import { type DataSpan, NOON_MS, traceIdOf } from './dataset.ts';
import * as expected from './expected-answers.ts';
import { criticalPath, waterfall } from './expected-trace.ts';
import { compareWindows, incompleteTraces, timeouts } from './expected-troubles.ts';
import { ODD, ODD_ATTRIBUTES, ODD_LATE } from './odd.ts';
import { type Decision, type Kept, readKept } from './read-kept.ts';
import { alike, duckDbRows, statement } from './support.ts';

const archive = 'odd';
const limit = '1000';
const TRACES = ODD.map((spans) => spans[0]?.trace ?? -1);
const serdeFor = (trace: number) => (trace % 2 === 0 ? 'hive' : 'openx');
const textFor = (key: string) => ODD_ATTRIBUTES.find((one) => one.key === key)?.expected ?? '';
let kept: readonly Kept[];
let decisions: readonly Decision[];

beforeAll(() => {
  ({ kept, decisions } = readKept(join(inject('filesDir'), archive), ODD, ODD_LATE));
});

describe('the odd spans', () => {
  it('are all kept', () => {
    const ids = (spans: readonly DataSpan[]) => spans.map(({ trace, id }) => `${trace}/${id}`).sort();
    expect(ids(kept)).toEqual(ids([...ODD.flat(), ...ODD_LATE.flat()]));
    expect(decisions.filter(({ weight }) => weight === null).length).toBeGreaterThan(3);
  });
});

describe('over odd spans', () => {
  it.each([
    ['NaN', 'hive'],
    ['-Infinity', 'openx'],
    ['quotes', 'hive'],
    ['quotes', 'openx'],
  ] as const)('by-attribute finds %s, under %s', async (key, serde) => {
    const value = textFor(key);
    const rows = [{ trace_id: traceIdOf(1), span_id: 'cd00000000000001', value }];
    await check({ archive, name: 'by-attribute', values: { key, value }, rows, serdes: [serde] });
  });

  it('slow-requests leaves out what has no duration, or less than none', async () => {
    const rows = expected.slowRequests(kept, 'odd', 0);
    expect(rows.length).toBeGreaterThan(5);
    await check({ archive, name: 'slow-requests', values: { service: 'odd', min_duration_ms: '0', limit }, rows });
  });

  it.each([
    ['NaN', 'NaN', 'hive'],
    ['quotes', textFor('quotes'), 'openx'],
    ['empty text', '', 'hive'],
    ['twice', 'first', 'openx'],
  ] as const)('spans with the attribute %s', async (key, value, serde) => {
    const rows = [{ trace_id: traceIdOf(1), span_id: 'cd00000000000001' }];
    await check({ archive, name: 'spans', values: { attribute: `${key}=${value}`, limit }, rows, serdes: [serde] });
  });

  it('a trace that began far from its arrival is in each window of the hour in which it arrived', async () => {
    // It arrived a minute after noon; all others that have a start began before that.
    const at = (minutes: number) => new Date(NOON_MS + minutes * 60_000).toISOString();
    const rows = expected.findSpans(
      kept.filter(({ trace }) => trace === 8),
      {},
    );
    expect(rows).toHaveLength(1);
    await check({ archive, name: 'spans', values: { from: at(10), to: at(20), limit }, rows });
    await check({
      archive,
      name: 'trace-of-log',
      values: { from: at(10), to: at(20), trace_id: traceIdOf(8) },
      rows: [{ trace_id: traceIdOf(8) }],
    });
    await check({ archive, name: 'spans', values: { from: at(60), to: at(80), limit }, rows: [] });
  });

  it('spans without times have no duration, not the shortest one', async () => {
    const rows = expected.findSpans(kept, { service: 'odd', maxMs: 0 });
    expect(rows.length).toBeGreaterThan(0);
    await check({ archive, name: 'spans', values: { service: 'odd', max_duration: '0s', limit }, rows });
  });

  it('errors', async () => {
    const rows = expected.errors(kept);
    expect(rows).toHaveLength(4);
    await check({ archive, name: 'errors', values: { limit }, rows });
  });

  it('dependencies', async () => {
    const rows = expected.dependencies(kept);
    expect(rows).toHaveLength(5);
    await check({ archive, name: 'dependencies', rows });
  });

  it('red', async () => {
    const rows = expected.red(kept);
    expect(rows.length).toBeGreaterThan(5);
    await check({ archive, name: 'red', rows });
  });

  it('n-plus-one', async () => {
    const rows = expected.nPlusOne(kept, 10);
    expect(rows).toHaveLength(1);
    await check({ archive, name: 'n-plus-one', rows });
  });

  it('policies', async () => {
    const rows = expected.policies(kept, decisions, 2.5);
    await check({ archive, name: 'policies', values: { usd_per_million_spans: '2.5' }, rows });
  });

  it('incomplete-traces', async () => {
    const rows = incompleteTraces(kept);
    // A parent that is not there, and a circle with nothing above it.
    expect(rows.map(({ problem }) => problem)).toContain('no root');
    await check({ archive, name: 'incomplete-traces', values: { limit }, rows });
  });

  it('timeouts', async () => {
    const rows = timeouts(kept, 50);
    expect(rows.length).toBeGreaterThan(0);
    await check({ archive, name: 'timeouts', values: { limit }, rows });
  });

  it('compare-windows, in which a trace that is filed under its arrival is in both', async () => {
    const at = (minutes: number) => new Date(NOON_MS + minutes * 60_000).toISOString();
    const values = { from: at(0), to: at(20), before: '20m', min_spans: '1', limit };
    // Nothing began before noon. The hour before has nothing, either.
    await check({ archive, name: 'compare-windows', values, rows: compareWindows([], kept, 1) });
    const later = { from: at(20), to: at(40), before: '20m', min_spans: '1', limit };
    const filed = kept.filter(({ trace }) => trace === 8 || trace === 4);
    const rows = compareWindows(kept, filed, 1);
    await check({ archive, name: 'compare-windows', values: later, rows });
  });

  it('late-spans', async () => {
    const rows = expected.lateSpans(kept);
    expect(rows).toHaveLength(2);
    await check({ archive, name: 'late-spans', rows });
  });

  it('failing-against-good counts a trace that failed late as failing', async () => {
    const values = { limit, service: 'odd' };
    const rows = alike(await duckDbRows(archive, statement('failing-against-good', values)));
    await check({ archive, name: 'failing-against-good', values, rows });
    const row = rows.find((one) => one['service'] === 'odd' && one['key'] === 'odd' && one['value'] === 'yes');
    // The root of trace 6 is of another service.
    const asked = kept.filter(({ trace }) => trace !== 6);
    expect(rounded([row ?? {}])).toMatchObject(rounded([expected.shares(asked, 'odd', 'odd', 'yes')]));
    const large = rows.find((one) => one['key'] === 'large');
    expect(large?.['share_of_failing']).toBe(0);
  });

  it.each([12, 1, 16])('linked-traces of trace %i', async (trace) => {
    const rows = expected.linkedTraces(kept, trace);
    expect(rows.length).toBeGreaterThan(0);
    await check({ archive, name: 'linked-traces', values: { trace_id: traceIdOf(trace) }, rows });
  });

  // The rows of `spans` are the same under both, as views.trino.ts says: one is enough for each trace.
  it.each(TRACES)('waterfall of trace %i', async (trace) => {
    const rows = waterfall(kept.filter((span) => span.trace === trace));
    const values = { trace_id: traceIdOf(trace) };
    await check({ archive, name: 'waterfall', values, rows, ordered: true, serdes: [serdeFor(trace)] });
  });

  it.each(TRACES)('critical-path of trace %i', async (trace) => {
    const rows = criticalPath(kept.filter((span) => span.trace === trace));
    const values = { trace_id: traceIdOf(trace) };
    await check({ archive, name: 'critical-path', values, rows, serdes: [serdeFor(trace)] });
  });

  it('trace-of-log names the root whose parent ID is all zero', async () => {
    const rows = [{ trace_id: traceIdOf(16), root_name: 'real root', span_count: 2 }];
    await check({ archive, name: 'trace-of-log', values: { trace_id: traceIdOf(16) }, rows });
  });

  it('trace-of-log finds a trace whose root has no times', async () => {
    const rows = [{ trace_id: traceIdOf(4), root_name: 'no times', span_count: 2 }];
    await check({ archive, name: 'trace-of-log', values: { trace_id: traceIdOf(4) }, rows });
  });
});
