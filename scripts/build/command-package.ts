import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { compile } from './compile.ts';
import { copyDataFiles } from './data-files.ts';
import { importedPackages } from './imported-packages.ts';
import { type Manifest, packageManifest } from './manifest.ts';
import { DIST, ROOT } from './root.ts';
import { writeTexts } from './texts.ts';

/** What a user's shell starts, within the package as within the repository. */
const BIN = 'bin/tailgate.mjs';

/** The source that is compiled, with all that it imports. */
const ENTRY_POINT = 'lib/cli/main.ts';

/** The package `tailgate`: the command, compiled, with what the local run needs. */
export const COMMAND_PACKAGE: string = join(DIST, 'npm/tailgate');

/** Builds the package `tailgate` in `dist/npm/tailgate`. */
export async function buildCommandPackage(root: Manifest): Promise<void> {
  await rm(COMMAND_PACKAGE, { recursive: true, force: true });
  await compile({ entryPoints: [ENTRY_POINT], outDir: COMMAND_PACKAGE, declarations: false });
  await copyDataFiles(COMMAND_PACKAGE);
  await copyBin();
  await writeTexts(COMMAND_PACKAGE, 'tailgate');
  const manifest = packageManifest(
    root,
    {
      name: 'tailgate',
      description: root.description,
      keywords: ['opentelemetry', 'otlp', 'tracing', 'tail-sampling', 'lambda'],
      bin: { tailgate: BIN },
      exports: { './package.json': './package.json' },
      files: ['bin', 'docs', 'functions', 'lib'],
      peers: [],
    },
    await importedPackages(COMMAND_PACKAGE, BIN),
  );
  await writeFile(join(COMMAND_PACKAGE, 'package.json'), `${JSON.stringify(manifest, undefined, 2)}\n`);
}

/** In the repository the command loads TypeScript, in the package what was compiled from it. */
async function copyBin(): Promise<void> {
  await mkdir(join(COMMAND_PACKAGE, 'bin'), { recursive: true });
  for (const file of [BIN, 'bin/node-version.mjs']) {
    const source = await readFile(join(ROOT, file), 'utf8');
    const compiled = source.replace("import('../lib/cli/main.ts')", "import('../lib/cli/main.js')");
    await writeFile(join(COMMAND_PACKAGE, file), compiled, { mode: file === BIN ? 0o755 : 0o644 });
  }
}
