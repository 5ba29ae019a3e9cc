import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import type { ArchiveReader } from '../../archive/archive-reader.ts';
import { compareKeys, filedHour } from '../../archive/layout.ts';
import type { StoredObject } from '../../archive/ports.ts';
import { type LineHead, readTraceLine, type TraceLine, UnreadableError } from '../../archive/read-line.ts';
import { gunzipLines } from '../../aws/codecs.ts';
import { isRetryable } from '../../aws/retry.ts';
import type { UnfinishedSpans } from './unfinished-spans.ts';

/** How far a reader of the archive has come: these lines of this object, and all objects before it. */
export interface Position {
  readonly object: string;
  readonly lines: number;
  /** Whether nothing of the object is left. */
  readonly isWhole: boolean;
}

/** Lines that are sent together, and everything that was read on the way to them. */
export interface Batch {
  /** None when nothing that was read is to be sent. */
  readonly lines: readonly TraceLine[];
  /** Of the request. */
  readonly byteLength: number;
  /** Behind its last line. */
  readonly end: Position;
  /** Objects that end in it. */
  readonly objects: number;
  /** Objects and lines that could not be read: what they are, and why. */
  readonly unreadable: readonly string[];
}

const OPEN = Buffer.from('{"resourceSpans":[');
const COMMA = Buffer.from(',');
const CLOSE = Buffer.from(']}');

/** Of a request around its lines. */
const ENVELOPE_BYTES = OPEN.length + CLOSE.length;

/** The lines as one export request in OTLP JSON. */
export function exportRequestOf(lines: readonly TraceLine[]): Buffer {
  const members = lines.flatMap(({ resourceSpans }, index) => (index === 0 ? [resourceSpans] : [COMMA, resourceSpans]));
  return Buffer.concat([OPEN, ...members, CLOSE]);
}

export function spansOf(lines: readonly TraceLine[]): number {
  return lines.reduce((sum, { spanCount }) => sum + spanCount, 0);
}

/** Objects that are fetched before it is their turn: each takes a round trip, however small it is. */
const MAX_AHEAD = 8;
/** Compressed. A larger object is streamed when it is its turn, and its round trip does not count. */
const MAX_BYTES_AHEAD = 1024 * 1024;

export interface OpenableObject {
  readonly key: string;
  /** Its bytes; undefined when it is gone. May be called again. */
  readonly open: () => Promise<AsyncIterable<Uint8Array> | undefined>;
}

/** The objects in their order, the next small ones being fetched ahead. */
export async function* readAhead(
  objects: AsyncIterable<StoredObject>,
  archive: Pick<ArchiveReader, 'open'>,
): AsyncGenerator<OpenableObject> {
  const ahead: OpenableObject[] = [];
  for await (const object of objects) {
    ahead.push(openable(object, archive));
    if (ahead.length > MAX_AHEAD) yield* ahead.splice(0, 1);
  }
  yield* ahead;
}

