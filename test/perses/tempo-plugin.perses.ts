import { mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type RunningTailgate, startLocal } from '../../lib/local/start.ts';
import { fencedBlocks } from '../docs/fenced-blocks.ts';
import { createProject, removeProjects } from '../packages/support/project.ts';
import { exportRequest, spanIdOf, traceIdOf } from '../support/export-request.ts';
import { RecordingLog } from '../support/recording-log.ts';
import { configFrom } from '../support/sampling-config.ts';
import { PERSES } from './packages.ts';

/** What the tests use of the plugin's modules. */
interface Client {
  search(params: object, options: object): Promise<{ readonly traces: readonly FoundByPerses[] }>;
  searchWithFallback: Client['search'];
  query(params: object, options: object): Promise<{ readonly batches: readonly object[] }>;
  searchTags(params: object, options: object): Promise<{ readonly scopes: readonly { readonly name: string }[] }>;
  searchTagValues(params: object, options: object): Promise<{ readonly tagValues: readonly object[] }>;
}
interface FoundByPerses {
  readonly traceID: string;
  readonly spanSets: readonly object[];
  readonly serviceStats: object;
}
interface TraceQuery {
  getTraceData(spec: object, context: object): Promise<{ readonly trace?: object; readonly searchResult?: object }>;
}
/** The grammar that Grafana's and Perses' editors have. */
interface Grammar {
  readonly parser: { parse(query: string): { toString(): string } };
}
interface Filter {
  filterToTraceQL(filter: object): string;
}

const dataDir = mkdtempSync(join(tmpdir(), 'tailgate-perses-'));
const log = new RecordingLog();
let tailgate: RunningTailgate;
let client: Client;
let traceQuery: TraceQuery;
let filter: Filter;
let grammar: Grammar;
let options: object;

beforeAll(async () => {
  const project = await createProject({ dependencies: PERSES });
  await project.npm(['install', '--legacy-peer-deps', '--ignore-scripts']);
  // It chooses among several data sources, of which there is one here.
  await project.write({
    'node_modules/@perses-dev/plugin-system/package.json': '{ "main": "index.js" }',
    'node_modules/@perses-dev/plugin-system/index.js': 'exports.datasourceSelectValueToSelector = () => undefined;',
  });
  const load = createRequire(join(project.folder, 'package.json'));
  const part = (name: string) => load(`@perses-dev/tempo-plugin/lib/cjs/${name}.js`);
  client = part('model/tempo-client');
  traceQuery = part('plugins/tempo-trace-query/get-trace-data');
  filter = part('components/filter/filter_to_traceql');
  grammar = load('@grafana/lezer-traceql');

  const config = configFrom('decision_wait: 0s\npolicies: [{ name: all, type: always_sample }]');
  tailgate = await startLocal({ host: '127.0.0.1', port: 0, dataDir, config, keys: [], readKeys: ['rk'], log });
  options = { datasourceUrl: `${tailgate.url}/tempo`, headers: { 'x-api-key': 'rk' } };
  const startMs = Date.now() - 60_000 - Date.UTC(2026, 10, 21, 12);
  const body = exportRequest([
    { trace: 'a1', span: '1', name: 'POST /checkout', service: 'gateway', startMs, durationMs: 300 },
    { trace: 'a1', span: '2', parent: '1', name: 'charge', service: 'payment', error: true, startMs, durationMs: 200 },
    { trace: 'b2', span: '1', name: 'GET /', service: 'gateway', startMs },
  ]);
  const headers = { 'content-type': 'application/x-protobuf' };
  await fetch(`${tailgate.url}/v1/traces`, { method: 'POST', headers, body: Buffer.from(body) });
  await log.until(() => log.total('sampled') === 2);
});

afterAll(async () => {
  await tailgate.stop();
  removeProjects();
  rmSync(dataDir, { recursive: true });
});

/** The whole path of a query in Perses, which a trace ID is, or TraceQL. */
function dataOf(query: string) {
  const bound = {
    query: (params: object) => client.query(params, options),
    searchWithFallback: (params: object) => client.searchWithFallback(params, options),
  };
  const datasourceStore = { listDatasourceSelectItems: async () => [], getDatasourceClient: async () => bound };
  const absoluteTimeRange = { start: new Date(Date.now() - 3_600_000), end: new Date() };
  return traceQuery.getTraceData({ query, limit: 10 }, { datasourceStore, variableState: {}, absoluteTimeRange });
}

