import { gunzipSync } from 'node:zlib';

export class BodyTooLargeError extends Error {
  override readonly name = 'BodyTooLargeError';
}

export class BodyNotGzipError extends Error {
  override readonly name = 'BodyNotGzipError';
}

const MIN_CHUNK_BYTES = 16 * 1024;
const MAX_CHUNK_BYTES = 4 * 1024 * 1024;

/**
 * The inflated body. A gzip bomb costs no more memory than the limit: inflating stops there.
 *
 * @throws {BodyTooLargeError} when there are more than `maxBytes`
 * @throws {BodyNotGzipError} when the bytes are not gzip, or end early
 */
export function gunzip(body: Uint8Array, maxBytes: number): Uint8Array {
  try {
    return gunzipSync(body, { maxOutputLength: maxBytes, chunkSize: chunkBytes(body) });
  } catch (error) {
    if (error instanceof RangeError && 'code' in error && error.code === 'ERR_BUFFER_TOO_LARGE') {
      throw new BodyTooLargeError(`the body is over ${maxBytes} bytes after decompression`, { cause: error });
    }
    throw new BodyNotGzipError(`the body is not valid gzip: ${error instanceof Error ? error.message : error}`, {
      cause: error,
    });
  }
}

/**
 * The last four bytes of gzip tell the inflated size modulo 2^32 (RFC 1952, section 2.3.1). As a chunk size they save
 * most of zlib's copying; they may lie, so they are clamped.
 */
function chunkBytes(body: Uint8Array): number {
  if (body.length < 4) return MIN_CHUNK_BYTES;
  const size = new DataView(body.buffer, body.byteOffset, body.byteLength).getUint32(body.length - 4, true);
  return Math.min(MAX_CHUNK_BYTES, Math.max(MIN_CHUNK_BYTES, size));
}
