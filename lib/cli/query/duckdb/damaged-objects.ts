import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { CommandError } from '../../../terminal/errors.ts';
import type { ArchiveDatabase } from './database.ts';
import { quoted } from './views.ts';

/** Damaged objects that are named. */
const MAX_LISTED = 5;
/** What DuckDB says of gzip without the name of the file. */
const NAMELESS = 'Input is not a GZIP stream';

/** @throws {CommandError} when one of the objects is not whole: DuckDB would give a wrong answer, or none */
export function refuseCutOff(objects: readonly string[], { folder }: ArchiveDatabase): void {
  const keys = cutOffObjects(objects).map((path) => path.slice(folder.length));
  if (keys.length === 0) return;
  const which = keys.length === 1 ? 'an object of the archive is' : `${keys.length} objects of the archive are`;
  const listed = keys.slice(0, MAX_LISTED).join('\n  ');
  throw new CommandError(`${which} cut off:\n  ${listed}\n${advice(folder)}`);
}

/** A failure to read an object of the archive, as an error that names it; any other failure as it is. */
export async function explainArchiveError(error: unknown, database: ArchiveDatabase): Promise<unknown> {
  if (!(error instanceof Error)) return error;
  const { folder, files } = database;
  const named = files.objects.find((path) => error.message.includes(path));
  const path = named ?? (error.message.includes(NAMELESS) ? await firstUnreadable(database) : undefined);
  if (path === undefined) return error;
  const [reason = ''] = error.message
    .replace(/^[\w ]+Error: /, '')
    .replace(`file "${path}"`, 'it')
    .split('\n');
  return new CommandError(
    `${path.slice(folder.length)} is damaged, or not an object of the archive:\n  ${reason}\n${advice(folder)}`,
    { cause: error },
  );
}

async function firstUnreadable({ connection, files }: ArchiveDatabase): Promise<string | undefined> {
  for (const path of files.objects) {
    try {
      await connection.run(`SELECT count(*) FROM read_json_objects(${quoted(path)}, compression = 'gzip')`);
    } catch {
      return path;
    }
  }
  return undefined;
}

function advice(folder: string): string {
  return `restore what is damaged, or move it out of ${folder} to get answers without it`;
}

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
function cutOffObjects(paths: readonly string[]): string[] {
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
