import type { ArchiveObject, ArchiveObjects } from '../../aws/archive-objects.ts';
import type { ReplayState } from './position.ts';

/** The objects of a replay, or of what is left of it. */
export interface SelectedObjects {
  readonly objects: number;
  /** Compressed. */
  readonly bytes: number;
  /** Objects that were written after the replay began, and are not part of it. */
  readonly later: number;
}

/** @throws the reason of the signal once it is aborted */
export async function countObjects(
  archive: ArchiveObjects,
  state: ReplayState,
  stop: AbortSignal,
): Promise<SelectedObjects> {
  const counts = { objects: 0, bytes: 0, later: 0 };
  for await (const object of archive.list(state.partitions)) {
    stop.throwIfAborted();
    if (isLater(object, state)) {
      counts.later += 1;
    } else {
      counts.objects += 1;
      counts.bytes += object.byteLength;
    }
  }
  return counts;
}

/**
 * Only what was there when the replay began. Objects never change, so this is the same list whenever it goes on, and a
 * receiver that writes into the archive that is being read (Tailgate itself) does not make it endless.
 */
export async function* listObjects(archive: ArchiveObjects, state: ReplayState): AsyncGenerator<ArchiveObject> {
  for await (const object of archive.list(state.partitions)) {
    if (!isLater(object, state)) yield object;
  }
}

function isLater({ createdAtMs }: ArchiveObject, { startedAtMs }: ReplayState): boolean {
  return createdAtMs > startedAtMs;
}
