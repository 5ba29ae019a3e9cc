import { LINES_FOLDER } from '../layout.ts';
import type { ArchiveHour } from '../tables/compacted-hours.ts';
import type { ArchiveFolders } from './ports.ts';

/** The hours that there are objects of, in their order, in an archive that does not keep tenants apart. */
export async function listHours(archive: Pick<ArchiveFolders, 'listFolders'>): Promise<readonly ArchiveHour[]> {
  const hours: ArchiveHour[] = [];
  for (const day of await archive.listFolders(LINES_FOLDER)) {
    const dt = /^dt=(\d{4}-\d{2}-\d{2})$/.exec(day)?.[1];
    if (dt === undefined) continue;
    for (const folder of await archive.listFolders(`${LINES_FOLDER}${day}/`)) {
      const hour = /^hour=(\d{2})$/.exec(folder)?.[1];
      if (hour !== undefined) hours.push(`${dt}T${hour}`);
    }
  }
  return hours.sort();
}
