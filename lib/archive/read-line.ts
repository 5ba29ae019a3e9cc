import { isFinished } from './unfinished.ts';

/**
 * Reads lines of the archive back (`line.ts` writes them). Two readers share it: replay sends the spans of a line on as they
 * stand ({@link readTraceLine}), compaction takes all of its values ({@link parseLine}, `compaction/line-rows.ts`).
 */

/** An object or a line is not what the archive holds. The message goes on behind its name: "is not …". */
export class UnreadableError extends Error {
  override readonly name = 'UnreadableError';
}

/** Longest line that is read. Athena refuses rows over 32 MB; twice that leaves room for what another writer may have made. */
export const MAX_READ_LINE_BYTES = 64 * 1024 * 1024;

const LINE_FEED = 0x0a;

/**
 * The lines of a text that comes in pieces, without their line feeds. The last line may lack its own.
 * @throws {UnreadableError} when a line would not fit into memory
 */
export async function* splitLines(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const splitter = new LineSplitter();
  for await (const chunk of chunks) yield* splitter.push(chunk);
  yield* splitter.end();
}

/** The lines of a whole text, as {@link splitLines} has them. @throws {UnreadableError} */
export function* linesOf(text: Uint8Array): Generator<Uint8Array> {
  const splitter = new LineSplitter();
  yield* splitter.push(text);
  yield* splitter.end();
}

class LineSplitter {
  /** Of the line that goes on in the next piece. */
  #parts: Uint8Array[] = [];
  #length = 0;

  *push(chunk: Uint8Array): Generator<Uint8Array> {
    let start = 0;
    for (let end = chunk.indexOf(LINE_FEED); end >= 0; end = chunk.indexOf(LINE_FEED, start)) {
      this.#add(chunk.subarray(start, end));
      yield this.#take();
      start = end + 1;
    }
    this.#add(chunk.subarray(start));
    if (this.#length > MAX_READ_LINE_BYTES) {
      throw new UnreadableError(`has a line of more than ${MAX_READ_LINE_BYTES} bytes`);
    }
  }

  *end(): Generator<Uint8Array> {
    if (this.#length > 0) yield this.#take();
  }

  #add(part: Uint8Array): void {
    this.#parts.push(part);
    this.#length += part.length;
  }

  /** A copy, so that a line that is kept does not keep the pieces around it. */
  #take(): Uint8Array {
    const line = new Uint8Array(this.#length);
    let at = 0;
    for (const part of this.#parts) {
      line.set(part, at);
      at += part.length;
    }
    this.#parts = [];
    this.#length = 0;
    return line;
  }
}

