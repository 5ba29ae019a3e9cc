import { grafanaDashboards } from './grafana-dashboards.ts';
import { markdownTable } from './markdown-table.ts';

/** The generated blocks of docs/grafana.md, by name. */
export function grafanaTables(): ReadonlyMap<string, string> {
  const [dashboard = '{}'] = grafanaDashboards().values();
  const { panels } = JSON.parse(dashboard) as { readonly panels: readonly { title: string; description: string }[] };
  const rows = panels.map(({ title, description }) => [title, description]);
  return new Map([['panels', markdownTable(['panel', 'shows'], rows)]]);
}
