import type { RedPoint } from '../../lib/read/results.ts';

/** A service or an operation over the whole window. */
export interface Red {
  readonly service: string;
  readonly operation: string | null;
  readonly requests: number;
  readonly errors: number;
  readonly p50Ms: number | null;
  readonly p95Ms: number | null;
  readonly p99Ms: number | null;
}

/** The points of all intervals by their service and operation, those with the most requests first. */
export function redByName(points: readonly RedPoint[]): readonly Red[] {
  const groups = Map.groupBy(points, ({ service, operation }) => JSON.stringify([service, operation]));
  return [...groups.values()]
    .map((group) => {
      const [{ service, operation } = { service: '', operation: null }] = group;
      const sum = (value: (point: RedPoint) => number) => group.reduce((total, point) => total + value(point), 0);
      return {
        service,
        operation,
        requests: sum(({ estimatedRequests }) => estimatedRequests),
        errors: sum(({ estimatedErrors }) => estimatedErrors),
        p50Ms: median(group.map(({ p50Ms }) => p50Ms)),
        p95Ms: median(group.map(({ p95Ms }) => p95Ms)),
        p99Ms: median(group.map(({ p99Ms }) => p99Ms)),
      };
    })
    .sort((a, b) => b.requests - a.requests);
}

function median(values: readonly (number | null)[]): number | null {
  const sorted = values.filter((value) => value !== null).sort((a, b) => a - b);
  return sorted[Math.floor((sorted.length - 1) / 2)] ?? null;
}
