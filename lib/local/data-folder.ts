import {
  appendFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { LOCAL_ARCHIVE } from '../archive/layout.ts';
import { CommandError } from '../terminal/errors.ts';

/** The database of what waits for its decision, in a data folder. */
export const BUFFER_FILE = 'buffer.db';

/** Names the process that uses a data folder, in its first line, and where it listens, in its second. */
const LOCK_FILE = 'tailgate.lock';

/** A copy of the policies of the last start, for `tailgate trace`. */
const POLICIES_FILE = 'policies.yaml';

export interface DataFolder {
  readonly path: string;
  /** Says where this process listens, to commands that look for it. */
  announce(url: string): void;
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
  const lockFile = join(path, LOCK_FILE);
  try {
    makeFolder(path);
    const owner = ownerOf(lockFile)?.pid;
    if (owner !== undefined && owner !== process.pid && isRunning(owner)) {
      throw new CommandError(
        `folder ${path} is in use by process ${owner}: choose another with --data (or, if that process is not Tailgate, delete ${lockFile})`,
      );
    }
    refuseOldFolder(path);
    rmSync(lockFile, { force: true });
    // If two processes start at once, `wx` fails for the second one.
    writeFileSync(lockFile, `${process.pid}\n`, { flag: 'wx' });
  } catch (error) {
    if (error instanceof CommandError) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    const isFull = error instanceof Error && 'code' in error && FULL.has(String(error.code));
    const advice = isFull ? 'make room on its disk, or choose another with --data' : 'choose another with --data';
    throw new CommandError(`cannot write to folder ${path}: ${advice} (${reason})`, { cause: error });
  }
  return {
    path,
    announce(url) {
      try {
        // Appended: whoever reads the file at this moment must find the process in it.
        appendFileSync(lockFile, `${url}\n`);
      } catch {
        // On a full disk everything works but the command that looks for it.
      }
    },
    release: () => rmSync(lockFile, { force: true }),
  };
}

/** No room on the disk, or under the quota. */
const FULL = new Set(['ENOSPC', 'EDQUOT']);

/** Where Tailgate 0.1 kept what waits: a LevelDB of the spans, a database of the wake-ups, and objects that are no rows. */
const OLD_FOLDERS = ['buffer', 'queue'] as const;

/** @throws {CommandError} for the folder of a version that kept spans in another way: they must not be forgotten in silence */
function refuseOldFolder(path: string): void {
  const old = OLD_FOLDERS.map((name) => join(path, name)).filter((folder) => existsSync(folder));
  if (old.length === 0) return;
  throw new CommandError(
    `folder ${path} has spans of Tailgate 0.1 in it, which this version cannot read: to have them decided, start 0.1 once more ` +
      `with this folder until their decision_wait is over, and stop it; then, or to do without them, delete ${old.join(' and ')}. ` +
      `The kept traces in ${join(path, LOCAL_ARCHIVE)} stay as they are and can be queried`,
  );
}

/** Whether a process runs on the folder. */
export function isInUse(dataFolder: string): boolean {
  const owner = ownerOf(join(dataFolder, LOCK_FILE));
  return owner !== undefined && isRunning(owner.pid);
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

interface Owner {
  readonly pid: number;
  /** Undefined until the process listens. */
  readonly url: string | undefined;
}

function ownerOf(lockFile: string): Owner | undefined {
  try {
    const [pid = '', url] = readFileSync(lockFile, 'utf8').split('\n');
    const owner = Number(pid);
    return Number.isInteger(owner) && owner > 0 ? { pid: owner, url: url || undefined } : undefined;
  } catch {
    return undefined;
  }
}

/** Where the process that uses a data folder listens; undefined: none does, or it is only starting. */
export function listeningOn(dataFolder: string): string | undefined {
  const owner = ownerOf(join(dataFolder, LOCK_FILE));
  return owner !== undefined && isRunning(owner.pid) ? owner.url : undefined;
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

/** Notes by which policies traces are decided from now on. @param text of the file with them */
export function notePolicies(folder: string, text: Uint8Array): void {
  const path = join(folder, POLICIES_FILE);
  // Another process may be reading it.
  writeFileSync(`${path}.new`, text);
  renameSync(`${path}.new`, path);
}

/** The file with the policies of the last start; undefined: there was none that noted them. */
export function notedPolicies(dataFolder: string): string | undefined {
  const path = join(dataFolder, POLICIES_FILE);
  return existsSync(path) ? path : undefined;
}

/** The span buffer in a data folder. @throws {CommandError} when there is none */
export function bufferIn(dataFolder: string): string {
  archiveIn(dataFolder);
  const path = join(dataFolder, BUFFER_FILE);
  if (existsSync(path)) return path;
  throw new CommandError(`no span buffer in ${dataFolder}: start Tailgate with this folder first (tailgate start)`);
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
