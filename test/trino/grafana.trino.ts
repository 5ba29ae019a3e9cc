import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, inject, it } from 'vitest';
import { expandGrafana, type GrafanaView } from '../support/grafana-macros.ts';
import { MS, NOON_MS, spanIdOf, traceIdOf } from './dataset.ts';
import { errors as expectedErrors, group, percentile, slowRequests } from './expected-answers.ts';
import { type Kept, readKept } from './read-kept.ts';
import { LATE, SHOP } from './shop.ts';
import { type Row, trino } from './support.ts';

interface Dashboard {
  readonly panels: readonly { readonly title: string; readonly targets: readonly { readonly rawSQL: string }[] }[];
  readonly templating: {
    readonly list: readonly { readonly name: string; readonly query: { readonly rawSQL: string } }[];
  };
}

const read = (file: string): Dashboard =>
  JSON.parse(readFileSync(new URL(`../../examples/grafana/${file}`, import.meta.url), 'utf8'));
const dashboard = read('tailgate.json');

/** From a while before noon, when all traces begin, until the hour after; a point is a second. */
const VIEW: GrafanaView = {
  from: new Date(NOON_MS - 600_000),
  to: new Date(NOON_MS + 3_600_000),
  interval: '1s',
  intervalMs: 1000,
  variables: { service: '*', minDurationMs: '500', traceId: '', tenant: 'shop' },
};

function statementOf({ panels, templating }: Dashboard, title: string): string {
  const panel = panels.find((one) => one.title === title);
  const sql = panel?.targets[0]?.rawSQL ?? templating.list.find(({ name }) => name === title)?.query.rawSQL;
  if (sql === undefined) throw new Error(`the dashboard has no ${title}`);
  return sql;
}

/** What Grafana gets for a panel or variable. */
const answer = (title: string, view: Partial<GrafanaView> = {}): Promise<Row[]> =>
  trino('hive').rows(expandGrafana(statementOf(dashboard, title), { ...VIEW, ...view }));

const viewing = (variables: Readonly<Record<string, string>>) => ({ variables: { ...VIEW.variables, ...variables } });

let kept: readonly Kept[];
beforeAll(() => {
  ({ kept } = readKept(join(inject('filesDir'), 'shop'), SHOP, LATE));
});

const ms = (span: Kept) => Number((span.end ?? 0n) - (span.start ?? 0n)) / 1e6;
const weight = (span: Kept) => span.decision.weight ?? 1;
const sum = (numbers: readonly number[]) => numbers.reduce((total, number) => total + number, 0);

describe('the graphs', () => {
  it('have requests, errors and the percentile of each second and service', async () => {
    const requests = kept.filter(({ kind }) => kind === 2 || kind === 5);
    const secondOf = ({ start = 0n }: Kept) => Number(start / (1000n * MS));
    const expected = [...group(requests, (span) => `${secondOf(span)}|${span.service}`)].map(([key, spans]) => {
      const [second = '', service = ''] = key.split('|');
      const total = sum(spans.map(weight));
      return {
        key: `${new Date(NOON_MS + Number(second) * 1000).toISOString().slice(0, 19).replace('T', ' ')} ${service}`,
        requests: total,
        errors: sum(spans.filter(({ error }) => error !== undefined).map(weight)) / total,
        p95: percentile(
          spans.map((span) => ({ value: ms(span), weight: weight(span) })),
          0.95,
        ),
      };
    });
    const rows = await answer('Requests a second');
    expect(expected.length).toBeGreaterThan(5);
    const found = rows.map((row) => ({
      key: `${String(row['time']).slice(0, 19)} ${row['service']}`,
      requests: row['requests_per_second'],
      errors: row['error_ratio'],
    }));
    const byKey = (a: { key: string }, b: { key: string }) => (a.key < b.key ? -1 : 1);
    expect(found.sort(byKey)).toEqual(expected.map(({ p95: _, ...rest }) => rest).sort(byKey));
    for (const { key, p95 } of expected) {
      const row = rows.find((one) => `${String(one['time']).slice(0, 19)} ${one['service']}` === key);
      // Steps between durations of the shop are 130 ms: Trino's approximation may be one rank off.
      expect(Math.abs(Number(row?.['p95_ms']) - (p95 ?? Number.NaN)), key).toBeLessThanOrEqual(130);
    }
  });

  it('have the points in the order of time, as Grafana needs them', async () => {
    const times = (await answer('Requests a second')).map(({ time }) => String(time));
    expect(times).toEqual([...times].sort());
  });

  it('show requests of the chosen service only, whatever it is called', async () => {
    const services = async (service: string) =>
      new Set((await answer('Requests a second', viewing({ service }))).map((row) => row['service']));
    expect(await services('cart')).toEqual(new Set(['cart']));
    expect(await services("x' OR '1'='1")).toEqual(new Set());
  });

  it('count a minute as sixty seconds', async () => {
    const minutes = await answer('Requests a second', { interval: '1m', intervalMs: 60_000 });
    const total = sum(minutes.map((row) => Number(row['requests_per_second']) * 60));
    expect(total).toBeCloseTo(sum(kept.filter(({ kind }) => kind === 2 || kind === 5).map(weight)), 6);
  });
});

