import { existsSync, readdirSync, rmdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { LOCAL_ARCHIVE, PARTS_PREFIX, SPILL_PREFIX, TRACES_PREFIX } from '../archive/layout.ts';
import { isTailgateDatabase } from '../sqlite/database.ts';
import { CommandError } from '../terminal/errors.ts';
import { BUFFER_FILE } from './data-folder.ts';

/**
 * Deletes everything that Tailgate has written to a data folder, which this process has locked, and nothing else. Returns whether
 * there was anything.
 *
 * @throws {CommandError} if the folder holds something, and no database of Tailgate: then it may be a folder of somebody else that
 * happens to have an `archive/` in it
 */
export function resetFolder(folder: string): boolean {
  const database = join(folder, BUFFER_FILE);
  const archive = join(folder, LOCAL_ARCHIVE);
  if (!existsSync(database)) {
    if (!existsSync(archive)) return false;
    throw new CommandError(
      `--reset deletes nothing in ${folder}: it has no ${BUFFER_FILE}, so it may not be a data folder of Tailgate; delete ${archive} yourself, or choose another with --data`,
    );
  }
  if (!isTailgateDatabase(database)) {
    throw new CommandError(`--reset deletes nothing in ${folder}: its ${BUFFER_FILE} is not one of Tailgate`);
  }
  for (const prefix of [TRACES_PREFIX, PARTS_PREFIX, SPILL_PREFIX]) {
    rmSync(join(archive, prefix), { recursive: true, force: true });
  }
  if (existsSync(archive) && readdirSync(archive).length === 0) rmdirSync(archive);
  // The database comes last: as long as it is there, the folder is known as Tailgate's, should this be cut short.
  for (const suffix of ['-wal', '-shm', '']) rmSync(database + suffix, { force: true });
  return true;
}
