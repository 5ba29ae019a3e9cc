import type { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { MAX_READ_LINE_BYTES } from './line.ts';

/** An object or a line is not what the archive holds. The message goes on behind its name: "is no …". */
export class UnreadableError extends Error {
  override readonly name = 'UnreadableError';
}

const LINE_FEED = 0x0a;
/** Larger steps than the default cost less processor time. */
const CHUNK_BYTES = 64 * 1024;

/**
 * The lines of a gzip object, without their line feeds, while it is being read.
 * @throws {UnreadableError} when it is no whole gzip, or has a line that would not fit into memory
 */
export async function* objectLines(compressed: Readable): AsyncGenerator<Buffer> {
  // Both ends fail together: a connection that breaks is told apart from bytes that are wrong by its error.
  const text = createGunzip({ chunkSize: CHUNK_BYTES });
  compressed.on('error', (error) => text.destroy(error));
  try {
    yield* splitLines(compressed.pipe(text));
  } catch (error) {
    throw isCorrupt(error) ? new UnreadableError(`is no whole gzip: ${error.message}`) : error;
  } finally {
    compressed.destroy();
    text.destroy();
  }
}

async function* splitLines(chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let parts: Buffer[] = [];
  let length = 0;
  for await (const chunk of chunks) {
    let start = 0;
    for (let end = chunk.indexOf(LINE_FEED); end >= 0; end = chunk.indexOf(LINE_FEED, start)) {
      parts.push(chunk.subarray(start, end));
      yield Buffer.concat(parts);
      parts = [];
      length = 0;
      start = end + 1;
    }
    length += chunk.length - start;
    if (length > MAX_READ_LINE_BYTES) throw new UnreadableError(`has a line of more than ${MAX_READ_LINE_BYTES} bytes`);
    parts.push(chunk.subarray(start));
  }
  if (length > 0) yield Buffer.concat(parts);
}

function isCorrupt(error: unknown): error is Error {
  return error instanceof Error && 'code' in error && String(error.code).startsWith('Z_');
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

/** Whether the span has an end time. */
export function isFinished({ endTimeUnixNano = '0' }: SpanJson): boolean {
  return endTimeUnixNano !== '0';
}

/** A line of the archive. */
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

const OPEN = Buffer.from('{"resourceSpans":[');
/**
 * Where the columns begin. It occurs nowhere else: no key of OTLP is written so, and inside a text its quotes would be
 * escaped.
 */
const COLUMNS = Buffer.from('],"trace_id":"');
const TRACE_ID_LENGTH = 32;
/** What stands behind the ID: the start of the trace, in UTC, or null. */
const START = /^","start_time":"(\d{4}-\d{2}-\d{2}) (\d{2}:\d{2}:\d{2}\.\d{3})"/;
const START_LENGTH = 42;

interface ParsedLine {
  readonly resourceSpans: readonly ResourceSpansJson[];
  readonly seq: unknown;
}

const utf8 = new TextDecoder('utf-8', { fatal: true });

/** What says of a line whether it is wanted. */
export interface LineHead {
  readonly traceId: string;
  /** Of the trace, in milliseconds since the epoch; undefined: not known. */
  readonly startMs: number | undefined;
}

/**
 * Reads a line. What will be sent is a slice of it, so that no number passes through a double on its way; parsing only
 * makes sure of it, and counts. Undefined: the trace is not wanted.
 *
 * @throws {UnreadableError} when it is no line that this archive's writer makes
 */
export function readTraceLine(line: Buffer, isWanted: (head: LineHead) => boolean): TraceLine | undefined {
  const end = line.lastIndexOf(COLUMNS);
  const idStart = end + COLUMNS.length;
  const traceId = line.toString('latin1', idStart, idStart + TRACE_ID_LENGTH);
  if (!line.subarray(0, OPEN.length).equals(OPEN) || end < OPEN.length - 1 || !/^[\da-f]{32}$/.test(traceId)) {
    throw new UnreadableError('is no line of the archive: expected {"resourceSpans":[…],"trace_id":"…", …}');
  }
  if (!isWanted({ traceId, startMs: startOf(line, idStart + TRACE_ID_LENGTH) })) return undefined;
  const { spanCount, seq, hasUnfinished } = check(line);
  return { traceId, seq, spanCount, hasUnfinished, resourceSpans: line.subarray(OPEN.length, end) };
}

function startOf(line: Buffer, at: number): number | undefined {
  const [, day, time] = START.exec(line.toString('latin1', at, at + START_LENGTH)) ?? [];
  return day === undefined ? undefined : Date.parse(`${day}T${time}Z`);
}

function check(line: Buffer): Pick<TraceLine, 'spanCount' | 'seq' | 'hasUnfinished'> {
  try {
    const { resourceSpans, seq }: ParsedLine = JSON.parse(utf8.decode(line));
    let spanCount = 0;
    let hasUnfinished = false;
    for (const { scopeSpans = [] } of resourceSpans) {
      for (const { spans = [] } of scopeSpans) {
        spanCount += spans.length;
        hasUnfinished ||= !spans.every(isFinished);
      }
    }
    return { spanCount, seq: Number(seq), hasUnfinished };
  } catch (error) {
    throw new UnreadableError(`is no OTLP JSON: ${error instanceof Error ? error.message : error}`);
  }
}
