import { isHidden, nameOf, PARTS_PREFIX, partKey, partNumber, TRACES_PREFIX } from '../layout.ts';
import type { Codecs, ObjectStore, StoredObject } from '../ports.ts';
import { withoutUnfinishedCopies } from '../unfinished.ts';
import { objectsOfPart, writePart } from './part-file.ts';
import { type RefusedObject, readObjects } from './read-objects.ts';
import type { PartRow } from './span-rows.ts';

export interface CompactFolderDeps {
  readonly store: ObjectStore;
  readonly codecs: Codecs;
}

const PARQUET = { contentType: 'application/vnd.apache.parquet' };

export interface CompactionLimits {
  /** A part takes objects until they have this many bytes of lines, which bounds the memory that it needs. */
  readonly partJsonBytes: number;
  /** A single object with more bytes of lines stays JSON. */
  readonly objectJsonBytes: number;
}

/** A part of 128 MiB of lines took about 400 MiB of memory (`bench/parquet.ts`), which fits a function of 2 GB. */
const DEFAULT_LIMITS: CompactionLimits = { partJsonBytes: 128 << 20, objectJsonBytes: 256 << 20 };

export interface FolderResult {
  /** Whether every object that was there is in a part now. */
  readonly isComplete: boolean;
  readonly refused: readonly RefusedObject[];
  /** What this call has written: `parts`, and what is in them. */
  readonly parts: number;
  readonly objects: number;
  readonly spans: number;
  readonly bytesBefore: number;
  readonly bytesAfter: number;
}

/**
 * Puts the objects of one hour that are not in a part yet into further parts.
 *
 * Creating a part commits all objects that it covers. Its number is the one after the last existing part: of two runs that
 * compact the same hour, one finds the number taken and looks again. So no object is ever in two parts, whichever run dies
 * or is repeated.
 *
 * @param folder of the hour, inside `traces/` and `spans/`
 * @param hasTime asked before each part
 */
export async function compactFolder(
  folder: string,
  { store, codecs }: CompactFolderDeps,
  hasTime: () => boolean,
  limits: CompactionLimits = DEFAULT_LIMITS,
): Promise<FolderResult> {
  const refused = new Map<string, RefusedObject>();
  const done = { parts: 0, objects: 0, spans: 0, bytesBefore: 0, bytesAfter: 0 };
  const result = (isComplete: boolean) => ({ ...done, isComplete, refused: [...refused.values()] });
  for (;;) {
    const { uncovered, next } = await lookAt(folder, store);
    const open = uncovered.filter(({ key }) => !refused.has(key));
    if (open.length === 0) return result(refused.size === 0);
    if (!hasTime()) return result(false);
    const taken: StoredObject[] = [];
    const rows: PartRow[] = [];
    let jsonBytes = 0;
    for await (const read of readObjects(open, store, codecs, limits.objectJsonBytes)) {
      if ('reason' in read) {
        refused.set(read.object.key, read);
        continue;
      }
      taken.push(read.object);
      for (const row of read.rows) rows.push(row);
      jsonBytes += read.jsonBytes;
      if (jsonBytes >= limits.partJsonBytes) break;
    }
    if (taken.length === 0) continue;
    const kept = withoutUnfinishedCopies(rows);
    const part = await writePart({ objects: taken.map(({ key }) => nameOf(key)), rows: kept }, codecs.zstd);
    if ((await store.createOnly(partKey(folder, next), part, PARQUET)) === 'exists') continue;
    done.parts += 1;
    done.objects += taken.length;
    done.spans += kept.filter(({ record }) => record === 'span').length;
    done.bytesBefore += taken.reduce((sum, { byteLength }) => sum + byteLength, 0);
    done.bytesAfter += part.length;
  }
}

/** The objects of an hour that are not in a part. */
export async function uncoveredObjects(folder: string, store: ObjectStore): Promise<readonly StoredObject[]> {
  return (await lookAt(folder, store)).uncovered;
}

/** The objects that are not in a part, and the number of the next part. */
async function lookAt(
  folder: string,
  store: ObjectStore,
): Promise<{ readonly uncovered: readonly StoredObject[]; readonly next: number }> {
  const inParts = await store.listFolder(PARTS_PREFIX + folder);
  const parts = inParts.objects.filter(({ key }) => partNumber(key) !== undefined);
  const covered = new Set<string>();
  for (const part of parts) for (const name of await coverageOf(part, store)) covered.add(name);
  const { objects } = await store.listFolder(TRACES_PREFIX + folder);
  return {
    uncovered: objects.filter(({ key }) => !isHidden(key) && !covered.has(nameOf(key))),
    next: Math.max(-1, ...parts.map((part) => partNumber(part.key) ?? -1)) + 1,
  };
}

/** Enough for the footer of most parts. */
const FOOTER_BYTES = 256 << 10;

async function coverageOf(part: StoredObject, store: ObjectStore): Promise<readonly string[]> {
  const end = await readEnd(part, FOOTER_BYTES, store);
  // A Parquet file ends with the length of its footer (4 bytes) and `PAR1`.
  const footerBytes = new DataView(end.buffer, end.byteOffset).getUint32(end.byteLength - 8, true) + 8;
  return objectsOfPart(footerBytes <= end.byteLength ? end : await readEnd(part, footerBytes, store));
}

/** The last bytes of a part, or all of it when it has no more. */
async function readEnd({ key, byteLength }: StoredObject, bytes: number, store: ObjectStore): Promise<Uint8Array> {
  const end = await store.getRange(key, Math.max(0, byteLength - bytes), byteLength);
  if (end === undefined) throw new Error(`${key} was listed, and is gone`);
  return end;
}
