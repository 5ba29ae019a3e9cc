import { readFileSync, writeFileSync } from 'node:fs';
import { fillGeneratedBlocks } from './generated-blocks.ts';
import { policyTables } from './policy-tables.ts';
import { queryTables } from './query-tables.ts';

for (const [page, tables] of [
  ['policies.md', policyTables()],
  ['queries.md', queryTables()],
] as const) {
  const url = new URL(`../../../docs/${page}`, import.meta.url);
  writeFileSync(url, fillGeneratedBlocks(readFileSync(url, 'utf8'), tables));
}
