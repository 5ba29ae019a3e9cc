import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { filedHour } from '../../lib/archive/layout.ts';
import { assembleLines } from '../../lib/read/read-trace.ts';
import { ALL, type ModelTrace, modelTraces, readerOf, spansOf, writeArchive } from './model-archive.ts';

const spanIds = (trace: ModelTrace) =>
  spansOf(trace)
    .map(({ spanId }) => spanId)
    .sort();

describe('the lines of a trace', () => {
  it('are put together in memory in proportion to them: copies do not hold their resource each', () => {
    const large = { key: 'large', value: { stringValue: 'x'.repeat(1_500_000) } };
    const spans = Array.from({ length: 5_000 }, (_, i) => ({ traceId: '', spanId: 'aa', name: `${i % 4_000}` }));
    const line = {
      trace_id: 'a'.repeat(32),
      resourceSpans: [{ resource: { attributes: [large] }, scopeSpans: [{ spans }] }],
    };
    expect(assembleLines('2026-11-21T12', [line], 'lines').spans).toHaveLength(4_000);
  });
});

describe('getTrace', () => {
  it('puts all lines of a trace together, by its record or by the hours asked for', async () => {
    await fc.assert(
      fc.asyncProperty(modelTraces, fc.boolean(), async (traces, hasRecords) => {
        const { store, records } = await writeArchive(traces);
        const reader = readerOf({ store }, hasRecords ? { records } : {});
        for (const trace of traces) {
          const { trace: read, isComplete } = await reader.get(trace.traceId, ALL);
          expect(isComplete).toBe(true);
          expect(read?.spans.map(({ span }) => span.spanId).sort()).toEqual(spanIds(trace));
          expect(read).toMatchObject({ policy: trace.policy, weight: trace.weight, spanCount: spansOf(trace).length });
          const starts = read?.spans.map(({ span }) => BigInt(span.startTimeUnixNano ?? 0)) ?? [];
          expect(starts).toEqual(starts.toSorted((a, b) => (a < b ? -1 : a > b ? 1 : 0)));
        }
      }),
      { numRuns: 50 },
    );
  });

  it('reads the record and the objects that it names, and nothing else', async () => {
    const [trace] =
      fc.sample(
        modelTraces.filter(({ length }) => length > 4),
        { seed: 1, numRuns: 1 },
      )[0] ?? [];
    const traces =
      fc.sample(
        modelTraces.filter(({ length }) => length > 4),
        { seed: 1, numRuns: 1 },
      )[0] ?? [];
    const { store, records } = await writeArchive(traces);
    const got: string[] = [];
    const counting = {
      listFolder: () => Promise.reject(new Error('nothing is listed')),
      getRange: store.getRange.bind(store),
      get: (key: string) => {
        got.push(key);
        return store.get(key);
      },
    };
    const reader = readerOf({ store: counting }, { records });
    const { trace: read } = await reader.get(trace?.traceId ?? '');
    expect(read?.traceId).toBe(trace?.traceId);
    expect(got.sort()).toEqual([...(records.get(trace?.traceId ?? '')?.keys ?? [])].sort());
  });

  it('finds the lines whose claims were folded in the hour of the trace', async () => {
    await fc.assert(
      fc.asyncProperty(modelTraces, async (traces) => {
        const { store, records } = await writeArchive(traces);
        const folded = new Map([...records].map(([id, record]) => [id, { ...record, keys: record.keys.slice(0, 1) }]));
        const reader = readerOf({ store }, { records: folded });
        for (const trace of traces) {
          const { trace: read } = await reader.get(trace.traceId);
          expect(read?.spans.map(({ span }) => span.spanId).sort()).toEqual(spanIds(trace));
        }
      }),
      { numRuns: 30 },
    );
  });

  it('says which hours it could not read in time', async () => {
    const traces =
      fc.sample(
        modelTraces.filter(({ length }) => length > 2),
        { seed: 2, numRuns: 1 },
      )[0] ?? [];
    const { store } = await writeArchive(traces);
    const reader = readerOf({ store }, { limits: { deadlineMs: 0 } });
    const { trace, isComplete, missingHours } = await reader.get('f'.repeat(32), ALL);
    const hours = [...new Set(store.keys().map(filedHour))].sort().reverse();
    expect({ trace, isComplete, missingHours }).toEqual({ trace: undefined, isComplete: false, missingHours: hours });
  });

  it('never sees another tenant', async () => {
    const traces =
      fc.sample(
        modelTraces.filter(({ length }) => length > 2),
        { seed: 2, numRuns: 1 },
      )[0] ?? [];
    const { store } = await writeArchive(traces, 2, { tenant: 'a' });
    for (const tenant of ['b', undefined]) {
      const reader = readerOf({ store }, tenant === undefined ? {} : { tenant });
      expect((await reader.find({ window: ALL })).traces).toEqual([]);
      expect((await reader.get(traces[0]?.traceId ?? '', ALL)).trace).toBeUndefined();
    }
    expect((await readerOf({ store }, { tenant: 'a' }).find({ window: ALL, limit: 100 })).traces).toHaveLength(
      traces.length,
    );
  });
});
