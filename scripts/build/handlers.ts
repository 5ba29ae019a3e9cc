import { readdirSync } from 'node:fs';
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { build } from 'esbuild';
import { buildPage } from './page.ts';
import { DIST, ROOT } from './root.ts';
import { NOTICES_FILE, thirdPartyNotices } from './third-party-notices.ts';

/** Where the constructs of `lib/cdk` look for the handlers, in the repository and in the package alike. */
export const HANDLERS = join(DIST, 'handlers');

/** The Lambda functions: folders of `functions/` with an `index.ts`. */
export const FUNCTIONS = ['ingest', 'decide', 'compact', 'read'] as const;

/** The page, which the read function serves from a folder beside its bundle. */
const PAGE_FOLDER = 'page';

/** A file that the build makes: the bundle, its parts that are loaded on demand or shared by those, their source maps, the page. */
const BUILT_FILE = /^(?:(?:index|part-[A-Z0-9]+)\.mjs(?:\.map)?|page\/[\w-]+\.\w+)$/;

/** The files of a function in its folder, sorted: what is deployed of it, and all that is packed and zipped. With slashes in their paths. */
export function handlerFiles(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((path) => path.replaceAll('\\', '/'))
    .filter((name) => name === NOTICES_FILE || BUILT_FILE.test(name))
    .sort();
}

/** Credentials of a developer's machine. The SDK loads them on demand, after those of Lambda, which are always there. */
const UNUSED_CREDENTIAL_PROVIDERS = [
  '@aws-sdk/credential-provider-ini',
  '@aws-sdk/credential-provider-process',
  '@aws-sdk/credential-provider-sso',
  '@aws-sdk/credential-provider-web-identity',
  '@smithy/credential-provider-imds',
];

/**
 * Bundles each Lambda function to `dist/handlers/<function>/index.mjs`, with source maps and the licenses of what is in it.
 * What a file imports with `import()` is a part of its own (`part-<hash>.mjs`), which is read when it is needed. All else in
 * `dist/handlers` is removed, because the CDK deploys whole folders.
 *
 * The AWS SDK is in the bundle: the one of the Lambda runtime is not the one that was tested, changes under the function, and
 * takes longer to load because nothing of it is left out.
 *
 * The same sources and the same lock file give the same bytes, wherever the repository is: paths in the source maps are
 * relative, and everything is written to one folder. So the CDK computes the same asset hashes, and a deployment without a
 * change changes nothing.
 */
export async function buildHandlers(): Promise<void> {
  await Promise.all(FUNCTIONS.map(buildHandler));
  await removeAllBut(HANDLERS, FUNCTIONS);
}

/** Each function has parts of its own: what two of them share is in both. */
async function buildHandler(name: (typeof FUNCTIONS)[number]): Promise<void> {
  const folder = join(HANDLERS, name);
  const { outputFiles, metafile } = await build({
    absWorkingDir: ROOT,
    entryPoints: { index: `functions/${name}/index.ts` },
    outdir: folder,
    outExtension: { '.js': '.mjs' },
    chunkNames: 'part-[hash]',
    bundle: true,
    splitting: true,
    platform: 'node',
    format: 'esm',
    target: 'node24',
    mainFields: ['module', 'main'],
    minify: true,
    sourcemap: true,
    sourcesContent: false,
    // Some packages are CommonJS and load modules of Node.js by require, which ESM does not have.
    banner: { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);" },
    // Node.js resolves the CommonJS build of the package, which esbuild cannot tree-shake. These are the same sources as ESM.
    alias: { yaml: './node_modules/yaml/browser/index.js' },
    external: UNUSED_CREDENTIAL_PROVIDERS,
    metafile: true,
    write: false,
    logLevel: 'warning',
  });
  for (const { path, contents } of outputFiles) await writeIfChanged(path, contents);
  const inputs = Object.values(metafile.outputs).flatMap((output) => Object.keys(output.inputs));
  await writeIfChanged(join(folder, NOTICES_FILE), Buffer.from(thirdPartyNotices([...new Set(inputs)])));
  const page = name === 'read' ? await buildPage() : undefined;
  for (const [file, contents] of page ?? []) await writeIfChanged(join(folder, PAGE_FOLDER, file), contents);
  if (page !== undefined) await removeAllBut(join(folder, PAGE_FOLDER), [...page.keys()]);
  const files = [NOTICES_FILE, ...outputFiles.map(({ path }) => basename(path))];
  await removeAllBut(folder, page === undefined ? files : [...files, PAGE_FOLDER]);
}

/** A `.env`, a file of an earlier version or the folder of a function that is no more would be deployed. */
async function removeAllBut(folder: string, kept: readonly string[]): Promise<void> {
  for (const name of await readdir(folder)) {
    if (!kept.includes(name)) await rm(join(folder, name), { recursive: true, force: true });
  }
}

/** A file that is as it should be is left alone: another process may be reading it. */
async function writeIfChanged(path: string, contents: Uint8Array): Promise<void> {
  const existing = await readFile(path).catch(() => undefined);
  if (existing?.equals(contents)) return;
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, contents);
}
