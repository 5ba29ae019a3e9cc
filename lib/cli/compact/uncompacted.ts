import { uncoveredObjects } from '../../archive/compaction/compact-folder.ts';
import type { ObjectStore } from '../../archive/ports.ts';

/** What is in no part yet. */
export interface Uncompacted {
  readonly hours: number;
  readonly objects: number;
  readonly bytes: number;
}

/** @param folders of hours, inside `traces/` and `spans/` */
export async function lookAt(folders: readonly string[], store: ObjectStore): Promise<Uncompacted> {
  const found = { hours: 0, objects: 0, bytes: 0 };
  for (const folder of folders) {
    const uncovered = await uncoveredObjects(folder, store);
    if (uncovered.length === 0) continue;
    found.hours += 1;
    found.objects += uncovered.length;
    found.bytes += uncovered.reduce((sum, { byteLength }) => sum + byteLength, 0);
  }
  return found;
}
