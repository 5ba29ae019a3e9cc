import { readdir, rm, rmdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { DAY_FOLDER, isPartition, isTracesName, PARTS_PREFIX, partNumber, TRACES_PREFIX } from '../archive/layout.ts';

/** The archive of a data folder, and how long its files stay. */
export interface Retention {
  /** Path of the archive. */
  readonly archive: string;
  readonly nowMs: number;
  /** From the time when a file was written. */
  readonly retentionMs: number;
  /** Ends it early. */
  readonly signal: AbortSignal;
}

/**
 * Deletes the kept traces, and the Parquet copies, that were written longer ago, as the lifecycle rule of a deployed bucket does, and
 * the folders that this empties. Files of other names, and files in other places, stay. Resolves to how many files were deleted.
 */
export async function removeOldTraces({ archive, nowMs, retentionMs, signal }: Retention): Promise<number> {
  let removed = 0;
  for (const prefix of [TRACES_PREFIX, PARTS_PREFIX]) {
    const root = join(archive, prefix);
    for (const day of await namesIn(root, DAY_FOLDER)) {
      // A trace is in the hour in which it began: at most a day from when it was kept.
      const dayMs = Date.parse(day.slice(DAY_FOLDER.length));
      if (!(dayMs <= nowMs - retentionMs + DAY_MS)) continue;
      for (const hour of await namesIn(join(root, day), '')) {
        if (!isPartition(`${day}/${hour}`)) continue;
        if (signal.aborted) return removed;
        removed += await removeOldFiles(join(root, day, hour), nowMs - retentionMs);
        await removeEmpty(join(root, day, hour));
      }
      await removeEmpty(join(root, day));
    }
  }
  return removed;
}

const DAY_MS = 86_400_000;

async function removeOldFiles(folder: string, beforeMs: number): Promise<number> {
  let removed = 0;
  for (const name of await namesIn(folder, '')) {
    const file = join(folder, name);
    if (!isTracesName(name) && partNumber(file.replaceAll('\\', '/')) === undefined) continue;
    const found = await unlessAbsent(stat(file), undefined);
    if (found === undefined || found.mtimeMs >= beforeMs) continue;
    await rm(file, { force: true });
    removed += 1;
  }
  return removed;
}

async function namesIn(folder: string, prefix: string): Promise<readonly string[]> {
  return (await unlessAbsent(readdir(folder), [])).filter((name) => name.startsWith(prefix));
}

/** The user, too, may delete what is old, at any time. */
async function unlessAbsent<Found, Instead>(found: Promise<Found>, instead: Instead): Promise<Found | Instead> {
  try {
    return await found;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return instead;
    throw error;
  }
}

/** A folder with something in it stays, and so does one that is needed again at this moment. */
async function removeEmpty(folder: string): Promise<void> {
  await rmdir(folder).catch(() => undefined);
}
