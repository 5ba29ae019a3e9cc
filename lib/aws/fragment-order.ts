import type { BufferedFragment } from '../pipeline/ports.ts';

/** Arrival order: by `receivedAtMs`, then by hash (plain code unit order, the same on every machine). */
export function byArrival(left: BufferedFragment, right: BufferedFragment): number {
  if (left.receivedAtMs !== right.receivedAtMs) return left.receivedAtMs - right.receivedAtMs;
  if (left.hash === right.hash) return 0;
  return left.hash < right.hash ? -1 : 1;
}