function openable({ key, byteLength }: StoredObject, archive: Pick<ArchiveReader, 'open'>): OpenableObject {
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
async function fetchWhole(open: () => Promise<AsyncIterable<Uint8Array> | undefined>): Promise<Buffer | undefined> {
  try {
    const stream = await open();
    return stream && (await buffer(Readable.from(stream)));
  } catch {
    return undefined;
  }
}

export interface ReadOptions {
  readonly archive: Pick<ArchiveReader, 'open'>;
  readonly objects: AsyncIterable<StoredObject>;
  /** @param hour under which the line is filed: `2026-11-21T07` */
  readonly isWanted: (head: LineHead, hour: string) => boolean;
  readonly unfinished: UnfinishedSpans;
  /** Where to go on: what lies before it is not read again. */
  readonly from: Position | undefined;
  /** A batch is closed before its request would be longer. A longer line is a batch of its own. */
  readonly maxBatchBytes: number;
  /** The same for its spans. */
  readonly maxBatchSpans: number;
  /** Once it is aborted, reading throws its reason. */
  readonly stop: AbortSignal;
}

/** A batch is closed after so many objects, so that the position moves on also where little is selected. */
const MAX_OBJECTS = 100;
/** How often an object may be opened in vain. */
const MAX_READS = 5;

/** The selected lines of the archive in batches, in its order. It reads no further than is asked for. */
export async function* readBatches(options: ReadOptions): AsyncGenerator<Batch> {
  const { archive, objects, from, isWanted, stop } = options;
  let batch = new OpenBatch();
  for await (const { key, open } of readAhead(objectsFrom(from, objects), archive)) {
    let lines = from?.object === key ? from.lines : 0;
    const hour = filedHour(key);
    try {
      for await (const bytes of linesAfter(lines, open)) {
        stop.throwIfAborted();
        const found = readLine(
          bytes,
          (head) => isWanted(head, hour),
          (reason) => batch.unreadable.push(`${key}, line ${lines + 1}: ${reason}`),
        );
        const line = found && (await options.unfinished.leaveOut(found, key));
        if (line !== undefined && batch.isTooFullFor(line, options)) {
          yield batch.closedAt({ object: key, lines, isWhole: false });
          batch = new OpenBatch();
        }
        if (line !== undefined) batch.add(line);
        lines += 1;
      }
    } catch (error) {
      if (!(error instanceof UnreadableError)) throw error;
      batch.unreadable.push(`${key}: ${error.message}`);
    }
    const end = { object: key, lines, isWhole: true };
    batch.endObject(end);
    if (batch.objects < MAX_OBJECTS) continue;
    yield batch.closedAt(end);
    batch = new OpenBatch();
  }
  if (batch.lastEnd !== undefined) yield batch.closedAt(batch.lastEnd);
}

async function* objectsFrom(from: Position | undefined, objects: AsyncIterable<StoredObject>) {
  for await (const object of objects) {
    const order = from === undefined ? 1 : compareKeys(object.key, from.object);
    if (order > 0 || (order === 0 && from?.isWhole === false)) yield object;
  }
}

/** The lines behind the first `skip`, also when the connection breaks on the way. */
export async function* linesAfter(skip: number, open: OpenableObject['open']): AsyncGenerator<Uint8Array> {
  let done = skip;
  for (let reads = 1; ; reads++) {
    const before = done;
    try {
      const stream = await open();
      if (stream === undefined) throw new UnreadableError('is gone');
      let index = 0;
      for await (const line of gunzipLines(stream)) {
        index += 1;
        if (index <= done) continue;
        done = index;
        yield line;
      }
      return;
    } catch (error) {
      if (done > before) reads = 0;
      if (reads >= MAX_READS || !isRetryable(error)) throw error;
    }
  }
}

/** Undefined when nothing of the line is to be sent. */
function readLine(
  bytes: Uint8Array,
  isWanted: (head: LineHead) => boolean,
  complain: (reason: string) => void,
): TraceLine | undefined {
  if (bytes.length === 0) return undefined;
  try {
    const line = readTraceLine(bytes, isWanted);
    return line === undefined || line.resourceSpans.length === 0 ? undefined : line;
  } catch (error) {
    if (!(error instanceof UnreadableError)) throw error;
    complain(error.message);
    return undefined;
  }
}

class OpenBatch {
  readonly lines: TraceLine[] = [];
  readonly unreadable: string[] = [];
  objects = 0;
  lastEnd: Position | undefined;
  #byteLength = ENVELOPE_BYTES;
  #spans = 0;

  isTooFullFor(line: TraceLine, max: Pick<ReadOptions, 'maxBatchBytes' | 'maxBatchSpans'>): boolean {
    if (this.lines.length === 0) return false;
    return (
      this.#byteLength + line.resourceSpans.length + 1 > max.maxBatchBytes ||
      this.#spans + line.spanCount > max.maxBatchSpans
    );
  }

  add(line: TraceLine): void {
    this.#byteLength += line.resourceSpans.length + (this.lines.length === 0 ? 0 : 1);
    this.#spans += line.spanCount;
    this.lines.push(line);
  }

  endObject(end: Position): void {
    this.objects += 1;
    this.lastEnd = end;
  }

  closedAt(end: Position): Batch {
    const { lines, objects, unreadable } = this;
    return { lines, objects, unreadable, end, byteLength: lines.length === 0 ? 0 : this.#byteLength };
  }
}
