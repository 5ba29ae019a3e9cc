import { existsSync, readdirSync, rmSync } from 'node:fs';
import { UsageError } from '../../terminal/errors.ts';
import { DEMO_FOLDER } from '../commands/options.ts';

/**
 * The data folder of a run, which must have no traces from before. Only the demo's own folder is ever cleared.
 * @throws {UsageError} when a folder that was named has something in it
 */
export function prepareDemoFolder(dataDir: string | undefined): string {
  if (dataDir === undefined) {
    rmSync(DEMO_FOLDER, { recursive: true, force: true });
    return DEMO_FOLDER;
  }
  if (existsSync(dataDir) && readdirSync(dataDir).length > 0) {
    throw new UsageError([`--data ${dataDir} is not empty: the demo needs a folder of its own`]);
  }
  return dataDir;
}
