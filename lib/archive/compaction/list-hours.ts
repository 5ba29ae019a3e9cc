import type { ArchiveHour } from '../hours.ts';
import { filedHour, TRACES_PREFIX, visiblePartition } from '../layout.ts';
import type { ArchiveFolders } from './ports.ts';

/** The hours that there are objects of, in their order, in an archive that does not keep tenants apart. */
export async function listHours(archive: Pick<ArchiveFolders, 'listFolders'>): Promise<readonly ArchiveHour[]> {
  const hours: ArchiveHour[] = [];
  for (const day of await archive.listFolders(TRACES_PREFIX)) {
    for (const hour of await archive.listFolders(`${TRACES_PREFIX}${day}/`)) {
      const partition = visiblePartition(`${TRACES_PREFIX}${day}/${hour}/x`, TRACES_PREFIX);
      if (partition !== undefined) hours.push(filedHour(partition));
    }
  }
  return hours.sort();
}
