import type { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { UnreadableError } from './unreadable-error.ts';

const LINE_FEED = 0x0a;
/** Larger steps than the default cost less processor time. */
const CHUNK_BYTES = 64 * 1024;
/** Athena refuses rows over 32 MB; twice that leaves room for what another writer may have made. */
const MAX_LINE_BYTES = 64 * 1024 * 1024;

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
    if (length > MAX_LINE_BYTES) throw new UnreadableError(`has a line of more than ${MAX_LINE_BYTES} bytes`);
    parts.push(chunk.subarray(start));
  }
  if (length > 0) yield Buffer.concat(parts);
}

function isCorrupt(error: unknown): error is Error {
  return error instanceof Error && 'code' in error && String(error.code).startsWith('Z_');
}
