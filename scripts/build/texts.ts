import { copyFile, cp } from 'node:fs/promises';
import { join } from 'node:path';
import { ROOT } from './root.ts';

/** Adds the README of a package, the license, and the pages of `docs/` that messages refer to. */
export async function writeTexts(folder: string, packageName: string): Promise<void> {
  await copyFile(join(import.meta.dirname, 'readme', `${packageName}.md`), join(folder, 'README.md'));
  await copyFile(join(ROOT, 'LICENSE'), join(folder, 'LICENSE'));
  await cp(join(ROOT, 'docs'), join(folder, 'docs'), { recursive: true });
}
