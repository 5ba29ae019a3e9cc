import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { build } from 'esbuild';
import { ROOT } from './root.ts';
import { thirdPartyNotices } from './third-party-notices.ts';

/** The sources of the page. */
const SOURCES = join(ROOT, 'page');
/** Files that are as they are served. */
const STATIC = ['index.html', 'icon.svg'];
const NOTICES = 'NOTICES.txt';

/** The files of the page by their names, bundled and minified, as a browser gets them. */
export async function buildPage(): Promise<ReadonlyMap<string, Uint8Array>> {
  const { outputFiles, metafile } = await build({
    absWorkingDir: ROOT,
    entryPoints: ['page/main.tsx', 'page/styles.css'],
    outdir: SOURCES,
    bundle: true,
    platform: 'browser',
    format: 'esm',
    target: ['chrome120', 'firefox121', 'safari17.4'],
    jsx: 'automatic',
    jsxImportSource: 'preact',
    minify: true,
    legalComments: 'none',
    metafile: true,
    write: false,
    logLevel: 'warning',
  });
  const files = new Map<string, Uint8Array>(outputFiles.map(({ path, contents }) => [basename(path), contents]));
  for (const name of STATIC) files.set(name, await readFile(join(SOURCES, name)));
  files.set(NOTICES, Buffer.from(thirdPartyNotices(Object.keys(metafile.inputs))));
  return files;
}

/** Builds the page into a folder. */
export async function writePage(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  for (const [name, contents] of await buildPage()) await writeFile(join(folder, name), contents);
}
