import { regroup } from '../../lib/otlp/regroup/regroup.ts';
import type { BenchRequest } from '../corpora.ts';

/** A whole trace as decide reads it: one `TracesData` for each request that had spans of it. */
export interface StoredTrace {
  readonly traceId: string;
  readonly fragments: readonly Uint8Array[];
}

export function storedTraces(requests: readonly BenchRequest[]): StoredTrace[] {
  const traces = new Map<string, Uint8Array[]>();
  for (const { protobuf } of requests) {
    for (const { traceId, payload } of regroup(protobuf).fragments) {
      const fragments = traces.get(traceId) ?? [];
      traces.set(traceId, fragments);
      fragments.push(payload);
    }
  }
  return [...traces].map(([traceId, fragments]) => ({ traceId, fragments }));
}

export function spansOf(requests: readonly BenchRequest[]): number {
  return requests.reduce((sum, { spanCount }) => sum + spanCount, 0);
}

/** Does this with each of them. */
export function onEach<Item>(items: readonly Item[], work: (item: Item) => unknown): () => void {
  return () => {
    for (const item of items) work(item);
  };
}
