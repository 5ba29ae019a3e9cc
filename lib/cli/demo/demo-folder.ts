import { existsSync, readdirSync, rmSync } from 'node:fs';
import { DEFAULT_DEMO_DATA, DemoUsageError } from './demo-arguments.ts';

/**
 * The data folder of a run, which must have no traces from before. Only the demo's own folder is ever cleared.
 * @throws {DemoUsageError} when a folder that was named has something in it
 */
export function prepareDemoFolder(dataDir: string | undefined): string {
  if (dataDir === undefined) {
    rmSync(DEFAULT_DEMO_DATA, { recursive: true, force: true });
    return DEFAULT_DEMO_DATA;
  }
  if (existsSync(dataDir) && readdirSync(dataDir).length > 0) {
    throw new DemoUsageError(`${dataDir} is not empty: the demo needs a folder of its own`);
  }
  return dataDir;
}
