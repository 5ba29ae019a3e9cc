import { execFileSync, spawnSync } from 'node:child_process';
import { closeSync, mkdirSync, mkdtempSync, openSync, rmSync, truncateSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const STEP_BYTES = 64 * 1024;

/** A small file system of its own: it can be filled and made read-only without harm to anything else. */
export class SmallDisk {
  readonly folder: string;
  readonly #filler: string;

  /** @throws when this user may not mount */
  constructor(folder: string, megabytes: number) {
    this.folder = folder;
    this.#filler = join(folder, '.filler');
    mkdirSync(folder, { recursive: true });
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m,mode=0755`, 'tailgate-chaos', folder], {
      stdio: 'pipe',
    });
  }

  /** Fills it to the last byte, and then frees so many again. */
  fill(leaveBytes: number): void {
    const step = Buffer.alloc(STEP_BYTES);
    const file = openSync(this.#filler, 'a');
    let length = 0;
    try {
      for (;;) length += writeSync(file, step);
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'ENOSPC')) throw error;
    } finally {
      closeSync(file);
    }
    if (leaveBytes > 0) truncateSync(this.#filler, Math.max(0, length - leaveBytes));
  }

  makeRoom(): void {
    rmSync(this.#filler, { force: true });
  }

  /** @returns whether it worked: a file that is being written holds it up */
  setReadOnly(isReadOnly: boolean): boolean {
    try {
      execFileSync('mount', ['-o', `remount,bind,${isReadOnly ? 'ro' : 'rw'}`, this.folder], { stdio: 'pipe' });
      return true;
    } catch {
      return false;
    }
  }

  unmount(): void {
    execFileSync('umount', ['-l', this.folder], { stdio: 'pipe' });
  }
}

const UNSHARE = ['unshare', '--map-root-user', '--mount'] as const;
const IS_UNSHARED = 'TAILGATE_CHAOS_UNSHARED';

/**
 * A user who may not mount may do so in namespaces of his own, on most systems: runs this very program there.
 * @returns its exit code; undefined when that does not help, or is not needed
 */
export function runWhereMountsWork(): number | undefined {
  const [command, ...options] = UNSHARE;
  const isUseless = process.env[IS_UNSHARED] !== undefined || whyNoMounts() === undefined;
  if (isUseless || spawnSync(command, [...options, 'true']).status !== 0) return undefined;
  const args = [...options, process.execPath, ...process.argv.slice(1)];
  const env = { ...process.env, [IS_UNSHARED]: '1' };
  return spawnSync(command, args, { stdio: 'inherit', env }).status ?? 1;
}

/** Whether this process may mount; if not, why. */
export function whyNoMounts(): string | undefined {
  const folder = mkdtempSync(join(tmpdir(), 'tailgate-mount-'));
  try {
    new SmallDisk(folder, 1).unmount();
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message.trim() : String(error);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
