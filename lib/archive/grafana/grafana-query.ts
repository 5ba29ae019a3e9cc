import { type NamedQuery, PLACEHOLDER, WINDOWS } from '../tables/named-query.ts';
import { toLiteral } from '../tables/query-value.ts';
import { variable } from './target.ts';

export interface GrafanaQueryOptions {
  readonly tenants: boolean;
  /** The dashboard variables for values that the viewer chooses, by parameter. Other parameters have their defaults. */
  readonly variables: Readonly<Record<string, string>>;
  /** Whether to select by the start of the spans, too, and not only by the hour of their traces. */
  readonly exactTimes: boolean;
}

/** The service that the viewer has chosen; NULL: all. */
export const SERVICE = `nullif(${variable('service', 'sqlstring')}, '*')`;
export const TRACE_ID = variable('traceId', 'sqlstring');
/** A text that is not a number fails the statement. */
export const MIN_DURATION_MS = `CAST(${variable('minDurationMs', 'sqlstring')} AS double)`;

/**
 * A query for a panel of Grafana's Athena data source: values are dashboard variables, and the window is the time range of
 * the dashboard, in macros of the data source.
 */
export function grafanaQuery(query: NamedQuery, { tenants, variables, exactTimes }: GrafanaQueryOptions): string {
  const window = [
    ...PARTITIONS,
    ...(tenants ? [`tenant = ${variable('tenant', 'sqlstring')}`] : []),
    ...(exactTimes ? [TIMES] : []),
  ];
  const values = new Map(Object.keys(WINDOWS).map((placeholder) => [placeholder, `(${window.join(' AND ')})`]));
  for (const parameter of query.parameters) {
    const { name, defaultValue } = parameter;
    const given = variables[name];
    const literal = given === undefined ? toLiteral(parameter, defaultValue ?? null) : { sql: given };
    if ('problem' in literal) throw new SyntaxError(`${query.name}: the default of ${name} is not ${literal.problem}`);
    values.set(name, literal.sql);
  }
  return query.sql.trimEnd().replaceAll(PLACEHOLDER, (all, name: string) => values.get(name) ?? all);
}

/** As `windowCondition` in window.ts, on the partitions alone. */
const PARTITIONS = ((first: string, last: string, hour: (time: string) => string) => [
  `dt BETWEEN ${first} AND ${last}`,
  `(dt > ${first} OR hour >= ${hour('From')})`,
  `(dt < ${last} OR hour <= ${hour('To')})`,
])("$__rawTimeFrom('yyyy-MM-dd')", "$__rawTimeTo('yyyy-MM-dd')", (end) => `CAST($__rawTime${end}('HH') AS integer)`);

/** Not `$__timeFilter`, which writes the times in the time zone of the server. */
const TIMES = 'start_time BETWEEN $__timeFrom() AND $__timeTo()';
