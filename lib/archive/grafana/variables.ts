import { DATA_SOURCE_TYPE, type Json, target, variable } from './target.ts';

/** The input that the import asks for. */
export const IMPORTED_DATA_SOURCE = 'DS_ATHENA';

/** What the viewer chooses at the top of the dashboard. @param servicesSql the statement that lists the services */
export function variables(servicesSql: string, tenants: boolean): readonly Json[] {
  return [
    {
      name: 'datasource',
      label: 'Data source',
      type: 'datasource',
      query: DATA_SOURCE_TYPE,
      current: { text: variable(IMPORTED_DATA_SOURCE), value: variable(IMPORTED_DATA_SOURCE) },
      options: [],
      refresh: 1,
      regex: '',
      multi: false,
      includeAll: false,
      hide: 0,
    },
    ...(tenants ? [textBox('tenant', 'Tenant')] : []),
    {
      name: 'service',
      label: 'Service',
      type: 'query',
      datasource: target(servicesSql).datasource,
      query: target(servicesSql),
      // When the time range changes.
      refresh: 2,
      current: { text: '*', value: '*' },
      options: [],
      regex: '',
      sort: 0,
      multi: false,
      includeAll: false,
      hide: 0,
    },
    textBox('minDurationMs', 'Slow from (ms)', '500'),
    textBox('traceId', 'Trace ID'),
  ];
}

function textBox(name: string, label: string, value = ''): Json {
  return { name, label, type: 'textbox', query: value, current: { text: value, value }, options: [], hide: 0 };
}
