/** Where a fragment too large for the buffer waits. */
export function spillKey(traceId: string, hash: string): string {
  return `spill/${traceId}/${hash}`;
}
