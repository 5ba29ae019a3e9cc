import { statSync } from 'node:fs';
import { join } from 'node:path';
import { listHours } from '../../archive/archive-reader.ts';
import { SETTLE_MS } from '../../archive/compaction/compact-archive.ts';
import { compactHour, type HourResult } from '../../archive/compaction/compact-hour.ts';
import { hourOf } from '../../archive/hours.ts';
import { hourFolder, LOCAL_ARCHIVE } from '../../archive/layout.ts';
import { NODE_CODECS } from '../../aws/codecs.ts';
import { FilesystemObjectStore } from '../../aws/filesystem/object-store.ts';
import { lookAt, type Uncompacted } from './uncompacted.ts';

export interface LocalCompaction {
  readonly dataDir: string;
  readonly nowMs: number;
  readonly fromMs: number | undefined;
  readonly toMs: number | undefined;
  readonly isInterrupted: () => boolean;
  readonly onHour: (result: HourResult) => void;
}

/**
 * Compacts the archive of a data folder. Nothing has to be published: whoever queries it looks which objects are in parts.
 *
 * @throws {Error} when the folder does not exist
 */
export async function compactDataFolder(compaction: LocalCompaction): Promise<HourResult[]> {
  const store = archiveOf(compaction.dataDir);
  const results: HourResult[] = [];
  for (const hour of await hoursOf(store, compaction)) {
    if (compaction.isInterrupted()) break;
    const deps = { store, codecs: NODE_CODECS };
    const result = await compactHour(hour, [undefined], deps, () => !compaction.isInterrupted());
    results.push(result);
    compaction.onHour(result);
  }
  return results;
}

/** What is in no part yet. @throws {Error} when the folder does not exist */
export async function lookAtDataFolder(compaction: LocalCompaction): Promise<Uncompacted> {
  const store = archiveOf(compaction.dataDir);
  const hours = await hoursOf(store, compaction);
  return lookAt(
    hours.map((hour) => hourFolder(hour, {})),
    store,
  );
}

function archiveOf(dataDir: string): FilesystemObjectStore {
  if (!statSync(dataDir, { throwIfNoEntry: false })?.isDirectory()) {
    throw new Error(`no data folder at ${dataDir}: start Tailgate first (npm start), or name another with --data`);
  }
  return new FilesystemObjectStore(join(dataDir, LOCAL_ARCHIVE));
}

async function hoursOf(store: FilesystemObjectStore, { nowMs, fromMs, toMs }: LocalCompaction) {
  const settled = hourOf(nowMs - SETTLE_MS);
  const to = toMs === undefined || hourOf(toMs) > settled ? settled : hourOf(toMs);
  const from = fromMs === undefined ? '' : hourOf(fromMs);
  return (await listHours(store)).filter((hour) => hour >= from && hour < to);
}
