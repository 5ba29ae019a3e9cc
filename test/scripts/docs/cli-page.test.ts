import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { cliTables } from '../../../scripts/docs/cli-page.ts';
import { fillGeneratedBlocks } from '../../../scripts/docs/generated-blocks.ts';

it('docs/cli.md is what its generator makes of it (else: npm run docs)', () => {
  const page = readFileSync(new URL('../../../docs/cli.md', import.meta.url), 'utf8');
  expect(fillGeneratedBlocks(page, cliTables())).toBe(page);
});
