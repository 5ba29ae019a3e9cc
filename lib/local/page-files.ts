import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import type { PageFiles } from '../../functions/read/page.ts';

/** Where the files of the page are: built in the package, sources in a clone of the repository. */
const FOLDER = new URL('../../page/', import.meta.url);
/** Not in the package. */
const BUILD = new URL('../../scripts/build/page.ts', import.meta.url);

/** The files of the page from the package; in a clone, built when they are first asked for. */
export function pageFiles(): PageFiles {
  const isClone = import.meta.url.endsWith('.ts');
  let built: Promise<ReadonlyMap<string, Uint8Array>> | undefined;
  return async (name) => {
    if (!isClone) return readFile(new URL(basename(name), FOLDER)).catch(() => undefined);
    built ??= build();
    return (await built).get(name);
  };
}

async function build(): Promise<ReadonlyMap<string, Uint8Array>> {
  try {
    const { buildPage } = await import(BUILD.href);
    return await buildPage();
  } catch (error) {
    // Installed without what only development needs.
    if (error instanceof Error && 'code' in error && error.code === 'ERR_MODULE_NOT_FOUND') return new Map();
    throw error;
  }
}
