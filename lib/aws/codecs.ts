import { Readable } from 'node:stream';
import { promisify } from 'node:util';
import { constants, createGunzip, gunzipSync, gzip, zstdCompressSync } from 'node:zlib';
import type { Codecs } from '../archive/ports.ts';
import { splitLines, UnreadableError } from '../archive/read-line.ts';

const compress = promisify(gzip);

/** Level 9 costs a few per cent of the time that a part takes, and saves a tenth of its bytes. */
const ZSTD = { params: { [constants.ZSTD_c_compressionLevel]: 9 } };

/** The codecs of Node.js. */
export const NODE_CODECS: Codecs = {
  gzip: (parts) => compress(Buffer.concat(parts), { level: 6 }),
  gunzip: (bytes, maxBytes) => gunzipSync(bytes, { maxOutputLength: maxBytes }),
  zstd: (bytes) => zstdCompressSync(bytes, ZSTD),
};

/** Larger steps than the default cost less processor time. */
const CHUNK_BYTES = 64 * 1024;

/**
 * The lines of a gzip object while it is being read, without their line feeds.
 * @throws {UnreadableError} when it is not a whole gzip, or has a line that would not fit into memory
 */
export async function* gunzipLines(compressed: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const source = compressed instanceof Readable ? compressed : Readable.from(compressed);
  const text = createGunzip({ chunkSize: CHUNK_BYTES });
  // Both ends fail together: its error tells a connection that breaks from bytes that are wrong.
  source.on('error', (error) => text.destroy(error));
  try {
    yield* splitLines(source.pipe(text));
  } catch (error) {
    throw isCorrupt(error) ? new UnreadableError(`is not a whole gzip: ${error.message}`) : error;
  } finally {
    source.destroy();
    text.destroy();
  }
}

function isCorrupt(error: unknown): error is Error {
  return error instanceof Error && 'code' in error && String(error.code).startsWith('Z_');
}
