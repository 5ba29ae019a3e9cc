import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { BufferedFragment } from '../../lib/pipeline/ports.ts';
import { openDatabase } from '../../lib/sqlite/database.ts';
import { GroupCommit } from '../../lib/sqlite/group-commit.ts';
import { Snapshot } from '../../lib/sqlite/snapshot.ts';
import { TraceIndex } from '../../lib/sqlite/trace-index.ts';
import { packOf } from '../../lib/sqlite/trace-segment.ts';
import { UsageCounter } from '../../lib/sqlite/usage.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { useStores } from './temporary-store.ts';

const { open, newPath } = useStores();
const TTL_MS = 3600 * 1000;

function traceId(number: number): string {
  return createHash('md5').update(`trace ${number}`).digest('hex');
}

/** A request of many traces, of which the first goes on in every request. */
function request(number: number, traces: number, receivedAtMs: number): BufferedFragment[] {
  return Array.from({ length: traces }, (_, i) => ({
    traceId: traceId(i === 0 ? 0 : number * traces + i),
    hash: `hash-${number}-${i}`,
    payload: new Uint8Array(1),
    receivedAtMs,
    spanCount: 1,
  }));
}

/** As in `openStore`, to see what it does. */
function newIndex(path: string) {
  const database = openDatabase(path);
  const snapshot = new Snapshot(database);
  const writer = new GroupCommit({ database, path, usage: new UsageCounter(database), snapshot });
  const count = (table: string) => database.prepare(`SELECT count(*) AS count FROM ${table}`).get()?.['count'];
  return { index: new TraceIndex(database, writer, snapshot), count };
}

describe('TraceIndex', () => {
  const path = newPath();
  const clock = new ManualClock();
  const store = open({ path, clock, bufferTtlMs: TTL_MS });
  const { buffer } = store.services();
  const REQUESTS = 110;
  const TRACES = 1_000;

  it('finds traces of all ages after a restart that reads few directories', { timeout: 30_000 }, async () => {
    const early = newIndex(path);
    for (let number = 0; number < REQUESTS; number += 1) {
      await buffer.append(request(number, TRACES, clock.now() + number));
      // A reader that does not make segments takes those of others.
      if (number % 20 === 0) await early.index.find('', traceId(1));
    }
    while (await store.maintain());
    const fresh = newIndex(path);
    expect(fresh.count('segment')).toBe(3);
    for (const { index } of [fresh, early]) {
      for (const number of [0, 1, 40, 77, REQUESTS - 1]) {
        expect((await index.find('', traceId(number * TRACES + 7))).map(packOf)).toEqual([number + 1]);
      }
      const everywhere = await index.find('', traceId(0));
      expect(everywhere.map(packOf)).toEqual(Array.from({ length: REQUESTS }, (_, number) => number + 1));
      expect(await index.find('', traceId(-1))).toEqual([]);
      expect(await index.find('shop', traceId(7))).toEqual([]);
    }
    expect(fresh.index.counts.directoriesRead).toBeLessThan(33);
    expect((await buffer.read(traceId(0))).fragments).toHaveLength(REQUESTS);
    expect(await buffer.readFragments(traceId(0), ['hash-50-0', 'hash-90-0'])).toHaveLength(2);
  });

  it('reads one part of a segment for a trace in it, and next to none for a new trace', async () => {
    const { index } = newIndex(path);
    await index.find('', traceId(1));
    const before = index.counts.partsRead;
    for (let number = 0; number < 300; number += 1) await index.find('', traceId(-1 - number));
    expect(index.counts.partsRead - before).toBeLessThan(30);
  });

  it('deletes segments when their packs are gone', async () => {
    clock.advance(TTL_MS + REQUESTS);
    while (await store.maintain());
    const { index, count } = newIndex(path);
    expect([count('pack'), count('segment'), count('segment_part')]).toEqual([0, 0, 0]);
    expect(await index.find('', traceId(7))).toEqual([]);
    await buffer.append(request(1, 2, clock.now()));
    expect((await index.find('', traceId(3))).map(packOf), 'no ID is used twice').toEqual([REQUESTS + 1]);
    expect(await buffer.read(traceId(3))).toMatchObject({ fragments: [{ hash: 'hash-1-1' }] });
  });
});
