import { copyFile, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { compile } from './compile.ts';

import { importedPackages } from './imported-packages.ts';
import { type Manifest, packageManifest } from './manifest.ts';
import { copyDataFiles, writeTexts } from './package-files.ts';
import { writePage } from './page.ts';
import { DIST, ROOT } from './root.ts';

/** The package `tailgate`: the command, compiled, with what the local run needs. */
export const COMMAND_PACKAGE: string = join(DIST, 'npm/tailgate');

/** What the bin starts, without its ending: TypeScript in the repository, JavaScript in the package. */
const ENTRY_POINT = 'lib/cli/main';

/** Builds the package `tailgate` in `dist/npm/tailgate`. */
export async function buildCommandPackage(root: Manifest): Promise<void> {
  await rm(COMMAND_PACKAGE, { recursive: true, force: true });
  await compile({ entryPoints: [`${ENTRY_POINT}.ts`], outDir: COMMAND_PACKAGE, declarations: false });
  await copyDataFiles(COMMAND_PACKAGE);
  await copyBin();
  await writePage(join(COMMAND_PACKAGE, 'page'));
  await writeTexts(COMMAND_PACKAGE, 'tailgate');
  const manifest = packageManifest(
    root,
    {
      name: 'tailgate',
      description: root.description,
      keywords: ['opentelemetry', 'otlp', 'tracing', 'tail-sampling', 'lambda'],
      bin: { tailgate: 'bin/tailgate.mjs' },
      exports: { './package.json': './package.json' },
      files: ['bin', 'docs', 'functions', 'lib', 'page'],
      peers: [],
    },
    await importedPackages(COMMAND_PACKAGE, `${ENTRY_POINT}.js`),
  );
  await writeFile(join(COMMAND_PACKAGE, 'package.json'), `${JSON.stringify(manifest, undefined, 2)}\n`);
}

/** The bin is plain JavaScript. It is the same in the package, but for the file that it starts. */
async function copyBin(): Promise<void> {
  const target = join(COMMAND_PACKAGE, 'bin');
  await mkdir(target, { recursive: true });
  await copyFile(join(ROOT, 'bin/node-version.mjs'), join(target, 'node-version.mjs'));
  const source = await readFile(join(ROOT, 'bin/tailgate.mjs'), 'utf8');
  const compiled = source.replace(`'../${ENTRY_POINT}.ts'`, `'../${ENTRY_POINT}.js'`);
  if (compiled === source) throw new Error(`bin/tailgate.mjs does not import ../${ENTRY_POINT}.ts`);
  await writeFile(join(target, 'tailgate.mjs'), compiled, { mode: 0o755 });
}
