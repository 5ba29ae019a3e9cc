import { cp, glob, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { compile } from './compile.ts';
import { FUNCTIONS, HANDLERS, handlerFiles } from './handlers.ts';
import { importedPackages } from './imported-packages.ts';
import { type Manifest, packageManifest } from './manifest.ts';
import { copyDataFiles, writeTexts } from './package-files.ts';
import { extractPublicApi } from './public-api.ts';
import { DIST } from './root.ts';

/** The package `tailgate-cdk`: the constructs, compiled, with their types and the bundled handlers. */
export const CONSTRUCT_PACKAGE: string = join(DIST, 'npm/tailgate-cdk');

const ENTRY_POINT = 'lib/cdk/index';
const TYPES = 'index.d.ts';

export interface ConstructPackageOptions {
  /** Whether to write the report of the public API; otherwise it is compared with the committed one. */
  readonly updateApiReport: boolean;
}

/**
 * Builds the package `tailgate-cdk` in `dist/npm/tailgate-cdk`; the handlers must have been built.
 *
 * @throws when the public API is not as it should be
 */
export async function buildConstructPackage(root: Manifest, options: ConstructPackageOptions): Promise<void> {
  await rm(CONSTRUCT_PACKAGE, { recursive: true, force: true });
  await compile({ entryPoints: [`${ENTRY_POINT}.ts`], outDir: CONSTRUCT_PACKAGE, declarations: true });
  await copyDataFiles(CONSTRUCT_PACKAGE);
  for (const path of FUNCTIONS.flatMap((name) => handlerFiles(join(HANDLERS, name)).map((file) => join(name, file)))) {
    await cp(join(HANDLERS, path), join(CONSTRUCT_PACKAGE, 'dist/handlers', path));
  }
  await writeTexts(CONSTRUCT_PACKAGE, 'tailgate-cdk');
  const manifest = packageManifest(
    root,
    {
      name: 'tailgate-cdk',
      description: `${root.description}: constructs for the AWS CDK`,
      keywords: ['aws', 'cdk', 'construct', 'lambda', 'opentelemetry', 'otlp', 'tail-sampling', 'tracing'],
      // For resolvers that do not read exports.
      main: `./${ENTRY_POINT}.js`,
      types: `./${TYPES}`,
      exports: {
        '.': { types: `./${TYPES}`, default: `./${ENTRY_POINT}.js` },
        './package.json': './package.json',
      },
      files: ['dist', 'docs', 'lib', TYPES],
      peers: ['aws-cdk-lib', 'constructs'],
    },
    await importedPackages(CONSTRUCT_PACKAGE, `${ENTRY_POINT}.js`),
  );
  await writeFile(join(CONSTRUCT_PACKAGE, 'package.json'), `${JSON.stringify(manifest, undefined, 2)}\n`);
  const problems = extractPublicApi({
    packageFolder: CONSTRUCT_PACKAGE,
    entryPoint: `${ENTRY_POINT}.d.ts`,
    rolledUp: TYPES,
    update: options.updateApiReport,
  });
  if (problems.length > 0) throw new Error(['the public API of tailgate-cdk:', ...problems].join('\n  '));
  await removeInnerTypes();
}

/** The declarations of the inner files are all in the one of the package, and nobody can import them. */
async function removeInnerTypes(): Promise<void> {
  for await (const path of glob('{lib,functions}/**/*.d.ts', { cwd: CONSTRUCT_PACKAGE })) {
    await rm(join(CONSTRUCT_PACKAGE, path));
  }
}
