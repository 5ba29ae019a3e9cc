import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { grafanaDashboards } from '../../../scripts/docs/grafana-dashboards.ts';
import { expandGrafana } from '../../support/grafana-macros.ts';

interface Panel {
  readonly id: number;
  readonly type: string;
  readonly title: string;
  readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
  readonly datasource: { readonly type: string; readonly uid: string };
  readonly targets: readonly { readonly rawSQL?: string; readonly panelId?: number; readonly format?: number }[];
  readonly transformations?: readonly { readonly id: string; readonly options: Record<string, unknown> }[];
}

interface Dashboard {
  readonly [key: string]: unknown;
  readonly panels: readonly Panel[];
  readonly templating: {
    readonly list: readonly { readonly name: string; readonly query: { readonly rawSQL?: string } }[];
  };
}

const files = [...grafanaDashboards().keys()];
const textOf = (file: string) => readFileSync(new URL(`../../../${file}`, import.meta.url), 'utf8');
const read = (file: string): Dashboard => JSON.parse(textOf(file));

it.each([...grafanaDashboards()])('%s is what its generator makes of it (else: npm run docs)', (file, text) => {
  expect(textOf(file)).toBe(text);
});

describe.each(files)('%s', (file) => {
  const dashboard = read(file);
  const { panels } = dashboard;
  const names = dashboard.templating.list.map(({ name }) => name);
  const tenants = file.includes('tenants');

  it('can be imported: it has an ID of its own, a version of the schema, and asks for the data source', () => {
    expect(dashboard).toMatchObject({
      uid: tenants ? 'tailgate-traces-tenants' : 'tailgate-traces',
      id: null,
      schemaVersion: 39,
      __inputs: [{ name: 'DS_ATHENA', type: 'datasource', pluginId: 'grafana-athena-datasource' }],
    });
    expect(textOf(file)).toContain('"value": "$' + '{DS_ATHENA}"');
    const types = new Set(panels.map(({ type }) => type));
    const required = (dashboard['__requires'] as readonly { type: string; id: string }[]).filter(
      ({ type }) => type === 'panel',
    );
    expect(new Set(required.map(({ id }) => id))).toEqual(types);
  });

  it('has panels with different IDs, that do not cover each other', () => {
    expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length);
    const cells = panels.flatMap(({ gridPos: { x, y, w, h } }) =>
      Array.from({ length: w * h }, (_, i) => `${x + (i % w)} ${y + Math.floor(i / w)}`),
    );
    expect(new Set(cells).size).toBe(cells.length);
    expect(Math.max(...panels.map(({ gridPos: { x, w } }) => x + w))).toBe(24);
  });

  it('asks nothing that Grafana does not know', () => {
    expect(names).toEqual(['datasource', ...(tenants ? ['tenant'] : []), 'service', 'minDurationMs', 'traceId']);
    const statements = [
      ...panels.flatMap(({ targets }) => targets),
      ...dashboard.templating.list.map(({ query }) => query),
    ]
      .map(({ rawSQL }) => rawSQL)
      .filter((sql) => sql !== undefined);
    expect(statements).toHaveLength(5);
    for (const sql of statements) {
      const variables = Object.fromEntries(names.map((name) => [name, 'x']));
      const sent = expandGrafana(sql, {
        from: new Date(0),
        to: new Date(1),
        interval: '1m',
        intervalMs: 60_000,
        variables,
      });
      expect(sent).toMatch(/dt BETWEEN '1970-01-01' AND '1970-01-01'/);
      expect(sent.includes("tenant = 'x'")).toBe(tenants);
    }
  });

  it('reads the spans once for the three graphs', () => {
    const [red, ...others] = panels.filter(({ type }) => type === 'timeseries');
    expect(red?.targets).toMatchObject([{ format: 0 }]);
    for (const { datasource, targets } of others) {
      expect(datasource).toEqual({ type: 'datasource', uid: '-- Dashboard --' });
      expect(targets).toMatchObject([{ panelId: red?.id }]);
    }
    expect(others).toHaveLength(2);
  });

  it('leads from each trace ID of a table to the trace, with everything else as it is', () => {
    const links = [...textOf(file).matchAll(/"url": "([^"]+)"/g)].map(([, url = '']) => url);
    expect(links).toHaveLength(2);
    for (const link of links) {
      expect(link).toMatch(/^\/d\/\$\{__dashboard\.uid\}\?\$\{__url_time_range\}&.*&var-traceId=\$\{__value\.raw\}$/);
      for (const name of names.slice(0, -1)) expect(link).toContain(`&$\{${name}:queryparam}&`);
    }
  });

  it('makes objects of the columns of a trace that are JSON text', () => {
    const trace = panels.find(({ type }) => type === 'traces');
    const [convert] = trace?.transformations ?? [];
    const sql = trace?.targets[0]?.rawSQL ?? '';
    const json = [...sql.matchAll(/json_format\([\s\S]*?AS json\)\) AS "(\w+)"/g)].map(([, name]) => name);
    expect(json.length).toBe(4);
    expect(convert).toEqual({
      id: 'convertFieldType',
      options: { fields: {}, conversions: json.map((targetField) => ({ targetField, destinationType: 'other' })) },
    });
  });
});
