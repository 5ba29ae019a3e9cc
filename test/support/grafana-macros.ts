// What Grafana makes of a statement before Athena gets it: first the browser fills in variables, then the backend of
// grafana/athena-datasource its macros (pkg/athena/macros.go, with sqlutil.Interpolate of grafana-plugin-sdk-go).

export interface GrafanaView {
  readonly from: Date;
  readonly to: Date;
  /** The width of a point, such as `1m`, and in milliseconds. */
  readonly interval: string;
  readonly intervalMs: number;
  readonly variables: Readonly<Record<string, string>>;
}

/** @throws {Error} when something is left that Grafana does not know */
export function expandGrafana(sql: string, view: GrafanaView): string {
  const expanded = expandMacros(fillVariables(sql, view), view);
  const left = /\$\{?\w+/.exec(expanded);
  if (left !== null) throw new Error(`Grafana does not know ${left[0]}`);
  return expanded;
}

function fillVariables(sql: string, { interval, intervalMs, variables }: GrafanaView): string {
  return sql
    .replaceAll(/\$__interval(_ms)?\b/g, (_, ms: string | undefined) =>
      ms === undefined ? interval : String(intervalMs),
    )
    .replaceAll(/\$\{(\w+):sqlstring\}/g, (all, name: string) => {
      const value = variables[name];
      return value === undefined ? all : `'${value.replaceAll("'", "''")}'`;
    });
}

const MACROS: Readonly<Record<string, (args: readonly string[], view: GrafanaView) => string>> = {
  timeFrom: (_, { from }) => `TIMESTAMP '${format(from, 'yyyy-MM-dd HH:mm:ss')}'`,
  timeTo: (_, { to }) => `TIMESTAMP '${format(to, 'yyyy-MM-dd HH:mm:ss')}'`,
  // The quotes are part of the format, and so of the result.
  rawTimeFrom: ([given], { from }) => format(from, given || "'yyyy-MM-dd HH:mm:ss'"),
  rawTimeTo: ([given], { to }) => format(to, given || "'yyyy-MM-dd HH:mm:ss'"),
  timeGroup([column = '', interval = '']) {
    const seconds = secondsOf(interval.replaceAll("'", ''));
    return `FROM_UNIXTIME(FLOOR(TO_UNIXTIME(${column})/${seconds})*${seconds})`;
  },
};

/** A macro ends at the parenthesis that closes it; its arguments are separated by commas and have no others. */
function expandMacros(sql: string, view: GrafanaView): string {
  return Object.entries(MACROS).reduce(
    (text, [name, expand]) =>
      text.replaceAll(new RegExp(`\\$__${name}\\b(?:\\(([^()]*)\\))?`, 'g'), (_, args: string | undefined) =>
        expand(
          (args ?? '').split(',').map((argument) => argument.trim()),
          view,
        ),
      ),
    sql,
  );
}

function format(time: Date, pattern: string): string {
  const [date = '', clock = ''] = time.toISOString().split('T');
  const [year = '', month = '', day = ''] = date.split('-');
  const [hour = '', minute = '', second = ''] = clock.slice(0, 8).split(':');
  return pattern
    .replace('dd', day)
    .replace('HH', hour)
    .replace('mm', minute)
    .replace('ss', second)
    .replace('yyyy', year)
    .replace('MM', month);
}

function secondsOf(interval: string): number {
  const [, count = '', unit = ''] = /^(\d+)(ms|s|m|h|d)$/.exec(interval) ?? [];
  const seconds = { ms: 0.001, s: 1, m: 60, h: 3600, d: 86_400 }[unit];
  if (seconds === undefined) throw new Error(`no interval: ${interval}`);
  return Number(count) * seconds;
}
