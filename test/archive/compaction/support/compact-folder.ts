import { join } from 'node:path';
import type { CompactionLimits, FolderResult } from '../../../../lib/archive/compaction/compact-folder.ts';
import { compactHour, sum } from '../../../../lib/archive/compaction/compact-hour.ts';
import { listHours } from '../../../../lib/archive/compaction/list-hours.ts';
import { FilesystemArchiveFolders } from '../../../../lib/aws/filesystem/object-store.ts';
import { NODE_CODECS } from '../../../../lib/aws/node.ts';

/** Compacts all hours of the archive in a data folder. */
export async function compactDataFolder(dataDir: string, limits?: CompactionLimits): Promise<FolderResult> {
  const objects = new FilesystemArchiveFolders(join(dataDir, 'archive'));
  const results: FolderResult[] = [];
  for (const hour of await listHours(objects)) {
    results.push(await compactHour(hour, [undefined], { objects, codecs: NODE_CODECS }, () => true, limits));
  }
  return sum(results);
}
