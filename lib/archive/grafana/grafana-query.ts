import { type NamedQuery, PLACEHOLDER, WINDOWS } from '../tables/named-query.ts';
import { toLiteral } from '../tables/query-value.ts';
import { variable } from './target.ts';

export interface GrafanaQueryOptions {
  readonly tenants: boolean;
  /** What stands for values that the viewer chooses, by parameter. Others have their defaults. */
  readonly variables: Readonly<Record<string, string>>;
  /** Spans by their own start too, and not only traces by the hour of theirs. */
  readonly exactTimes: boolean;
}

/** The service that the viewer has chosen; NULL: all. */
export const SERVICE = `nullif(${variable('service', 'sqlstring')}, '*')`;
export const TRACE_ID = variable('traceId', 'sqlstring');
/** Text that is no number fails the statement. */
export const MIN_DURATION_MS = `CAST(${variable('minDurationMs', 'sqlstring')} AS double)`;

/**
 * A query as a panel of Grafana's Athena data source asks it: values are dashboard variables, and the window is the time range
 * of the dashboard, in the data source's macros.
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
