import { join } from 'node:path';
import { FilesystemArchiveFolders } from '../../../lib/adapters/filesystem/filesystem-archive-folders.ts';
import { NODE_CODECS } from '../../../lib/adapters/node-codecs.ts';
import type { CompactionLimits, FolderResult } from '../../../lib/compaction/compact-folder.ts';
import { compactHour, sum } from '../../../lib/compaction/compact-hour.ts';
import { listHours } from '../../../lib/compaction/list-hours.ts';

/** Compacts all hours of the archive in a data folder. */
export async function compactDataFolder(dataDir: string, limits?: CompactionLimits): Promise<FolderResult> {
  const objects = new FilesystemArchiveFolders(join(dataDir, 'archive'));
  const results: FolderResult[] = [];
  for (const hour of await listHours(objects)) {
    results.push(await compactHour(hour, [undefined], { objects, codecs: NODE_CODECS }, () => true, limits));
  }
  return sum(results);
}
