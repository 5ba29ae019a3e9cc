import { readFileSync, writeFileSync } from 'node:fs';
import { fillGeneratedBlocks } from './generated-blocks.ts';
import { policyTables } from './policy-tables.ts';

const PAGE = new URL('../../../docs/policies.md', import.meta.url);

writeFileSync(PAGE, fillGeneratedBlocks(readFileSync(PAGE, 'utf8'), policyTables()));
