import {
  existsSync,
  globSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { writeCloudFormation } from '../../../scripts/build/cloudformation/write-cloudformation.ts';
import { buildConstructPackage, CONSTRUCT_PACKAGE } from '../../../scripts/build/construct-package.ts';
import { buildHandlers, FUNCTIONS, HANDLERS, handlerFiles } from '../../../scripts/build/handlers.ts';
import { readRootManifest } from '../../../scripts/build/manifest.ts';
import { deadLinks } from '../../docs/dead-links.ts';
import { BundleFiles } from '../../functions/support/bundle-files.ts';

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

describe('the licenses of what is in a handler', () => {
  const notices = (name: string) => readFileSync(join(HANDLERS, name, 'THIRD-PARTY-NOTICES.txt'), 'utf8');

  it('are beside its bundle, with names and versions', () => {
    const { version } = JSON.parse(readFileSync('node_modules/re2js/package.json', 'utf8'));
    expect(notices('decide')).toContain(`re2js ${version} (MIT)\n`);
    expect(notices('decide')).toContain(readFileSync('node_modules/re2js/LICENSE', 'utf8').trim());
    expect(notices('decide')).toContain('Copyright 2022-2024 Elasticsearch BV');
    expect(notices('compact')).not.toMatch(/re2js|Elasticsearch/);
    expect(notices('compact')).toMatch(/^hyparquet-writer /m);
  });

  it('name every package of its source map, and no path of this machine', () => {
    for (const name of FUNCTIONS) {
      const sources = new BundleFiles(join(HANDLERS, name)).sources();
      const packages = [...String(sources).matchAll(/node_modules\/((?:@[^/]+\/)?[^/@]+)\//g)].map(
        ([, one = '']) => one,
      );
      expect(packages.length).toBeGreaterThan(10);
      const lines = notices(name).split('\n');
      const missing = packages.filter((one) => !lines.some((line) => line.startsWith(`${one} `)));
      expect(missing).toEqual([]);
      expect(notices(name)).not.toContain(process.cwd());
    }
  });
});

describe('a stray file beside a handler', () => {
  it('is neither packed nor zipped, and the next build removes it', async () => {
    // Of a function that another test looks at least at, for the time of this test only.
    const stray = join(HANDLERS, 'compact/.env');
    const out = mkdtempSync(join(tmpdir(), 'tailgate-stray-'));
    try {
      writeFileSync(stray, 'AWS_SECRET_ACCESS_KEY=stray-secret');
      mkdirSync(join(HANDLERS, 'old-function'), { recursive: true });
      await buildConstructPackage(root, { updateApiReport: false });
      expect(readdirSync(join(CONSTRUCT_PACKAGE, 'dist/handlers')).sort()).toEqual([...FUNCTIONS].sort());
      expect(readdirSync(join(CONSTRUCT_PACKAGE, 'dist/handlers/compact')).sort()).toEqual(
        handlerFiles(join(HANDLERS, 'compact')),
      );
      writeCloudFormation({ handlersFolder: HANDLERS, out });
      const zips = readdirSync(out).filter((name) => name.endsWith('.zip'));
      for (const name of zips) expect(readFileSync(join(out, name), 'latin1')).not.toContain('.env');
      await buildHandlers();
      expect(readdirSync(HANDLERS).sort()).toEqual([...FUNCTIONS].sort());
      expect(existsSync(stray)).toBe(false);
    } finally {
      rmSync(stray, { force: true });
      rmSync(join(HANDLERS, 'old-function'), { recursive: true, force: true });
      rmSync(out, { recursive: true });
    }
  }, 120_000);
});

describe('the handlers', () => {
  const sourcesOf = (name: string) => new BundleFiles(join(HANDLERS, name)).sources();

  it('have paths in their source maps that are the same on every machine', () => {
    for (const source of FUNCTIONS.flatMap(sourcesOf))
      expect(source).toMatch(/^\.\.\/\.\.\/\.\.\/(lib|functions|node_modules)\//);
  });

  it('load nothing that they do not need', () => {
    const has = (name: string, part: string) => sourcesOf(name).some((source) => source.includes(part));
    expect(has('decide', 'lib/ottl/')).toBe(true);
    expect(has('compact', 'lib/ottl/')).toBe(false);
    expect(has('compact', 'client-dynamodb/')).toBe(false);
    for (const name of ['ingest', 'decide']) {
      for (const part of ['client-ssm/', 'client-dynamodb/', 'client-sqs/']) expect(has(name, part), name).toBe(false);
    }
  });
});
