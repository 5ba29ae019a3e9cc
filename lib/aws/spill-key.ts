import { folderOf, type TenantScope } from './tenant-scope.ts';

/** Where a fragment too large for the buffer waits. */
export function spillKey(traceId: string, hash: string, scope: TenantScope): string {
  return `spill/${folderOf(scope)}${traceId}/${hash}`;
}
