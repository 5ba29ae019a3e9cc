import { DATA_SOURCE, FORMAT, type Json, target, variable } from './target.ts';

/** A statement, with the title and description from its file. */
export interface PanelQuery {
  readonly title: string;
  readonly description: string;
  readonly sql: string;
}

const RED_PANEL_ID = 1;

/** Columns of the trace that are JSON text in Athena's answer, and objects for the panel. */
const JSON_COLUMNS = ['serviceTags', 'tags', 'logs', 'references'];

/** Three graphs of one statement: Athena reads the spans once, the others take the answer of the first. */
export function redPanels({ title, description, sql }: PanelQuery): readonly Json[] {
  const shared = { type: 'datasource', uid: '-- Dashboard --' };
  const ofFirst = { datasource: shared, targets: [{ refId: 'A', datasource: shared, panelId: RED_PANEL_ID }] };
  return [
    {
      ...graph(RED_PANEL_ID, title, 'requests_per_second', 'reqps', 0),
      description,
      datasource: DATA_SOURCE,
      targets: [target(sql, FORMAT.timeSeries)],
      // The shortest interval of a point.
      interval: '1m',
      maxDataPoints: 300,
    },
    {
      ...graph(2, 'Share of failed requests', 'error_ratio', 'percentunit', 8),
      description: 'Of the estimated requests.',
      ...ofFirst,
    },
    {
      ...graph(3, '95th percentile of the duration', 'p95_ms', 'ms', 16),
      description: 'Weighted: it estimates the percentile of all requests, not only of the kept ones.',
      ...ofFirst,
    },
  ];
}

function graph(id: number, title: string, column: string, unit: string, x: number): Json {
  return {
    id,
    title,
    type: 'timeseries',
    gridPos: { x, y: 0, w: 8, h: 9 },
    fieldConfig: {
      defaults: {
        unit,
        min: 0,
        displayName: variable('__field.labels.service'),
        custom: { lineWidth: 1, fillOpacity: 10, showPoints: 'auto', spanNulls: false },
      },
      overrides: [],
    },
    options: { legend: { displayMode: 'list', placement: 'bottom' }, tooltip: { mode: 'multi', sort: 'desc' } },
    transformations: [{ id: 'filterFieldsByName', options: { include: { pattern: `/^(time|Time|${column}.*)$/` } } }],
  };
}

/** A table whose trace IDs lead to the trace below. */
export function tracesTable(id: number, y: number, { title, description, sql }: PanelQuery, tenants: boolean): Json {
  const url = [
    `/d/${variable('__dashboard.uid')}?${variable('__url_time_range')}`,
    ...['datasource', ...(tenants ? ['tenant'] : []), 'service', 'minDurationMs'].map((name) =>
      variable(name, 'queryparam'),
    ),
    `var-traceId=${variable('__value.raw')}`,
  ].join('&');
  return {
    id,
    title,
    description,
    type: 'table',
    gridPos: { x: 0, y, w: 24, h: 9 },
    datasource: DATA_SOURCE,
    targets: [target(sql)],
    fieldConfig: {
      defaults: { custom: { inspect: true } },
      overrides: [
        override('trace_id', [
          { id: 'links', value: [{ title: 'Show this trace', url }] },
          { id: 'custom.width', value: 290 },
        ]),
        override('duration_ms', [{ id: 'unit', value: 'ms' }]),
      ],
    },
    options: { showHeader: true },
  };
}

/** One trace. The panel takes columns by their names, so the statement has them in its own letters. */
export function tracePanel(id: number, y: number, { title, description, sql }: PanelQuery): Json {
  return {
    id,
    title,
    description,
    type: 'traces',
    gridPos: { x: 0, y, w: 24, h: 18 },
    datasource: DATA_SOURCE,
    targets: [target(sql)],
    transformations: [
      {
        id: 'convertFieldType',
        options: {
          fields: {},
          conversions: JSON_COLUMNS.map((targetField) => ({ targetField, destinationType: 'other' })),
        },
      },
    ],
  };
}

function override(column: string, properties: readonly Json[]): Json {
  return { matcher: { id: 'byName', options: column }, properties };
}
