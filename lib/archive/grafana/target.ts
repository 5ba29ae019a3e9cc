/** What Grafana replaces by the value of a variable. `sqlstring`: a text of SQL, with its quotes doubled. */
export function variable(name: string, format?: 'sqlstring' | 'queryparam'): string {
  return `\${${name}${format === undefined ? '' : `:${format}`}}`;
}

export type Json = { readonly [key: string]: unknown };

export const DATA_SOURCE_TYPE = 'grafana-athena-datasource';

/** The data source that the viewer has chosen. */
export const DATA_SOURCE = { type: DATA_SOURCE_TYPE, uid: variable('datasource') };

/** The formats that the data source's frames can have. */
export const FORMAT = { timeSeries: 0, table: 1 } as const;

/** Minutes that Athena may answer the same statement with the same result, without reading anything. */
const REUSE_MINUTES = 5;

/** A statement for the data source, in the region, catalogue and database that it is set to. */
export function target(rawSQL: string, format: (typeof FORMAT)[keyof typeof FORMAT] = FORMAT.table) {
  const setting = '__default';
  return {
    refId: 'A',
    datasource: DATA_SOURCE,
    format,
    rawSQL,
    connectionArgs: {
      region: setting,
      catalog: setting,
      database: setting,
      resultReuseEnabled: true,
      resultReuseMaxAgeInMinutes: REUSE_MINUTES,
    },
  };
}
