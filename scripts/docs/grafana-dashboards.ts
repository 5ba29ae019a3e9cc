import { grafanaDashboard } from '../../lib/archive/grafana/dashboard.ts';
import { parseNamedQuery } from '../../lib/archive/tables/named-query.ts';
import { readQueryFiles } from '../../lib/aws/filesystem/query-files.ts';
import { findQuery } from '../../lib/cli/query/library.ts';
import { markdownTable } from './generated-blocks.ts';

/** The generated blocks of docs/grafana.md, by name. */
export function grafanaTables(): ReadonlyMap<string, string> {
  const [dashboard = '{}'] = grafanaDashboards().values();
  const { panels } = JSON.parse(dashboard) as { readonly panels: readonly { title: string; description: string }[] };
  const rows = panels.map(({ title, description }) => [title, description]);
  return new Map([['panels', markdownTable(['panel', 'shows'], rows)]]);
}

/** The dashboards that are generated, by their file from the root of the repository. */
export function grafanaDashboards(): ReadonlyMap<string, string> {
  const own = new Map(readQueryFiles('grafana').map(({ name, text }) => [name, parseNamedQuery(name, text)]));
  const ownQuery = (name: string) => {
    const query = own.get(name);
    if (query === undefined) throw new Error(`the dashboard has no query ${name}`);
    return query;
  };
  const queries = {
    services: ownQuery('services'),
    red: ownQuery('red'),
    trace: ownQuery('trace'),
    slowRequests: findQuery('slow-requests'),
    errors: findQuery('errors'),
  };
  const file = (tenants: boolean) => `${JSON.stringify(grafanaDashboard(queries, tenants), null, 2)}\n`;
  return new Map([
    ['examples/grafana/tailgate.json', file(false)],
    ['examples/grafana/tailgate-tenants.json', file(true)],
  ]);
}
