import { statSync } from 'node:fs';
import { join } from 'node:path';
import { LOCAL_ARCHIVE } from '../archive/layout.ts';
import { CommandError } from '../terminal/errors.ts';

/** Path of the archive in a data folder of the local run. @throws {CommandError} when there is no such data folder */
export function archiveIn(dataFolder: string): string {
  if (!statSync(dataFolder, { throwIfNoEntry: false })?.isDirectory()) {
    throw new CommandError(
      `no data folder at ${dataFolder}: start Tailgate first (tailgate start), or name another with --data`,
    );
  }
  return join(dataFolder, LOCAL_ARCHIVE);
}
