import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import type { ArchiveObject, ArchiveObjects } from '../../aws/archive-objects.ts';

/** Objects that are fetched before it is their turn: each takes a round trip, however small it is. */
const MAX_AHEAD = 8;
/** Compressed. A larger object is streamed when it is its turn, and its round trip does not count. */
const MAX_BYTES_AHEAD = 1024 * 1024;

export interface OpenableObject {
  readonly key: string;
  /** Its bytes; undefined when it is gone. May be called again. */
  readonly open: () => Promise<Readable | undefined>;
}

/** The objects in their order, the next small ones being fetched meanwhile. */
export async function* readAhead(
  objects: AsyncIterable<ArchiveObject>,
  archive: ArchiveObjects,
): AsyncGenerator<OpenableObject> {
  const ahead: OpenableObject[] = [];
  for await (const object of objects) {
    ahead.push(openable(object, archive));
    if (ahead.length > MAX_AHEAD) yield* ahead.splice(0, 1);
  }
  yield* ahead;
}

function openable({ key, byteLength }: ArchiveObject, archive: ArchiveObjects): OpenableObject {
  const open = () => archive.open(key);
  if (byteLength > MAX_BYTES_AHEAD) return { key, open };
  let fetched: Promise<Buffer | undefined> | undefined = fetchWhole(open);
  return {
    key,
    async open() {
      const bytes = await fetched;
      fetched = undefined;
      return bytes === undefined ? open() : Readable.from([bytes]);
    },
  };
}

/** Undefined also when it did not work: then it is tried again in its turn, and reported if need be. */
async function fetchWhole(open: () => Promise<Readable | undefined>): Promise<Buffer | undefined> {
  try {
    const stream = await open();
    return stream && (await buffer(stream));
  } catch {
    return undefined;
  }
}
