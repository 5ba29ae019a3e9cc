import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { buildCommandPackage, COMMAND_PACKAGE } from '../../../scripts/build/command-package.ts';
import { buildConstructPackage, CONSTRUCT_PACKAGE } from '../../../scripts/build/construct-package.ts';
import { buildHandlers } from '../../../scripts/build/handlers.ts';
import { readRootManifest } from '../../../scripts/build/manifest.ts';
import { DIST, ROOT } from '../../../scripts/build/root.ts';

const { version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));

/** Where `npm pack` puts the packages. */
export const TARBALLS = {
  tailgate: join(DIST, 'npm', `tailgate-${version}.tgz`),
  'tailgate-cdk': join(DIST, 'npm', `tailgate-cdk-${version}.tgz`),
} as const;

/** Builds and packs both packages, once for all files. */
export async function setup(): Promise<void> {
  const root = await readRootManifest();
  await buildHandlers();
  await Promise.all([buildCommandPackage(root), buildConstructPackage(root, { updateApiReport: false })]);
  for (const folder of [COMMAND_PACKAGE, CONSTRUCT_PACKAGE]) {
    await promisify(execFile)('npm', ['pack', '--silent', '--pack-destination', join(DIST, 'npm')], { cwd: folder });
  }
}