const NO_FILTER = {
  serviceName: [],
  spanName: [],
  namespace: [],
  status: [],
  spanDuration: {},
  traceDuration: {},
  customMatchers: [],
};

describe("Perses' Tempo plugin", () => {
  it('searches, and need not fetch each trace to count its spans', async () => {
    const { traces } = await client.searchWithFallback({ q: '{ status = error }', limit: 5, spss: 1 }, options);
    expect(traces).toMatchObject([
      {
        traceID: traceIdOf('a1'),
        rootServiceName: 'gateway',
        rootTraceName: 'POST /checkout',
        durationMs: 300,
        spanSets: [{ matched: 1, spans: [{ spanID: spanIdOf('2'), durationNanos: '200000000' }] }],
        serviceStats: { gateway: { spanCount: 1 }, payment: { spanCount: 1, errorCount: 1 } },
      },
    ]);
    expect((await dataOf('{}')).searchResult).toMatchObject([{ durationMs: 300 }, { durationMs: 5 }]);
  });

  it('searches for everything that its form can ask', async () => {
    const ids = async (asked: object) => {
      const q = filter.filterToTraceQL({ ...NO_FILTER, ...asked });
      return (await client.search({ q }, options)).traces.map(({ traceID }) => traceID);
    };
    const [a, b] = [traceIdOf('a1'), traceIdOf('b2')];
    expect((await ids({})).toSorted()).toEqual([a, b]);
    expect(await ids({ serviceName: ['payment'] })).toEqual([a]);
    expect(
      (await ids({ serviceName: ['gateway', 'other'], spanName: ['GET /', 'POST /checkout'] })).toSorted(),
    ).toEqual([a, b]);
    expect(await ids({ status: ['error', 'ok'] })).toEqual([a]);
    expect(await ids({ spanDuration: { min: '100ms', max: '250ms' } })).toEqual([a]);
    expect(await ids({ traceDuration: { max: '10ms' } })).toEqual([b]);
    expect(await ids({ namespace: ['shop'] })).toEqual([]);
    expect(await ids({ customMatchers: ['span:kind = server', 'resource.service.name != "gateway"'] })).toEqual([a]);
  });

  it('opens a trace, whose IDs it reads as base64', async () => {
    const { trace } = await dataOf(traceIdOf('a1'));
    const span = { traceId: traceIdOf('a1').toUpperCase(), spanId: spanIdOf('1'), kind: 'SPAN_KIND_SERVER' };
    expect(trace).toMatchObject({ resourceSpans: [{ scopeSpans: [{ spans: [span] }] }, {}] });
    expect(JSON.stringify(trace)).toContain(`"parentSpanId":"${spanIdOf('1')}"`);
    expect(JSON.stringify(trace)).toContain('"code":"STATUS_CODE_ERROR"');
    await expect(dataOf(traceIdOf('c3'))).rejects.toThrow(/was not kept/);
  });

  it('completes tags and their values', async () => {
    const end = Math.floor(Date.now() / 1000);
    const range = { start: end - 3600, end, limit: 100, maxStaleValues: 100 };
    const { scopes } = await client.searchTags({ scope: 'resource', ...range }, options);
    expect(scopes).toEqual([{ name: 'resource', tags: ['service.name'] }]);
    const values = async (tag: string, q?: string) =>
      (await client.searchTagValues({ tag, q, ...range }, options)).tagValues;
    expect(await values('resource.service.name')).toEqual([
      { type: 'string', value: 'gateway' },
      { type: 'string', value: 'payment' },
    ]);
    expect(await values('name', '{ resource.service.name = "payment" }')).toEqual([
      { type: 'string', value: 'charge' },
    ]);
  });

  it('knows the queries of the pages as TraceQL', () => {
    const queries = fencedBlocks('traceql').flatMap(({ text }) => text.trim().split('\n'));
    expect(queries.length).toBeGreaterThan(3);
    // An error in the tree is a node ⚠.
    for (const query of queries)
      expect({ query, tree: String(grammar.parser.parse(query)) }).toEqual({
        query,
        tree: expect.not.stringContaining('⚠'),
      });
    expect(String(grammar.parser.parse('{ name = }'))).toContain('⚠');
  });

  it('shows what is not answered', async () => {
    await expect(dataOf('{ } >> { status = error }')).rejects.toThrow(/^TraceQL, position 5: >> behind/);
    await expect(client.search({ q: '{}' }, { ...options, headers: {} })).rejects.toThrow(/no valid read key/);
  });
});
