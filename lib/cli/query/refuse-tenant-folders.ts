import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { QueryError } from './query-error.ts';

const TENANT_FOLDER = /^tenant=/;

/**
 * The views know no tenants: they would be empty over an archive that keeps them apart, such as the copy of a bucket.
 *
 * @param archive The folder that `traces` is in.
 * @throws {QueryError} when there are folders of tenants, with what to do.
 */
export function refuseTenantFolders(archive: string): void {
  const traces = join(archive, 'traces');
  const tenants = namesIn(traces).filter((name) => TENANT_FOLDER.test(name));
  const [first] = tenants.sort();
  if (first === undefined) return;
  throw new QueryError(
    `the archive in ${traces} keeps tenants apart (${tenants.join(', ')}), and a local query is about one: ` +
      `copy its folder, such as ${join(traces, first)}, to archive/traces in a data folder of its own, ` +
      'and name that with --data',
  );
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    // Nothing has been kept yet.
    return [];
  }
}
