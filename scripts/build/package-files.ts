import { existsSync } from 'node:fs';
import { copyFile, cp, glob, mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { ROOT } from './root.ts';

const DATA_FILES = ['{lib,functions}/**/*.{sql,yaml,json}', 'lib/ottl/patterns/README.md'];

/**
 * Copies what the sources read at run time and the compiler leaves behind: SQL, YAML and JSON beside the code, and
 * the notice of the patterns, which are another project's. Only rooms that have compiled files in the package get theirs.
 */
export async function copyDataFiles(folder: string): Promise<void> {
  for await (const path of glob(DATA_FILES, { cwd: ROOT })) {
    const room = path.split('/', 2).join('/');
    if (!existsSync(join(folder, room))) continue;
    const target = join(folder, path);
    await mkdir(dirname(target), { recursive: true });
    await copyFile(join(ROOT, path), target);
  }
}

/** Adds the README of a package, the license, and the pages of `docs/` that messages refer to. */
export async function writeTexts(folder: string, packageName: string): Promise<void> {
  await copyFile(join(import.meta.dirname, 'readme', `${packageName}.md`), join(folder, 'README.md'));
  await copyFile(join(ROOT, 'LICENSE'), join(folder, 'LICENSE'));
  await cp(join(ROOT, 'docs'), join(folder, 'docs'), { recursive: true });
}
