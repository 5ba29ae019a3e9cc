import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { StoreCounts } from '../../lib/sqlite/store.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { useStores } from './temporary-store.ts';

const { open, newPath } = useStores();

function create() {
  const path = newPath();
  const clock = new ManualClock();
  const writer = open({ path, clock }).services().buffer;
  const store = open({ path, clock });
  const { buffer } = store.services();
  const fragment = (traceId: string, hash: string, byteLength = 1_000) => ({
    traceId,
    hash,
    payload: randomBytes(byteLength),
    receivedAtMs: clock.now(),
    spanCount: 1,
  });
  /** What the work adds to the counts of the reader. */
  const counted = async (work: () => Promise<unknown>): Promise<StoreCounts> => {
    const before = store.counts();
    await work();
    const after = Object.entries(store.counts()) as [keyof StoreCounts, number][];
    return Object.fromEntries(after.map(([name, count]) => [name, count - before[name]])) as Record<
      keyof StoreCounts,
      number
    >;
  };
  return { writer, store, buffer, fragment, counted };
}

const newTraceId = () => randomBytes(16).toString('hex');

describe('SqliteSpanBuffer', () => {
  it('inflates a pack once for all the traces in it', async () => {
    const { writer, buffer, fragment, counted } = create();
    const traceIds = Array.from({ length: 50 }, newTraceId);
    for (const hash of ['a', 'b']) await writer.append(traceIds.map((traceId) => fragment(traceId, hash)));
    const counts = await counted(async () => {
      for (const traceId of traceIds) expect((await buffer.read(traceId)).fragments).toHaveLength(2);
    });
    expect(counts).toMatchObject({ packsRead: 2, packsInflated: 2, directoriesRead: 2 });
  });

  it('inflates nothing for what is known, nor for a record alone', async () => {
    const { writer, buffer, fragment, counted } = create();
    const traceId = newTraceId();
    const sent = [fragment(traceId, 'a')];
    await writer.append(sent);
    await writer.record(traceId, { policy: 'p', adjustedCount: 1, partition: 'dt', claims: [], version: 1 });
    expect(await counted(() => buffer.read(traceId, { known: sent }))).toMatchObject({ packsInflated: 0 });
    expect(await counted(() => buffer.read(traceId, { wholeUpTo: 0 }))).toMatchObject({ packsInflated: 0 });
  });

  it('reads the named fragments of a long trace, and none of the others', async () => {
    const { writer, buffer, fragment, counted } = create();
    const traceId = newTraceId();
    await Promise.all(Array.from({ length: 1_000 }, (_, i) => writer.append([fragment(traceId, `h${i}`, 50)])));
    await writer.record(traceId, { policy: 'p', adjustedCount: 1, partition: 'dt', claims: [], version: 1 });
    await buffer.readFragments(traceId, []);
    const named = await counted(async () => {
      expect(await buffer.readFragments(traceId, ['h500', 'h501', 'h900'])).toHaveLength(3);
    });
    // Sixteen bits of a hash tell a thousand apart, but for a few.
    expect(named.packsRead).toBeLessThan(8);
    expect(named.packsInflated).toBe(3);
    const record = await counted(() => buffer.read(traceId, { wholeUpTo: 20 }));
    expect(record.packsRead).toBeLessThanOrEqual(21);
  });

  it('divides a large append into packs, and loses nothing of it', async () => {
    const { writer, store, buffer, fragment } = create();
    const sent = Array.from({ length: 2_500 }, () => fragment(newTraceId(), 'a', 300));
    const large = fragment(newTraceId(), 'a', 2_000_000);
    await writer.append([...sent, large]);
    for (const each of [...sent.slice(0, 3), ...sent.slice(-3), large]) {
      const [found] = (await buffer.read(each.traceId)).fragments;
      expect(Buffer.compare(found?.payload ?? new Uint8Array(), each.payload)).toBe(0);
    }
    // Three of at most 256 KB, and one for the large fragment.
    expect(store.counts().directoriesRead).toBe(4);
  });

  it('keeps tenants apart, also under the same trace ID', async () => {
    const { store, fragment } = create();
    const traceId = newTraceId();
    const [one, other] = [store.services({ tenant: 'one' }).buffer, store.services({ tenant: 'other' }).buffer];
    await one.append([fragment(traceId, 'a')]);
    await one.record(traceId, { policy: 'p', adjustedCount: 1, partition: 'dt', claims: [], version: 1 });
    await other.append([fragment(traceId, 'b')]);
    expect(await other.read(traceId)).toMatchObject({ decision: undefined, fragments: [{ hash: 'b' }] });
    expect(await one.readFragments(traceId, ['a', 'b'])).toMatchObject([{ hash: 'a' }]);
    expect(await store.services().buffer.read(traceId)).toEqual({ decision: undefined, fragments: [] });
  });
});
