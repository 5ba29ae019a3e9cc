import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

/** Whether there is a Python with pip. */
export function hasPip(): boolean {
  return spawnSync('python3', ['-m', 'pip', '--version']).status === 0;
}

/**
 * The folder with packages of PyPI, for PYTHONPATH. They are installed once, in the user's cache folder, whole or not at all.
 *
 * @param requirements Each with its exact version.
 * @throws {Error} with pip's words when they cannot be installed
 */
export function pipPackages(...requirements: readonly string[]): string {
  const cache = join(process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'tailgate-tests');
  const folder = join(cache, requirements.join('+').replaceAll('==', '-'));
  if (existsSync(folder)) return folder;
  console.log(`installing ${requirements.join(', ')}`);
  mkdirSync(cache, { recursive: true });
  const work = mkdtempSync(join(cache, 'download-'));
  try {
    const args = ['-m', 'pip', 'install', '--quiet', '--target', work, ...requirements];
    const { status, stderr } = spawnSync('python3', args, { encoding: 'utf8' });
    if (status !== 0) throw new Error(`${requirements.join(', ')} cannot be installed:\n${stderr}`);
    renameSync(work, folder);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
  return folder;
}
