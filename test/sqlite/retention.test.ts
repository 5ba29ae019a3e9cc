import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { BufferedFragment } from '../../lib/pipeline/ports.ts';
import { openStore, type StoreOptions } from '../../lib/sqlite/store.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { useStores } from './temporary-store.ts';

const { open, newPath } = useStores();
const HOUR_MS = 3600 * 1000;

function create(options: Partial<StoreOptions> = {}) {
  const clock = new ManualClock();
  const path = newPath();
  const store = open({ path, clock, bufferTtlMs: 2 * HOUR_MS, ...options });
  const { buffer, wakeUps } = store.services();
  /** An export request of so many bytes, that do not compress. */
  const request = async (byteLength = 10_000) => {
    const traceId = randomBytes(16).toString('hex');
    const fragment = { traceId, hash: 'aa', payload: randomBytes(byteLength), receivedAtMs: clock.now(), spanCount: 1 };
    await buffer.append([fragment]);
    await wakeUps.send([{ wakeUp: { dueAtMs: clock.now(), attempt: 0, fragments: [fragment] }, delaySeconds: 0 }]);
    return fragment;
  };
  const receive = async () => (await store.messages.receive({ maxMessages: 500 })).map(({ messageId }) => messageId);
  const decideAll = async () => {
    for (let ids = await receive(); ids.length > 0; ids = await receive()) await store.messages.acknowledge(ids);
  };
  const maintain = async () => {
    let steps = 1;
    while (await store.maintain()) steps += 1;
    return steps;
  };
  // A connection of its own: what a reader has in its cache, it may go on reading.
  const areThere = async (...fragments: readonly BufferedFragment[]): Promise<readonly boolean[]> => {
    const reader = openStore({ path, clock, bufferTtlMs: 2 * HOUR_MS });
    const there: boolean[] = [];
    for (const { traceId } of fragments) {
      there.push((await reader.services().buffer.read(traceId)).fragments.length === 1);
    }
    await reader.close();
    return there;
  };
  return { clock, store, buffer, wakeUps, request, receive, decideAll, maintain, areThere };
}

async function repeat<Result>(times: number, run: () => Promise<Result>): Promise<Result[]> {
  const results: Result[] = [];
  for (let i = 0; i < times; i += 1) results.push(await run());
  return results;
}

describe('what has expired', () => {
  it('is deleted, decided or not, a bounded piece at a time, and its pages are used again', async () => {
    const { clock, store, request, decideAll, maintain } = create();
    const empty = store.disk().usedBytes;
    await repeat(150, request);
    await decideAll();
    await repeat(150, request);
    const full = store.disk();
    expect(full.undecidedBytes).toBeGreaterThan(150 * 10_000);
    clock.advance(2 * HOUR_MS - 1);
    await maintain();
    expect(store.disk().usedBytes).toBe(full.usedBytes);
    clock.advance(1);
    expect(await maintain()).toBeGreaterThan(2);
    const rest = store.disk();
    expect(rest.undecidedBytes).toBe(0);
    expect(rest.fileBytes).toBe(full.fileBytes);
    // The wake-ups of the second half are still there.
    expect(rest.usedBytes).toBeLessThan(empty + 200_000);
    await repeat(250, request);
    expect(store.disk().fileBytes, 'the file has not grown').toBe(full.fileBytes);
  });

  it('leaves no record, list, bucket, table or count behind', async () => {
    const { clock, store, buffer, maintain } = create();
    const empty = store.disk().usedBytes;
    const { limits, keyTables } = store.services();
    const traceIds = Array.from({ length: 300 }, () => randomBytes(16).toString('hex'));
    const name = 'x'.repeat(200);
    for (const traceId of traceIds) {
      const claim = { key: 'k', fragments: [name], claimedAtMs: 1, firstSeq: 0, lineCount: 1 };
      const record = { policy: name, adjustedCount: 1, partition: 'p', claims: [claim], version: 1 };
      const bucket = { key: name + traceId, perSecond: 1, capacity: 10, largestCost: 10 };
      await Promise.all([
        buffer.record(traceId, record),
        buffer.writeList(traceId, 'one', [name]),
        limits.lease(bucket, clock.now(), 1, 1),
        keyTables.putIfAbsent(traceId, { interval: 1, averages: new Map([[name, 1]]) }),
        keyTables.count(traceId, 1, new Map([[name, 1]])),
      ]);
    }
    expect(store.disk().usedBytes).toBeGreaterThan(empty + 300_000);
    clock.advance(8 * 24 * HOUR_MS);
    await maintain();
    expect(store.disk().usedBytes).toBeLessThan(empty + 50_000);
  });
});

