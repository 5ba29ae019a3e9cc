import { execFile } from 'node:child_process';
import { globSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { publint } from 'publint';
import { describe, expect, it } from 'vitest';
import { COMMAND_PACKAGE } from '../../scripts/build/command-package.ts';
import { CONSTRUCT_PACKAGE } from '../../scripts/build/construct-package.ts';
import { deadLinks } from '../docs/dead-links.ts';
import { TARBALLS } from './support/packed.ts';

describe.each([COMMAND_PACKAGE, CONSTRUCT_PACKAGE])('%s', (pkgDir) => {
  it('has no link that leads out of it', async () => {
    const pages = globSync('**/*.md', { cwd: pkgDir });
    expect(pages).toEqual(expect.arrayContaining(['README.md', 'docs/policies.md']));
    for (const page of pages) expect(deadLinks(join(pkgDir, page)), page).toEqual([]);
  });

  it('has nothing that publint finds', async () => {
    expect((await publint({ pkgDir, strict: true })).messages).toEqual([]);
  });
});

describe('the types of tailgate-cdk', () => {
  it('resolve however they are imported', async () => {
    const { stdout } = await promisify(execFile)('attw', [
      TARBALLS['tailgate-cdk'],
      '--format=json',
      // `require` of an ES module: every Node.js that the package supports can, as constructs.packages.ts shows.
      '--ignore-rules=cjs-resolves-to-esm',
    ]);
    const { analysis } = JSON.parse(stdout);
    const problems: readonly { readonly kind: string }[] = analysis.problems;
    expect(problems.filter(({ kind }) => kind !== 'CJSResolvesToESM')).toEqual([]);
    expect(analysis.types).toMatchObject({ kind: 'included' });
  });
});
