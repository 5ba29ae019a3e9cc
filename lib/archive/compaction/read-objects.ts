import { isTracesName, nameOf } from '../layout.ts';
import { ForeignLineError } from './json-fields.ts';
import { lineRows } from './line-rows.ts';
import type { ArchiveFolders, Codecs, ObjectEntry } from './ports.ts';
import type { PartRow } from './span-rows.ts';

export interface ReadObject {
  readonly object: ObjectEntry;
  readonly rows: readonly PartRow[];
  /** Of its lines. */
  readonly jsonBytes: number;
}

/** An object that cannot be taken over. */
export interface RefusedObject {
  readonly object: ObjectEntry;
  readonly reason: string;
}

/** Requests under way at a time: reading is mostly waiting. */
const READ_AHEAD = 8;

/** Reads objects in their order, some ahead. */
export async function* readObjects(
  objects: readonly ObjectEntry[],
  from: Pick<ArchiveFolders, 'read'>,
  codecs: Codecs,
  maxObjectBytes: number,
): AsyncGenerator<ReadObject | RefusedObject> {
  const reads: Promise<Uint8Array>[] = [];
  for (let next = 0, done = 0; done < objects.length; done++) {
    for (; next < objects.length && next < done + READ_AHEAD; next++) {
      const read = from.read((objects[next] as ObjectEntry).path);
      // Thrown where it is waited for.
      read.catch(() => {});
      reads.push(read);
    }
    const bytes = await (reads.shift() as Promise<Uint8Array>);
    yield parseObject(objects[done] as ObjectEntry, bytes, codecs, maxObjectBytes);
  }
}

function parseObject(
  object: ObjectEntry,
  bytes: Uint8Array,
  codecs: Codecs,
  maxObjectBytes: number,
): ReadObject | RefusedObject {
  if (!isTracesName(nameOf(object.path)))
    return { object, reason: 'expected a name such as traces_<time>-<id>.jsonl.gz' };
  let json: Uint8Array;
  try {
    json = codecs.gunzip(bytes, maxObjectBytes);
  } catch (error) {
    return { object, reason: `expected gzip: ${error instanceof Error ? error.message : String(error)}` };
  }
  const rows: PartRow[] = [];
  let number = 0;
  try {
    for (const line of linesOf(json)) {
      number += 1;
      for (const row of lineRows(line)) rows.push(row);
    }
  } catch (error) {
    if (error instanceof ForeignLineError) return { object, reason: `line ${number}: ${error.message}` };
    // The decoder, on what is no UTF-8.
    if (error instanceof TypeError) return { object, reason: `line ${number + 1}: ${error.message}` };
    throw error;
  }
  return { object, rows, jsonBytes: json.length };
}

const LINE_FEED = 0x0a;

/** A line must not be empty, and the last one may lack its line feed. */
function* linesOf(bytes: Uint8Array): Generator<string> {
  const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  for (let at = 0; at < bytes.length; ) {
    const end = bytes.indexOf(LINE_FEED, at);
    const to = end === -1 ? bytes.length : end;
    yield utf8.decode(bytes.subarray(at, to));
    at = to + 1;
  }
}
