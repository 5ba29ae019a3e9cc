import { isTracesName, nameOf } from '../layout.ts';
import type { Codecs, ObjectStore, StoredObject } from '../ports.ts';
import { linesOf, UnreadableError } from '../read-line.ts';
import { lineRows } from './line-rows.ts';
import type { PartRow } from './span-rows.ts';

export interface ReadObject {
  readonly object: StoredObject;
  readonly rows: readonly PartRow[];
  /** The size of its lines, uncompressed. */
  readonly jsonBytes: number;
}

/** An object that cannot be copied, and why. */
export interface RefusedObject {
  readonly object: StoredObject;
  readonly reason: string;
}

/** Requests in flight at a time: reading is mostly waiting. */
const READ_AHEAD = 8;

/** Reads objects in their order, some ahead. */
export async function* readObjects(
  objects: readonly StoredObject[],
  store: Pick<ObjectStore, 'get'>,
  codecs: Codecs,
  maxObjectBytes: number,
): AsyncGenerator<ReadObject | RefusedObject> {
  const reads: Promise<Uint8Array | undefined>[] = [];
  for (let next = 0, done = 0; done < objects.length; done++) {
    for (; next < objects.length && next < done + READ_AHEAD; next++) {
      const read = store.get((objects[next] as StoredObject).key);
      // The await below throws it.
      read.catch(() => {});
      reads.push(read);
    }
    const object = objects[done] as StoredObject;
    const bytes = await reads.shift();
    if (bytes === undefined) throw new Error(`${object.key} was listed, and is gone`);
    yield parseObject(object, bytes, codecs, maxObjectBytes);
  }
}

function parseObject(
  object: StoredObject,
  bytes: Uint8Array,
  codecs: Codecs,
  maxObjectBytes: number,
): ReadObject | RefusedObject {
  if (!isTracesName(nameOf(object.key)))
    return { object, reason: 'expected a name such as traces_<time>-<id>.jsonl.gz' };
  let json: Uint8Array;
  try {
    json = codecs.gunzip(bytes, maxObjectBytes);
  } catch (error) {
    return { object, reason: `is not gzip: ${error instanceof Error ? error.message : String(error)}` };
  }
  const rows: PartRow[] = [];
  let number = 0;
  try {
    for (const line of linesOf(json)) {
      number += 1;
      for (const row of lineRows(line)) rows.push(row);
    }
  } catch (error) {
    if (error instanceof UnreadableError) return { object, reason: `line ${number}: ${error.message}` };
    throw error;
  }
  return { object, rows, jsonBytes: json.length };
}