/** A parsed line, and the text that it was parsed from. */
export interface ParsedLine {
  readonly text: string;
  readonly json: unknown;
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/**
 * @param parse the same as `JSON.parse`
 * @throws {UnreadableError} when it is not JSON in UTF-8
 */
export function parseLine(line: Uint8Array, parse: (text: string) => unknown = JSON.parse): ParsedLine {
  try {
    const text = utf8.decode(line);
    return { text, json: parse(text) };
  } catch (error) {
    throw new UnreadableError(`is not JSON: ${error instanceof Error ? error.message : error}`);
  }
}

/** What is read of a span of OTLP JSON. */
export interface SpanJson {
  readonly spanId?: string;
  readonly name?: string;
  readonly kind?: number;
  readonly startTimeUnixNano?: string;
  readonly endTimeUnixNano?: string;
}

export interface ResourceSpansJson {
  readonly scopeSpans?: readonly { readonly spans?: readonly SpanJson[] }[];
}

/** The members of a line that are read by name. */
export interface LineJson {
  readonly resourceSpans: readonly ResourceSpansJson[];
  readonly trace_id: string;
  readonly seq: unknown;
}

/** What tells whether a line is wanted, before it is parsed. */
export interface LineHead {
  readonly traceId: string;
  /** Start of the trace, in milliseconds since the epoch; undefined: not known. */
  readonly startMs: number | undefined;
}

/** A line of the archive, ready to be sent on. */
export interface TraceLine {
  readonly traceId: string;
  /** 0: the first line of its trace. */
  readonly seq: number;
  readonly spanCount: number;
  /** Whether one of its spans has no end time. */
  readonly hasUnfinished: boolean;
  /** The elements of `resourceSpans` as they stand in the line: without the brackets, and without the columns. */
  readonly resourceSpans: Uint8Array;
}

const OPEN = ascii('{"resourceSpans":[');
/**
 * Where the columns begin. It occurs nowhere else: no key of OTLP is written so, and inside a text its quotes would be
 * escaped.
 */
const COLUMNS = ascii('],"trace_id":"');
const TRACE_ID_LENGTH = 32;
/** What stands behind the ID: the start of the trace, in UTC, or null. */
const START = /^","start_time":"(\d{4}-\d{2}-\d{2}) (\d{2}:\d{2}:\d{2}\.\d{3})"/;
const START_LENGTH = 42;

/**
 * Reads a line. What will be sent is a slice of it, so that no number passes through a double on its way; parsing only
 * makes sure of it, and counts. Undefined: the trace is not wanted.
 *
 * @throws {UnreadableError} when it is not a line that this archive's writer makes
 */
export function readTraceLine(line: Uint8Array, isWanted: (head: LineHead) => boolean): TraceLine | undefined {
  const end = lastIndexOf(line, COLUMNS);
  const idStart = end + COLUMNS.length;
  const traceId = textAt(line, idStart, TRACE_ID_LENGTH);
  if (!isAt(line, OPEN, 0) || end < OPEN.length - 1 || !/^[\da-f]{32}$/.test(traceId)) {
    throw new UnreadableError('is not a line of the archive: expected {"resourceSpans":[…],"trace_id":"…", …}');
  }
  if (!isWanted({ traceId, startMs: startAt(line, idStart + TRACE_ID_LENGTH) })) return undefined;
  const { spanCount, seq, hasUnfinished } = count(line);
  return { traceId, seq, spanCount, hasUnfinished, resourceSpans: line.subarray(OPEN.length, end) };
}

function startAt(line: Uint8Array, at: number): number | undefined {
  const [, day, time] = START.exec(textAt(line, at, START_LENGTH)) ?? [];
  return day === undefined ? undefined : Date.parse(`${day}T${time}Z`);
}

function count(line: Uint8Array): Pick<TraceLine, 'spanCount' | 'seq' | 'hasUnfinished'> {
  const { resourceSpans, seq } = parseLine(line).json as LineJson;
  let spanCount = 0;
  let hasUnfinished = false;
  try {
    for (const { scopeSpans = [] } of resourceSpans) {
      for (const { spans = [] } of scopeSpans) {
        spanCount += spans.length;
        hasUnfinished ||= !spans.every(({ endTimeUnixNano }) => isFinished(endTimeUnixNano));
      }
    }
  } catch (error) {
    throw new UnreadableError(`is not OTLP JSON: ${error instanceof Error ? error.message : error}`);
  }
  return { spanCount, seq: Number(seq), hasUnfinished };
}

function ascii(text: string): Uint8Array {
  return Uint8Array.from(text, (char) => char.charCodeAt(0));
}

/** Bytes as characters: what is compared with it is ASCII. */
function textAt(line: Uint8Array, at: number, length: number): string {
  return String.fromCharCode(...line.subarray(at, at + length));
}

/** From the end, where the columns are: it looks at a few hundred bytes. */
function lastIndexOf(line: Uint8Array, pattern: Uint8Array): number {
  for (let at = line.length - pattern.length; at >= 0; at--) if (isAt(line, pattern, at)) return at;
  return -1;
}

function isAt(line: Uint8Array, pattern: Uint8Array, at: number): boolean {
  for (let i = 0; i < pattern.length; i++) if (line[at + i] !== pattern[i]) return false;
  return true;
}
