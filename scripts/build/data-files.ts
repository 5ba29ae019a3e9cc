import { existsSync } from 'node:fs';
import { copyFile, glob, mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { ROOT } from './root.ts';

/**
 * Copies what the sources read at run time and the compiler leaves behind: SQL, YAML and JSON beside the code.
 * Only folders that have compiled files get theirs.
 */
export async function copyDataFiles(folder: string): Promise<void> {
  for await (const path of glob('{lib,functions}/**/*.{sql,yaml,json}', { cwd: ROOT })) {
    const target = join(folder, path);
    if (!hasCompiledFiles(folder, path)) continue;
    await mkdir(dirname(target), { recursive: true });
    await copyFile(join(ROOT, path), target);
  }
}

/** Whether the room of a file, a folder of `lib/`, is part of the package. */
function hasCompiledFiles(folder: string, path: string): boolean {
  return existsSync(join(folder, path.split('/', 2).join('/')));
}
