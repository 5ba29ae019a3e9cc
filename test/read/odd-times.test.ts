import { describe, expect, it } from 'vitest';
import { archiveKey, partitionOfHour } from '../../lib/archive/layout.ts';
import { archiveLines } from '../../lib/archive/line.ts';
import { NODE_CODECS } from '../../lib/aws/codecs.ts';
import { MemoryObjectStore } from '../memory/memory-object-store.ts';
import { buildTrace, EPOCH_MS, type SpanSpec, TRACE_ID } from '../support/build-trace.ts';
import { ALL, readerOf } from './model-archive.ts';

const MAX_UINT64 = 2n ** 64n - 1n;
const MAX_INT64 = 2n ** 63n - 1n;
const EPOCH_NANOS = BigInt(EPOCH_MS) * 1_000_000n;

/** The trace of these spans as a search finds it. */
async function found(...spans: readonly SpanSpec[]) {
  const store = new MemoryObjectStore();
  const trace = buildTrace([[{ resource: { 'service.name': 'cart' }, spans }]]);
  const columns = { policy: 'all', adjustedCount: 1, decidedAtMs: EPOCH_MS, firstSeq: 0 };
  const lines = archiveLines(trace, columns).map((line) => line.slice());
  await store.put(
    archiveKey(partitionOfHour('2023-11-14T22'), EPOCH_MS, '0'.repeat(16)),
    await NODE_CODECS.gzip(lines),
  );
  const reader = readerOf({ store });
  const { traces } = await reader.find({ window: ALL, spansPerTrace: 10 });
  const red = await reader.red({ window: ALL, stepMs: 60_000 });
  const { trace: read } = await reader.get(TRACE_ID, ALL);
  return { summary: traces[0], points: red.points, read };
}

// docs/archive.md, "What is odd".
describe('times that no column can hold', () => {
  it('a start is none, an end is the latest that a column has', async () => {
    const { summary, read } = await found(
      { startMs: 0, endMs: 5, kind: 2 },
      { startTimeUnixNano: MAX_UINT64, endTimeUnixNano: MAX_UINT64, kind: 2 },
    );
    expect(summary).toMatchObject({
      startTimeUnixNano: EPOCH_NANOS,
      endTimeUnixNano: MAX_INT64,
      matched: [{ durationNanos: 5_000_000 }, { startTimeUnixNano: 0n, durationNanos: null }],
    });
    expect(summary?.durationMs).toBeCloseTo(Number(MAX_INT64 - EPOCH_NANOS) / 1e6, -3);
    // Of the trace itself nothing is lost.
    expect(read?.spans.at(-1)?.span).toMatchObject({ startTimeUnixNano: String(MAX_UINT64) });
  });

  it('a trace of nothing else has no start and no duration', async () => {
    const { summary, points } = await found({ startTimeUnixNano: MAX_UINT64, endTimeUnixNano: 1n, kind: 2 });
    expect(summary).toMatchObject({ startTimeUnixNano: 0n, durationMs: null, matched: [{ durationNanos: null }] });
    expect(points).toEqual([]);
  });
});

describe('a span that ends before it starts', () => {
  it('has no negative duration', async () => {
    const { summary } = await found({ startMs: 10, endMs: 5 });
    expect(summary).toMatchObject({ durationMs: 0, matched: [{ durationNanos: 0 }] });
  });
});
