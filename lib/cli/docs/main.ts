import { readFileSync, writeFileSync } from 'node:fs';
import { fillGeneratedBlocks } from './generated-blocks.ts';
import { operationsTables } from './operations-tables.ts';
import { policyTables } from './policy-tables.ts';

const PAGES = { policies: policyTables(), operations: operationsTables() };

for (const [name, blocks] of Object.entries(PAGES)) {
  const page = new URL(`../../../docs/${name}.md`, import.meta.url);
  writeFileSync(page, fillGeneratedBlocks(readFileSync(page, 'utf8'), blocks));
}
