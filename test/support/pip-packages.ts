import { spawnSync } from 'node:child_process';
import { cacheFolder } from './cache-folder.ts';

/** Whether there is a Python with pip. */
export function hasPip(): boolean {
  return spawnSync('python3', ['-m', 'pip', '--version']).status === 0;
}

/**
 * The folder with packages of PyPI, for PYTHONPATH. They are installed once, in the user's cache folder, whole or not at all.
 *
 * @param requirements each with its exact version
 * @throws {Error} with pip's words when they cannot be installed
 */
export function pipPackages(...requirements: readonly string[]): string {
  return cacheFolder(requirements.join('+').replaceAll('==', '-'), (folder) => {
    console.log(`installing ${requirements.join(', ')}`);
    const args = ['-m', 'pip', 'install', '--quiet', '--target', folder, ...requirements];
    const { status, stderr } = spawnSync('python3', args, { encoding: 'utf8' });
    if (status !== 0) throw new Error(`${requirements.join(', ')} cannot be installed:\n${stderr}`);
  });
}
