import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { fillGeneratedBlocks } from '../../../scripts/docs/generated-blocks.ts';
import { queryTables } from '../../../scripts/docs/query-tables.ts';

it('docs/queries.md is what its generator makes of it (else: npm run docs)', () => {
  const page = readFileSync(new URL('../../../docs/queries.md', import.meta.url), 'utf8');
  expect(fillGeneratedBlocks(page, queryTables())).toBe(page);
});
