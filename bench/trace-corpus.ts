/** Whole traces as decide sees them: fragments of export requests. */
import { regroup } from '../lib/otlp/regroup/regroup.ts';
import { corpus, type Layout } from './corpus.ts';

export interface CorpusTrace {
  readonly traceId: string;
  readonly fragments: readonly Uint8Array[];
}

export interface TraceCorpus {
  readonly traces: readonly CorpusTrace[];
  readonly spanCount: number;
}

export function traceCorpus(layout: Layout, requests: number, seed?: number): TraceCorpus {
  const traces = new Map<string, Uint8Array[]>();
  let spanCount = 0;
  for (const { protobuf } of corpus(layout, requests, seed)) {
    for (const fragment of regroup(protobuf).fragments) {
      traces.set(fragment.traceId, [...(traces.get(fragment.traceId) ?? []), fragment.payload]);
      spanCount += fragment.spanCount;
    }
  }
  return { traces: [...traces].map(([traceId, fragments]) => ({ traceId, fragments })), spanCount };
}
