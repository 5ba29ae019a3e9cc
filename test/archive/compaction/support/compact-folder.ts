import { join } from 'node:path';
import { listHours } from '../../../../lib/archive/archive-reader.ts';
import type { CompactionLimits, FolderResult } from '../../../../lib/archive/compaction/compact-folder.ts';
import { compactHour, sum } from '../../../../lib/archive/compaction/compact-hour.ts';
import { NODE_CODECS } from '../../../../lib/aws/codecs.ts';
import { FilesystemObjectStore } from '../../../../lib/aws/filesystem/object-store.ts';

/** Compacts all hours of the archive in a data folder. */
export async function compactDataFolder(dataDir: string, limits?: CompactionLimits): Promise<FolderResult> {
  const store = new FilesystemObjectStore(join(dataDir, 'archive'));
  const results: FolderResult[] = [];
  for (const hour of await listHours(store)) {
    results.push(await compactHour(hour, [undefined], { store, codecs: NODE_CODECS }, () => true, limits));
  }
  return sum(results);
}
