import { readFileSync, writeFileSync } from 'node:fs';
import { cliTables } from './cli-page.ts';
import { costTables } from './cost-tables.ts';
import { fillGeneratedBlocks } from './generated-blocks.ts';
import { grafanaDashboards, grafanaTables } from './grafana-dashboards.ts';
import { operationsTables } from './operations-tables.ts';
import { policyTables } from './policy-tables.ts';
import { queryTables } from './query-tables.ts';

const ROOT = new URL('../../', import.meta.url);
const costs = await costTables();

/** The pages with generated blocks. */
const PAGES: readonly (readonly [string, ReadonlyMap<string, string>])[] = [
  ['docs/cli.md', cliTables()],
  ['docs/policies.md', policyTables()],
  ['docs/queries.md', queryTables()],
  ['docs/operations.md', operationsTables()],
  ['docs/grafana.md', grafanaTables()],
  ['docs/cost.md', costs],
  ['README.md', costs],
];

for (const [name, blocks] of PAGES) {
  const page = new URL(name, ROOT);
  writeFileSync(page, fillGeneratedBlocks(readFileSync(page, 'utf8'), blocks));
}

for (const [name, text] of grafanaDashboards()) writeFileSync(new URL(name, ROOT), text);
