import { describe, expect, it } from 'vitest';
import { archiveKey, isNamedBetween, partitionOfHour, TRACES_PREFIX } from '../../lib/archive/layout.ts';
import { NODE_CODECS } from '../../lib/aws/codecs.ts';
import { TraceReader, type TraceReaderLimits } from '../../lib/read/trace-reader.ts';
import { EPOCH_MS } from '../support/build-trace.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { ALL, type ModelTrace, writeArchive } from './model-archive.ts';

const HOUR_MS = 3_600_000;

/** A trace with one span. */
function traceAt(number: number, startMs: number): ModelTrace {
  const span = {
    spanId: '00000000000000a1',
    parentSpanId: undefined,
    service: 'cart',
    name: 'GET /',
    kind: 2,
    status: 'UNSET' as const,
    startMs,
    endMs: startMs + 1,
    attributes: { 'order.id': `o-${number}` },
    resource: { 'service.name': 'cart' },
  };
  return { traceId: number.toString(16).padStart(32, '0'), policy: 'all', weight: 1, claims: [[span]] };
}

/** Two traces in each of three hours, each in an object of its own; a reader that counts what it reads. */
async function archiveOfHours(limits: Partial<TraceReaderLimits> = {}, takesMs = 0) {
  const traces = [0, 1, 2].flatMap((hour) => [0, 1].map((n) => traceAt(hour * 2 + n + 1, hour * HOUR_MS + n * 1000)));
  const { store } = await writeArchive(traces, 1);
  const clock = new ManualClock(EPOCH_MS + 3 * HOUR_MS);
  const calls = { listed: [] as string[], read: [] as string[] };
  const objects = {
    listFolder: (folder: string) => {
      calls.listed.push(folder);
      return store.listFolder(folder);
    },
    get: async (key: string) => {
      calls.read.push(key);
      clock.advance(takesMs);
      return store.get(key);
    },
    getRange: store.getRange.bind(store),
  };
  const decompress = { gunzip: NODE_CODECS.gunzip, zstd: (bytes: Uint8Array) => bytes };
  const reader = new TraceReader({ objects, decompress, clock }, {}, { concurrency: 1, ...limits });
  const forget = () => {
    calls.listed.length = 0;
    calls.read.length = 0;
  };
  return { reader, store, clock, calls, forget };
}

const numbers = (found: { readonly traces: readonly { readonly traceId: string }[] }) =>
  found.traces.map(({ traceId }) => Number.parseInt(traceId, 16));