describe('the tables', () => {
  it('have the slow requests of the time range', async () => {
    const expected = slowRequests(kept, 'cart', 500).map(({ trace_id }) => trace_id);
    const rows = await answer('Slow requests', viewing({ service: 'cart' }));
    expect(expected.length).toBeGreaterThan(3);
    expect(rows.map((row) => row['trace_id']).sort()).toEqual(expected.sort());
    const slower = await answer('Slow requests', viewing({ service: 'cart', minDurationMs: '600.5' }));
    expect(slower).toEqual(rows.filter((row) => Number(row['duration_ms']) >= 600.5));
    expect(slower.length).toBeLessThan(rows.length);
    const durations = rows.map((row) => Number(row['duration_ms']));
    expect(durations).toEqual([...durations].sort((a, b) => b - a));
  });

  it('leave out what began in the hour, but not in the time range', async () => {
    const second = (n: number) => new Date(NOON_MS + n * 1000);
    const rows = await answer('Slow requests', { ...viewing({ service: 'gateway' }), from: second(1), to: second(2) });
    const expected = slowRequests(kept, 'gateway', 500).filter(({ span_id, trace_id }) => {
      const span = kept.find(({ id, trace }) => spanIdOf(id) === span_id && traceIdOf(trace) === trace_id);
      return span !== undefined && (span.start ?? 0n) >= 1000n * MS && (span.start ?? 0n) <= 2000n * MS;
    });
    expect(expected.length).toBeGreaterThan(0);
    expect(rows.map((row) => row['trace_id']).sort()).toEqual(expected.map(({ trace_id }) => trace_id).sort());
  });

  it('have the errors', async () => {
    const rows = await answer('Errors, with the span that explains them');
    const wanted = expectedErrors(kept).map(({ trace_id, span_id, message }) => ({ trace_id, span_id, message }));
    const byTrace = (a: Row, b: Row) => (String(a['trace_id']) < String(b['trace_id']) ? -1 : 1);
    expect(wanted.length).toBeGreaterThan(5);
    expect(rows.map(({ trace_id, span_id, message }) => ({ trace_id, span_id, message })).sort(byTrace)).toEqual(
      [...wanted].sort(byTrace),
    );
  });
});

describe('the variable service', () => {
  it('has all services, and the one for all first', async () => {
    const rows = await answer('service');
    const inTime = kept.filter(({ isLate }) => !isLate);
    expect(rows.map((row) => row['service'])).toEqual([
      '*',
      ...[...new Set(inTime.map(({ service }) => service))].sort(),
    ]);
  });
});

