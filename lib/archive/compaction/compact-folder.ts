import { isHidden, LINES_FOLDER, nameOf, PARTS_FOLDER, partNumber, partPath } from '../layout.ts';
import { objectsOfPart, writePart } from './part-file.ts';
import type { ArchiveFolders, Codecs, ObjectEntry } from './ports.ts';
import { type RefusedObject, readObjects } from './read-objects.ts';
import type { PartRow } from './span-rows.ts';
import { withoutUnfinishedCopies } from './unfinished-rows.ts';

export interface CompactFolderDeps {
  readonly objects: ArchiveFolders;
  readonly codecs: Codecs;
}

export interface CompactionLimits {
  /** A part takes objects until they have so many bytes of lines, which bounds the memory that it needs. */
  readonly partJsonBytes: number;
  /** A single object with more is left to JSON. */
  readonly objectJsonBytes: number;
}

/** A part of 128 MiB of lines took some 400 MiB of memory (`bench/parquet.ts`): room for one in a function of 2 GB. */
const DEFAULT_LIMITS: CompactionLimits = { partJsonBytes: 128 << 20, objectJsonBytes: 256 << 20 };

export interface FolderResult {
  /** Whether every object is in a part now, of those that there were. */
  readonly isComplete: boolean;
  readonly refused: readonly RefusedObject[];
  /** What this call has written. */
  readonly parts: number;
  readonly objects: number;
  readonly spans: number;
  readonly bytesBefore: number;
  readonly bytesAfter: number;
}

/**
 * Puts the objects of one hour that are in no part yet into further parts.
 *
 * Creating a part is the commit of all that it covers. Its number is the one after the last part that there is, so that of two
 * who compact the same hour one finds it taken, and looks again: no object is ever in two parts, whoever dies or runs twice.
 *
 * @param folder of the hour, inside `traces/` and `spans/`
 * @param hasTime asked before each part
 */
export async function compactFolder(
  folder: string,
  { objects: archive, codecs }: CompactFolderDeps,
  hasTime: () => boolean,
  limits: CompactionLimits = DEFAULT_LIMITS,
): Promise<FolderResult> {
  const refused = new Map<string, RefusedObject>();
  const done = { parts: 0, objects: 0, spans: 0, bytesBefore: 0, bytesAfter: 0 };
  const result = (isComplete: boolean) => ({ ...done, isComplete, refused: [...refused.values()] });
  for (;;) {
    const { uncovered, next } = await lookAt(folder, archive);
    const open = uncovered.filter(({ path }) => !refused.has(path));
    if (open.length === 0) return result(refused.size === 0);
    if (!hasTime()) return result(false);
    const taken: ObjectEntry[] = [];
    const rows: PartRow[] = [];
    let jsonBytes = 0;
    for await (const read of readObjects(open, archive, codecs, limits.objectJsonBytes)) {
      if ('reason' in read) {
        refused.set(read.object.path, read);
        continue;
      }
      taken.push(read.object);
      for (const row of read.rows) rows.push(row);
      jsonBytes += read.jsonBytes;
      if (jsonBytes >= limits.partJsonBytes) break;
    }
    if (taken.length === 0) continue;
    const kept = withoutUnfinishedCopies(rows);
    const part = await writePart({ objects: taken.map(nameOf), rows: kept }, codecs.zstd);
    if ((await archive.create(partPath(folder, next), part)) === 'exists') continue;
    done.parts += 1;
    done.objects += taken.length;
    done.spans += kept.filter(({ record }) => record === 'span').length;
    done.bytesBefore += taken.reduce((sum, { bytes }) => sum + bytes, 0);
    done.bytesAfter += part.length;
  }
}

/** The objects of an hour that are in no part. */
export async function uncoveredObjects(folder: string, archive: ArchiveFolders): Promise<readonly ObjectEntry[]> {
  return (await lookAt(folder, archive)).uncovered;
}

/** The objects that are in no part, and the number of the next part. */
async function lookAt(
  folder: string,
  archive: ArchiveFolders,
): Promise<{ readonly uncovered: readonly ObjectEntry[]; readonly next: number }> {
  const parts = (await archive.list(`${PARTS_FOLDER}${folder}`)).filter((entry) => partNumber(entry) !== undefined);
  const covered = new Set<string>();
  for (const part of parts) for (const name of await coverageOf(part, archive)) covered.add(name);
  const objects = await archive.list(`${LINES_FOLDER}${folder}`);
  return {
    uncovered: objects.filter((object) => !isHidden(object) && !covered.has(nameOf(object))),
    next: Math.max(-1, ...parts.map((part) => partNumber(part) ?? -1)) + 1,
  };
}

/** Enough for the footer of most parts. */
const FOOTER_BYTES = 256 << 10;

async function coverageOf(part: ObjectEntry, archive: ArchiveFolders): Promise<readonly string[]> {
  const end = await archive.readEnd(part, FOOTER_BYTES);
  // The length of the footer, and the mark at the end.
  const footerBytes = new DataView(end.buffer, end.byteOffset).getUint32(end.byteLength - 8, true) + 8;
  return objectsOfPart(footerBytes <= end.byteLength ? end : await archive.readEnd(part, footerBytes));
}
