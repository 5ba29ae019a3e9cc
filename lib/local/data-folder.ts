import { mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { LOCAL_ARCHIVE } from '../archive/layout.ts';
import { CommandError } from '../terminal/errors.ts';

export interface DataFolder {
  readonly path: string;
  /** Releases the lock, so that another process can use the folder. */
  release(): void;
}

/**
 * Creates the folder if necessary and locks it for this process: its stores do not support concurrent processes. The
 * lock of a process that was killed does not count.
 *
 * @throws {CommandError} if the folder is not writable, or another process uses it
 */
export function takeDataFolder(folder: string): DataFolder {
  const path = resolve(folder);
  const lockFile = join(path, 'tailgate.lock');
  try {
    makeFolder(path);
    const owner = ownerOf(lockFile);
    if (owner !== undefined && owner !== process.pid && isRunning(owner)) {
      throw new CommandError(
        `folder ${path} is in use by process ${owner}: choose another with --data (or, if that process is not Tailgate, delete ${lockFile})`,
      );
    }
    rmSync(lockFile, { force: true });
    // If two processes start at once, `wx` fails for the second one.
    writeFileSync(lockFile, `${process.pid}\n`, { flag: 'wx' });
  } catch (error) {
    if (error instanceof CommandError) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    throw new CommandError(`cannot write to folder ${path}: choose another with --data (${reason})`, {
      cause: error,
    });
  }
  return { path, release: () => rmSync(lockFile, { force: true }) };
}

/**
 * Like `mkdirSync` with `recursive`, which never returns on a file system that refuses new folders with ENOENT, such as
 * /proc.
 */
function makeFolder(path: string): void {
  const parent = dirname(path);
  if (statSync(path, { throwIfNoEntry: false })?.isDirectory()) return;
  if (parent !== path) makeFolder(parent);
  mkdirSync(path);
}

function ownerOf(lockFile: string): number | undefined {
  try {
    const owner = Number(readFileSync(lockFile, 'utf8'));
    return Number.isInteger(owner) && owner > 0 ? owner : undefined;
  } catch {
    return undefined;
  }
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

/** Path of the archive in a data folder of the local run. @throws {CommandError} when there is no such data folder */
export function archiveIn(dataFolder: string): string {
  if (!statSync(dataFolder, { throwIfNoEntry: false })?.isDirectory()) {
    throw new CommandError(
      `no data folder at ${dataFolder}: start Tailgate first (tailgate start), or name another with --data`,
    );
  }
  return join(dataFolder, LOCAL_ARCHIVE);
}
