import { closeSync, fstatSync, openSync, readSync } from 'node:fs';

const MAGIC = Buffer.from([0x1f, 0x8b]);
/** A gzip stream ends with the length of what is in it, modulo 2^32 (RFC 1952). */
const LENGTH_BYTES = 4;
/** The smallest one: header, an empty block, checksum and length. */
const MIN_BYTES = 20;
/** What deflate can make smaller at most, in times. */
const MAX_RATIO = 1032;

/**
 * The gzip objects whose end cannot be that of a gzip stream. DuckDB takes what it can get of a stream that is cut off, which is
 * nothing at all when the cut is within the first hundred bytes, and says no word. A cut object has other bytes where the
 * length should be: of those hundred, one cut in 40,000 looks like a length that they can have. A later cut fails anyhow, at
 * the line that it is in.
 */
export function cutOffObjects(paths: readonly string[]): string[] {
  return paths.filter(isCutOff);
}

function isCutOff(path: string): boolean {
  const file = openSync(path, 'r');
  try {
    const { size } = fstatSync(file);
    const begin = bytesAt(file, 0, MAGIC.length);
    // Of another file DuckDB says itself that it is no gzip.
    if (!begin.equals(MAGIC)) return false;
    return size < MIN_BYTES || bytesAt(file, size - LENGTH_BYTES, LENGTH_BYTES).readUInt32LE(0) > size * MAX_RATIO;
  } finally {
    closeSync(file);
  }
}

function bytesAt(file: number, position: number, length: number): Buffer {
  const bytes = Buffer.alloc(length);
  return bytes.subarray(0, readSync(file, bytes, 0, length, position));
}
