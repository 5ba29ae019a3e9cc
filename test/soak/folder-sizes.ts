import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

export interface FolderSizes {
  readonly buffer: number;
  readonly queue: number;
  /** The archive, spills, and all else. */
  readonly archive: number;
}

/** Bytes of the files in a data folder, which may come and go at the same time. */
export function folderSizes(data: string): FolderSizes {
  const buffer = bytesOf(join(data, 'buffer'));
  const queue = bytesOf(join(data, 'queue'));
  return { buffer, queue, archive: bytesOf(data) - buffer - queue };
}

function bytesOf(folder: string): number {
  let bytes = 0;
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (entry.isFile()) bytes += statSync(join(entry.parentPath, entry.name), { throwIfNoEntry: false })?.size ?? 0;
  }
  return bytes;
}
