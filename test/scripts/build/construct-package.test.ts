import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { buildConstructPackage, CONSTRUCT_PACKAGE } from '../../../scripts/build/construct-package.ts';
import { FUNCTIONS, HANDLERS } from '../../../scripts/build/handlers.ts';
import { readRootManifest } from '../../../scripts/build/manifest.ts';
import { deadLinks } from '../../docs/dead-links.ts';

const root = await readRootManifest();

describe('npm run build', () => {
  it('makes tailgate-cdk, whose public API is what docs/api/ reports (else: npm run build)', async () => {
    await buildConstructPackage(root, { updateApiReport: false });
  }, 120_000);

  it('gives it the pages for users, without links that lead out of the package', async () => {
    const pages = globSync('**/*.md', { cwd: CONSTRUCT_PACKAGE });
    expect(pages).toEqual(expect.arrayContaining(['README.md', 'docs/deploy.md', 'docs/operations.md']));
    expect(pages).not.toContain('docs/localstack.md');
    for (const page of pages) expect(deadLinks(join(CONSTRUCT_PACKAGE, page)), page).toEqual([]);
  });

  it('computes its manifest: no AWS SDK, no esbuild; the CDK is the one of the app', () => {
    const manifest = JSON.parse(readFileSync(join(CONSTRUCT_PACKAGE, 'package.json'), 'utf8'));
    expect(manifest).toMatchObject({ name: 'tailgate-cdk', version: root.version, engines: root.engines });
    expect(Object.keys(manifest.dependencies)).toEqual(['@noble/hashes', 're2js', 'yaml']);
    expect(Object.keys(manifest.peerDependencies)).toEqual(['aws-cdk-lib', 'constructs']);
  });

  it('makes one declaration file, in which nothing is imported but the CDK', () => {
    const types = readFileSync(join(CONSTRUCT_PACKAGE, 'index.d.ts'), 'utf8');
    const imported = [...types.matchAll(/from '([^']+)'/g)].map(([, name = '']) => name.split('/')[0]);
    expect([...new Set(imported)].sort()).toEqual(['aws-cdk-lib', 'constructs']);
  });
});

describe('the handlers', () => {
  const sourcesOf = (name: string): readonly string[] =>
    JSON.parse(readFileSync(join(HANDLERS, name, 'index.mjs.map'), 'utf8')).sources;

  it('have paths in their source maps that are the same on every machine', () => {
    for (const source of FUNCTIONS.flatMap(sourcesOf))
      expect(source).toMatch(/^\.\.\/\.\.\/\.\.\/(lib|functions|node_modules)\//);
  });

  it('load nothing that they do not need', () => {
    const has = (name: string, part: string) => sourcesOf(name).some((source) => source.includes(part));
    expect(has('decide', 'lib/ottl/')).toBe(true);
    expect(has('compact', 'lib/ottl/')).toBe(false);
    expect(has('compact', 'client-dynamodb/')).toBe(false);
    for (const name of ['ingest', 'decide']) expect(has(name, 'client-ssm/'), name).toBe(false);
  });
});
