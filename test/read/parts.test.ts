import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compactFolder } from '../../lib/archive/compaction/compact-folder.ts';
import { filedHour, hourFolder, PARTS_PREFIX, TRACES_PREFIX } from '../../lib/archive/layout.ts';
import { NODE_CODECS } from '../../lib/aws/codecs.ts';
import type { Condition } from '../../lib/read/condition.ts';
import type { MemoryObjectStore } from '../memory/memory-object-store.ts';
import { ALL, type ModelTrace, modelTraces, readerOf, spansOf, writeArchive } from './model-archive.ts';

/** Compacts all hours. */
async function compact(store: MemoryObjectStore): Promise<void> {
  for (const hour of new Set(store.keys().map(filedHour))) {
    const { refused } = await compactFolder(hourFolder(hour, {}), { store, codecs: NODE_CODECS }, () => true);
    expect(refused).toEqual([]);
  }
}

/** The same store as one whose lifecycle rule has deleted some objects, counting what is read. */
function without(store: MemoryObjectStore, isGone: (key: string) => boolean) {
  const read: string[] = [];
  const listFolder = async (folder: string) => {
    const { objects, folders } = await store.listFolder(folder);
    return { folders, objects: objects.filter(({ key }) => !isGone(key)) };
  };
  const get = async (key: string) => {
    read.push(key);
    return isGone(key) ? undefined : store.get(key);
  };
  return { read, store: { listFolder, get, getRange: store.getRange.bind(store) } };
}

const isLine = (key: string) => key.startsWith(TRACES_PREFIX);
const spanIds = (trace: ModelTrace) =>
  spansOf(trace)
    .map(({ spanId }) => spanId)
    .sort();
const CONDITIONS: readonly (Condition | undefined)[] = [
  undefined,
  { field: { of: 'span', name: 'service' }, operator: '=', value: 'cart' },
  { field: { of: 'span', name: 'durationMs' }, operator: '>=', value: 400 },
  { field: { of: 'attribute', scope: 'any', key: 'http.route' }, operator: '=', value: '/cart' },
  { field: { of: 'attribute', scope: 'resource', key: 'k8s.pod.name' }, operator: '!=', value: 'a' },
  { field: { of: 'attribute', scope: 'span', key: 'retries' }, operator: '>', value: 0 },
];

describe('an hour with parts', () => {
  it('has the same answers from its lines, from its parts, and from parts whose lines are gone', async () => {
    await fc.assert(
      fc.asyncProperty(modelTraces, fc.boolean(), async (traces, someGone) => {
        const { store } = await writeArchive(traces);
        const fromLines = readerOf({ store });
        const expected = await Promise.all(
          CONDITIONS.map((condition) => fromLines.find({ window: ALL, limit: 100, ...(condition && { condition }) })),
        );
        await compact(store);
        const isGone = (key: string) => isLine(key) && (!someGone || Number(key.at(-10)) % 2 === 0);
        for (const reader of [readerOf({ store }), readerOf(without(store, isGone))]) {
          for (const [at, condition] of CONDITIONS.entries()) {
            const found = await reader.find({ window: ALL, limit: 100, ...(condition && { condition }) });
            const byId = (one: typeof found) =>
              one.traces.toSorted((a, b) => (a.traceId < b.traceId ? -1 : 1)).map(({ matched: _, ...rest }) => rest);
            expect(byId(found)).toEqual(byId(expected[at] ?? found));
          }
          for (const trace of traces) {
            const { trace: read } = await reader.get(trace.traceId, ALL);
            expect(read?.spans.map(({ span }) => span.spanId).sort()).toEqual(spanIds(trace));
          }
        }
      }),
      { numRuns: 25 },
    );
  });

  it('is summarised without reading a line, and its traces are read from lines while these are there', async () => {
    const traces =
      fc.sample(
        modelTraces.filter(({ length }) => length > 5),
        { seed: 3, numRuns: 1 },
      )[0] ?? [];
    const { store } = await writeArchive(traces);
    await compact(store);
    expect(store.keys().filter((key) => key.startsWith(PARTS_PREFIX)).length).toBeGreaterThan(0);
    const whole = without(store, () => false);
    const reader = readerOf(whole);
    expect((await reader.find({ window: ALL, limit: 100 })).traces).toHaveLength(traces.length);
    await reader.services(ALL);
    expect(whole.read).toEqual([]);
    const id = traces[0]?.traceId ?? '';
    expect((await reader.get(id, ALL)).trace).toMatchObject({ traceId: id, source: 'lines' });
    expect((await readerOf(without(store, isLine)).get(id, ALL)).trace).toMatchObject({ traceId: id, source: 'parts' });
  });

  it('is not complete with a part that cannot be read', async () => {
    const traces =
      fc.sample(
        modelTraces.filter(({ length }) => length > 5),
        { seed: 4, numRuns: 1 },
      )[0] ?? [];
    const { store } = await writeArchive(traces);
    await compact(store);
    const part = store.keys().find((key) => key.startsWith(PARTS_PREFIX)) ?? '';
    await store.put(part, (await store.get(part))?.fill(7, -40) ?? new Uint8Array());
    // The lines answer for it.
    expect((await readerOf({ store }).find({ window: ALL, limit: 100 })).traces).toHaveLength(traces.length);
    const { isComplete, missingHours } = await readerOf(without(store, isLine)).find({ window: ALL, limit: 100 });
    expect({ isComplete, missingHours }).toEqual({ isComplete: false, missingHours: [filedHour(part)] });
  });
});
