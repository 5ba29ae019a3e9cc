import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import type { PageFiles } from '../../functions/read/page.ts';

/** Where the files of the page are: built in the package, sources in a clone of the repository. */
const FOLDER = new URL('../../page/', import.meta.url);
/** Not in the package. */
const BUILD = new URL('../../scripts/build/page.ts', import.meta.url);

/** The files of the page from the package, or built when they are first asked for. */
export function pageFiles(): PageFiles {
  let built: Promise<ReadonlyMap<string, Uint8Array>> | undefined;
  return async (name) => {
    if (BUILD.pathname.endsWith('.ts') && import.meta.url.endsWith('.ts')) {
      built ??= import(BUILD.href).then(({ buildPage }) => buildPage());
      return (await built).get(name);
    }
    return readFile(new URL(basename(name), FOLDER)).catch(() => undefined);
  };
}