describe('the trace', () => {
  /** Kept, with an error, links and repeated queries. */
  const traceOf = () =>
    kept.find(({ links, decision }) => links !== undefined && decision.policy === 'errors')?.trace ?? -1;

  it('has the fields of the Traces panel, with its types and units', async () => {
    const trace = traceOf();
    const spans = kept.filter((span) => span.trace === trace);
    const rows = await answer('Trace', viewing({ traceId: ` ${traceIdOf(trace).toUpperCase()} ` }));
    const json = (value: unknown) => JSON.parse(String(value));
    const found = rows.map(({ tags, serviceTags, logs, references, ...row }) => ({
      ...row,
      tags: json(tags),
      serviceTags: json(serviceTags),
      logs: json(logs),
      references: json(references),
    }));
    const unordered = (row: Row) => ({ ...row, tags: sorted(row['tags']), serviceTags: sorted(row['serviceTags']) });
    expect(found.map(unordered).sort(bySpan)).toEqual(spans.map(traceSpanRow).map(unordered).sort(bySpan));
    expect(rows.map((row) => row['startTime'])).toEqual(rows.map((row) => row['startTime']).sort());
  });

  it('is nothing, and reads nothing, before one is chosen', async () => {
    const result = await trino('hive').query(expandGrafana(statementOf(dashboard, 'Trace'), VIEW));
    expect(result).toMatchObject({ rows: [], physicalInputBytes: 0 });
    const chosen = expandGrafana(statementOf(dashboard, 'Trace'), {
      ...VIEW,
      ...viewing({ traceId: traceIdOf(traceOf()) }),
    });
    expect((await trino('hive').query(chosen)).physicalInputBytes).toBeGreaterThan(0);
  });
});

type Pair = { readonly key: string; readonly value: string };
const sorted = (pairs: unknown) => (pairs as Pair[]).map(({ key, value }) => `${key}=${value}`).sort();
const bySpan = (a: Row, b: Row) => (String(a['spanID']) < String(b['spanID']) ? -1 : 1);

/** The row that Grafana's TraceSpanRow describes, from the span that was sent. Times are milliseconds, with fractions. */
function traceSpanRow(span: Kept): Row {
  const at = (nanos: bigint) => NOON_MS + Number(nanos) / 1e6;
  const { start = 0n, end = 0n, exception, attributes = [], error } = span;
  const pairs = attributes.map(({ key, value }) => ({ key, value: String(Object.values(value)[0]) }));
  const kinds = ['unspecified', 'internal', 'server', 'client', 'producer', 'consumer'];
  return {
    traceID: traceIdOf(span.trace),
    spanID: spanIdOf(span.id),
    parentSpanID: span.parent === undefined ? null : spanIdOf(span.parent),
    operationName: span.name,
    serviceName: span.service,
    serviceTags: [
      { key: 'service.name', value: span.service },
      { key: 'host', value: `${span.service}-1` },
    ],
    startTime: at(start),
    duration: ms(span),
    tags: [...pairs, ...(error === undefined ? [] : [{ key: 'error', value: 'true' }])],
    logs:
      exception === undefined
        ? []
        : [
            { timestamp: at(start), fields: [{ key: 'event', value: 'log' }] },
            {
              timestamp: at(end),
              fields: [
                { key: 'event', value: 'exception' },
                { key: 'exception.type', value: exception.type },
                { key: 'exception.message', value: exception.message },
              ],
            },
          ],
    references: (span.links ?? []).map((trace) => ({ traceID: traceIdOf(trace), spanID: spanIdOf(1) })),
    kind: kinds[span.kind ?? 1],
    statusCode: error === undefined ? 0 : 2,
    statusMessage: error === undefined ? null : error === '' ? null : error,
    instrumentationLibraryName: 'test',
    instrumentationLibraryVersion: null,
    traceState: null,
  };
}

describe('the dashboard of a tenant', () => {
  const tenants = read('tailgate-tenants.json');
  const titles = ['Requests a second', 'Slow requests', 'Errors, with the span that explains them', 'Trace'];

  it.each([...titles, 'service'])('%s names the tenant, as the table wants it', async (title) => {
    const sql = expandGrafana(statementOf(tenants, title), { ...VIEW, ...viewing({ traceId: traceIdOf(1) }) });
    expect(await trino('tenants').rows(sql)).toEqual(title === 'service' ? [{ service: '*' }] : []);
  });
});