describe('the bound of the disk', () => {
  it('deletes the oldest decided fragments first, and no more than needed', async () => {
    const maxBytes = 2_000_000;
    const { store, request, decideAll, maintain, areThere } = create({ maxBytes });
    const old = await repeat(80, request);
    const newer = await repeat(80, request);
    await decideAll();
    await maintain();
    expect((await areThere(...old, ...newer)).every(Boolean), 'there is room').toBe(true);
    const undecided = await repeat(80, request);
    await maintain();
    const { usedBytes, undecidedBytes } = store.disk();
    expect(usedBytes).toBeLessThanOrEqual(maxBytes);
    expect(usedBytes).toBeGreaterThan(maxBytes - 200_000);
    expect(undecidedBytes).toBeGreaterThan(800_000);
    expect((await areThere(...old.slice(0, 50))).some(Boolean)).toBe(false);
    expect((await areThere(...newer, ...undecided)).every(Boolean)).toBe(true);
  });

  it('never deletes what a wake-up still names: waiting, in flight, continued or sent back', async () => {
    const { store, wakeUps, clock, request, receive, decideAll, maintain, areThere } = create({ maxBytes: 1 });
    const waiting = await request();
    await maintain();
    expect(await areThere(waiting)).toEqual([true]);
    const inFlight = await receive();
    await maintain();
    expect(await areThere(waiting)).toEqual([true]);
    const wakeUp = { dueAtMs: clock.now(), attempt: 1, fragments: [waiting] };
    await wakeUps.send([{ wakeUp, delaySeconds: 60 }]);
    await store.messages.acknowledge(inFlight);
    await maintain();
    expect(await areThere(waiting), 'continued').toEqual([true]);

    clock.advance(60_000);
    const again = await receive();
    await wakeUps.sendToDeadLetters([wakeUp]);
    await store.deadLetters.sendBack(store.deadLetters.list(1).map(({ messageId }) => messageId));
    await store.messages.acknowledge(again);
    await maintain();
    expect(await areThere(waiting), 'sent back').toEqual([true]);
    await decideAll();
    await maintain();
    expect(await areThere(waiting), 'decided').toEqual([false]);
    expect(store.disk().undecidedBytes).toBe(0);
  });

  it('keeps what each of two tenants has sent, though it is the same', async () => {
    const { store, clock, maintain } = create({ maxBytes: 1 });
    const traceId = randomBytes(16).toString('hex');
    const fragment = { traceId, hash: 'aa', payload: new Uint8Array(9), receivedAtMs: clock.now(), spanCount: 1 };
    const [one, other] = ['one', 'other'].map((tenant) => store.services({ tenant }));
    for (const services of [one, other]) await services?.buffer.append([fragment]);
    const wakeUp = { wakeUp: { dueAtMs: clock.now(), attempt: 0, fragments: [fragment] }, delaySeconds: 0 };
    for (const services of [one, other]) await services?.wakeUps.send([wakeUp]);
    const [first, second] = await store.messages.receive();
    await store.messages.acknowledge([first?.messageId ?? '']);
    await maintain();
    expect(store.disk().undecidedBytes).toBeGreaterThan(0);
    await store.messages.acknowledge([second?.messageId ?? '']);
    expect(store.disk().undecidedBytes).toBe(0);
  });

  it('deletes records early, but none that fragments or wake-ups may still need', async () => {
    const maxBytes = 500_000;
    const { clock, store, buffer, maintain } = create({ maxBytes });
    const traceIds = Array.from({ length: 400 }, () => randomBytes(16).toString('hex'));
    const record = { policy: 'x'.repeat(2_000), adjustedCount: 1, partition: 'p', claims: [], version: 1 };
    await Promise.all(traceIds.map((traceId) => buffer.record(traceId, record)));
    const recorded = async () => {
      const traces = await Promise.all(traceIds.map((traceId) => buffer.read(traceId)));
      return traces.filter(({ decision }) => decision !== undefined).length;
    };
    clock.advance(2 * HOUR_MS - 1);
    await maintain();
    expect(await recorded()).toBe(400);
    clock.advance(1);
    await maintain();
    expect(await recorded()).toBeLessThan(300);
    expect(await recorded()).toBeGreaterThan(50);
    expect(store.disk().usedBytes).toBeLessThanOrEqual(maxBytes);
  });

  it('deletes records that are older than all fragments, before decided fragments', async () => {
    const { clock, store, buffer, request, decideAll, maintain, areThere } = create({ maxBytes: 500_000 });
    const record = { policy: 'x'.repeat(2_000), adjustedCount: 1, partition: 'p', claims: [], version: 1 };
    const traceIds = Array.from({ length: 400 }, () => randomBytes(16).toString('hex'));
    await Promise.all(traceIds.map((traceId) => buffer.record(traceId, record)));
    clock.advance(60_000);
    const fragment = await request();
    await buffer.record(fragment.traceId, record);
    // However much the records take, this is all that waits.
    expect(store.disk().undecidedBytes).toBeLessThan(20_000);
    await decideAll();
    await maintain();
    expect(store.disk().usedBytes).toBeLessThanOrEqual(500_000);
    expect(await areThere(fragment)).toEqual([true]);
    expect((await buffer.read(fragment.traceId)).decision).toBeDefined();
  });

  it('is known to ingest: undecided fragments alone can fill it', async () => {
    const { store, request } = create({ maxBytes: 300_000 });
    await repeat(30, request);
    const { usedBytes, undecidedBytes, maxBytes = 0 } = store.disk();
    expect(undecidedBytes).toBeGreaterThan(maxBytes);
    expect(undecidedBytes).toBeLessThanOrEqual(usedBytes);
  });
});
