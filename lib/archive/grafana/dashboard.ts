import type { NamedQuery } from '../tables/named-query.ts';
import { grafanaQuery, MIN_DURATION_MS, SERVICE, TRACE_ID } from './grafana-query.ts';
import { type PanelQuery, redPanels, tracePanel, tracesTable } from './panels.ts';
import { DATA_SOURCE_TYPE, type Json } from './target.ts';
import { IMPORTED_DATA_SOURCE, variables } from './variables.ts';

/** The statements of the dashboard: three of its own, and two of the library. */
export interface DashboardQueries {
  readonly services: NamedQuery;
  readonly red: NamedQuery;
  readonly trace: NamedQuery;
  readonly slowRequests: NamedQuery;
  readonly errors: NamedQuery;
}

/** The dashboard as Grafana imports it, over an archive with or without tenants. */
export function grafanaDashboard(queries: DashboardQueries, tenants: boolean): Json {
  const panelQuery = (query: NamedQuery, values: Readonly<Record<string, string>>, exactTimes = true): PanelQuery => ({
    title: query.title,
    description: query.description,
    sql: grafanaQuery(query, { tenants, variables: values, exactTimes }),
  });
  const byService = { service: SERVICE };
  return {
    __inputs: [
      {
        name: IMPORTED_DATA_SOURCE,
        label: 'Athena',
        description: 'Set to the workgroup and database of the pipeline',
        type: 'datasource',
        pluginId: DATA_SOURCE_TYPE,
        pluginName: 'Amazon Athena',
      },
    ],
    __requires: [
      { type: 'grafana', id: 'grafana', name: 'Grafana', version: '11.0.0' },
      { type: 'datasource', id: DATA_SOURCE_TYPE, name: 'Amazon Athena', version: '3.3.3' },
      ...['table', 'timeseries', 'traces'].map((id) => ({ type: 'panel', id, name: id, version: '' })),
    ],
    uid: tenants ? 'tailgate-traces-tenants' : 'tailgate-traces',
    title: tenants ? 'Tailgate: kept traces of a tenant' : 'Tailgate: kept traces',
    description: 'Requests, errors and durations of services, and single traces, from the archive of Tailgate.',
    tags: ['tailgate', 'opentelemetry', 'traces'],
    schemaVersion: 39,
    version: 1,
    id: null,
    editable: true,
    graphTooltip: 1,
    timezone: 'browser',
    time: { from: 'now-6h', to: 'now' },
    // Each refresh costs money: the viewer asks for it.
    refresh: '',
    annotations: { list: [] },
    links: [],
    templating: { list: variables(panelQuery(queries.services, {}, false).sql, tenants) },
    panels: [
      ...redPanels(panelQuery(queries.red, byService)),
      tracesTable(4, 9, panelQuery(queries.slowRequests, { ...byService, min_duration_ms: MIN_DURATION_MS }), tenants),
      tracesTable(5, 18, panelQuery(queries.errors, byService), tenants),
      tracePanel(6, 27, panelQuery(queries.trace, { trace_id: TRACE_ID }, false)),
    ],
  };
}