describe('what an instance reads', () => {
  it('is each object once', async () => {
    const { reader, store, clock, calls, forget } = await archiveOfHours();
    expect(numbers(await reader.find({ window: ALL }))).toEqual([6, 5, 4, 3, 2, 1]);
    expect(calls.read).toHaveLength(6);
    forget();
    await reader.find({ window: ALL });
    expect(calls).toEqual({ listed: [], read: [] });
    // A listing of an hour that traces come to holds for a second.
    await writeArchive([traceAt(7, 2 * HOUR_MS + 2000)], 1, {}, store);
    clock.advance(1000);
    expect(numbers(await reader.find({ window: { fromMs: EPOCH_MS + 2 * HOUR_MS } }))).toEqual([7, 6, 5]);
    expect(calls.read).toHaveLength(1);
  });

  it('ends with the hour that fills the limit', async () => {
    const { reader, calls } = await archiveOfHours();
    const window = { fromMs: EPOCH_MS, toMs: EPOCH_MS + 3 * HOUR_MS };
    expect(numbers(await reader.find({ window, limit: 3 }))).toEqual([6, 5, 4]);
    expect(calls.read).toHaveLength(4);
    expect(calls.listed.some((folder) => folder.includes(partitionOfHour('2023-11-14T22')))).toBe(false);
  });

  it('is no hour that does not exist, however long the window is', async () => {
    for (const fromMs of [EPOCH_MS - HOUR_MS, EPOCH_MS - 20 * 24 * HOUR_MS, EPOCH_MS - 900 * 24 * HOUR_MS]) {
      const { reader, calls } = await archiveOfHours();
      expect(numbers(await reader.find({ window: { fromMs } }))).toEqual([6, 5, 4, 3, 2, 1]);
      const hours = calls.listed.filter((folder) => folder.startsWith(TRACES_PREFIX) && folder.includes('hour'));
      expect(hours).toHaveLength(3);
      expect(calls.listed.length).toBeLessThan(60);
    }
  });

  it('leaves out objects in which an attribute does not occur', async () => {
    const { reader, forget, calls } = await archiveOfHours();
    await reader.services(ALL);
    forget();
    const condition = {
      field: { of: 'attribute', scope: 'any', key: 'order.id' },
      operator: '=',
      value: 'o-3',
    } as const;
    expect(numbers(await reader.find({ window: ALL, condition }))).toEqual([3]);
    expect(calls.read).toHaveLength(1);
  });

  it('stays within its memory: the hour that nobody has asked for longest goes first', async () => {
    const { reader, calls, forget } = await archiveOfHours({ maxBytes: 1500 });
    expect(numbers(await reader.find({ window: ALL }))).toEqual([6, 5, 4, 3, 2, 1]);
    expect(reader.bytes).toBeLessThan(2500);
    forget();
    // The oldest hour was read last.
    await reader.find({ window: { fromMs: EPOCH_MS, toMs: EPOCH_MS + 10_000 } });
    expect(calls.read).toEqual([]);
    await reader.find({ window: { fromMs: EPOCH_MS + 2 * HOUR_MS, toMs: EPOCH_MS + 3 * HOUR_MS } });
    expect(calls.read.length).toBeGreaterThan(0);
  });

  it('of hours that take more than its memory is the latest, and it says so', async () => {
    const { reader } = await archiveOfHours({ maxBytes: 1 });
    const { isComplete, missingHours, ...found } = await reader.find({ window: ALL });
    expect({ isComplete, numbers: numbers(found), missing: missingHours.length }).toEqual({
      isComplete: false,
      numbers: [6, 4, 2],
      missing: 3,
    });
  });

  it('ends at the deadline, and the next call goes on from there', async () => {
    const { reader } = await archiveOfHours({ deadlineMs: 1500 }, 1000);
    const first = await reader.find({ window: ALL });
    expect(numbers(first)).toEqual([6, 5]);
    expect(first.missingHours).toEqual(['2023-11-14T23', '2023-11-14T22']);
    expect(numbers(await reader.find({ window: ALL }))).toEqual([6, 5, 4, 3]);
    expect(numbers(await reader.find({ window: ALL }))).toEqual([6, 5, 4, 3, 2, 1]);
    expect(await reader.find({ window: ALL })).toMatchObject({ isComplete: true });
  });

  it('has everything but an object that is damaged, which is read once', async () => {
    const { reader, store, clock, calls, forget } = await archiveOfHours();
    const key = archiveKey(partitionOfHour('2023-11-15T00'), EPOCH_MS, 'f'.repeat(16));
    await store.put(key, new Uint8Array([1, 2, 3]));
    const { traces, isComplete, missingHours } = await reader.find({ window: ALL });
    expect({ traces: traces.length, isComplete, missingHours }).toEqual({
      traces: 6,
      isComplete: false,
      missingHours: ['2023-11-15T00'],
    });
    forget();
    clock.advance(60_000);
    await reader.find({ window: ALL });
    expect(calls.read).toEqual([]);
  });

  it('does not miss a damaged object that is deleted', async () => {
    const { reader, store, clock } = await archiveOfHours();
    const key = archiveKey(partitionOfHour('2023-11-15T00'), EPOCH_MS, 'f'.repeat(16));
    await store.put(key, new Uint8Array([1, 2, 3]));
    expect(await reader.find({ window: ALL })).toMatchObject({ damaged: { lines: 0, objects: 1 } });
    store.delete(key);
    clock.advance(60_000);
    const { traces, ...coverage } = await reader.find({ window: ALL });
    expect(coverage).toEqual({ isComplete: true, missingHours: [] });
    expect(traces).toHaveLength(6);
  });

  it('gives back the memory of objects that are deleted', async () => {
    const { reader, store, clock } = await archiveOfHours();
    await reader.find({ window: ALL });
    const { bytes } = reader;
    store.delete(store.keys()[0] ?? '');
    clock.advance(60_000);
    expect((await reader.find({ window: ALL })).traces).toHaveLength(5);
    expect(reader.bytes).toBeLessThan(bytes);
  });
});

describe('isNamedBetween', () => {
  it('compares the time in the name', () => {
    const key = archiveKey(partitionOfHour('2023-11-14T22'), EPOCH_MS, '0'.repeat(16));
    expect(isNamedBetween(key, EPOCH_MS, EPOCH_MS)).toBe(true);
    expect(isNamedBetween(key, EPOCH_MS + 1, EPOCH_MS + 9)).toBe(false);
    expect(isNamedBetween(key, EPOCH_MS - 9, EPOCH_MS - 1)).toBe(false);
    expect(isNamedBetween(key.replace('traces_', 'copy_'), 0, 2 * EPOCH_MS)).toBe(false);
  });
});
