import { describe, expect, it } from 'vitest';
import type { WakeUp } from '../../lib/pipeline/ports.ts';
import { exportRequest, spanIdOf, traceIdOf } from '../support/export-request.ts';
import { EVERY_TRACE_IS_LARGE, World } from './world.ts';

const SECOND = 1_000;
const HOUR = 3_600_000;
const failed = (...spans: readonly string[]) =>
  exportRequest(spans.map((span) => ({ trace: span.slice(0, 1), span, error: true })));
const traceIdsOf = (wakeUps: readonly WakeUp[]) =>
  wakeUps.flatMap(({ fragments }) => fragments.map(({ traceId }) => traceId));

describe.each([
  ['traces that are read whole', {}],
  ['traces of which only the record is read', EVERY_TRACE_IS_LARGE],
])('a fragment that is not in the buffer, of %s', (_, settings) => {
  it('has expired when its time is over: a dead letter at once, which says so and names it', async () => {
    const world = new World({ settings });
    const receivedAt = new Date(world.clock.now()).toISOString();
    await world.ingest(failed('a1', 'b1'));
    world.clock.advance(25 * HOUR);
    await world.decideOnce();
    expect(world.queue.pendingCount).toBe(0);
    expect(world.queue.deadLetters).toMatchObject([
      {
        attempt: 0,
        reason: `expired: received at ${receivedAt}, and the buffer keeps spans for 24 hours; unless their trace was decided before, they are lost`,
      },
    ]);
    expect(traceIdsOf(world.queue.deadLetters)).toEqual([traceIdOf('a'), traceIdOf('b')]);
    expect(world.summaries[0]).toMatchObject({ expired: 2, deadLettered: 2, continued: 0 });
    expect(world.summaries[0]?.deadLetters).toMatchObject([
      { traceIds: [traceIdOf('a'), traceIdOf('b')], fragments: 2, reason: expect.stringContaining('expired') },
    ]);
  });

  it('has expired also after continuations, by the time of its arrival and not that of the last attempt', async () => {
    const world = new World({ settings });
    await world.ingest(failed('a1'));
    world.clock.advance(24 * HOUR - 10 * SECOND);
    const read = world.buffer.read.bind(world.buffer);
    world.buffer.read = () => Promise.reject(new Error('throttled'));
    await world.decideOnce();
    expect(world.summaries[0]).toMatchObject({ continued: 1, expired: 0 });
    world.buffer.read = read;
    world.clock.advance(30 * SECOND);
    await world.decideOnce();
    expect(world.summaries[1]).toMatchObject({ expired: 1, deadLettered: 1 });
  });

  it('is settled when it is in the archive: the message came twice, the second time after a day', async () => {
    const world = new World({ settings });
    await world.ingest(failed('a1'));
    const again = world.queue.receive();
    await world.queue.send(again.map(({ wakeUp }) => ({ wakeUp, delaySeconds: 0 })));
    world.clock.advance(30 * SECOND);
    await world.decideOnce({ max: 1 });
    expect(world.archivedSpans()).toHaveLength(1);
    world.clock.advance(25 * HOUR);
    await world.drain();
    expect(world.queue.deadLetters).toEqual([]);
    expect(world.archivedSpans()).toHaveLength(1);
  });

  it('does not keep the rest of its trace from being decided', async () => {
    const world = new World({ settings, bufferTtlMs: 60 * SECOND });
    await world.ingest(failed('a1'));
    world.clock.advance(50 * SECOND);
    await world.ingest(failed('a2'));
    world.clock.advance(30 * SECOND);
    await world.drain();
    expect(world.archivedSpans()).toEqual([`${traceIdOf('a')}/${spanIdOf('a2')}`]);
    expect(world.total('expired')).toBe(1);
    expect(world.queue.deadLetters).toHaveLength(1);
  });

  it('of a kept trace has expired when it came late and was not looked at in time', async () => {
    const world = new World({ settings });
    await world.ingest(failed('a1'));
    await world.drain();
    await world.ingest(failed('a2'));
    world.clock.advance(25 * HOUR);
    await world.drain();
    expect(world.archivedSpans()).toHaveLength(1);
    expect(world.queue.deadLetters).toMatchObject([{ reason: expect.stringContaining('expired'), fragments: [{}] }]);
  });

  it('is waited for while its time is not over, and named by one continuation with what else is open', async () => {
    const world = new World({ settings });
    await world.ingest(failed('a1', 'b1'));
    const read = world.buffer.read.bind(world.buffer);
    world.buffer.read = async (traceId, options) => {
      if (traceId === traceIdOf('a')) throw new Error('throttled');
      return { ...(await read(traceId, options)), fragments: [] };
    };
    world.clock.advance(30 * SECOND);
    await world.decideOnce();
    expect(world.queue.pendingCount).toBe(1);
    expect(world.summaries[0]).toMatchObject({ continued: 2, deadLettered: 0 });
    world.buffer.read = read;
    await world.drain();
    expect(world.archivedSpans()).toHaveLength(2);
  });
});

it('is reported with every other one of its trace, whichever look at it found out', async () => {
  const world = new World();
  await world.ingest(failed('a1'));
  await world.ingest(failed('a2'));
  const read = world.buffer.read.bind(world.buffer);
  let looks = 0;
  // The first look finds the second fragment, whose claim is then fenced; the second look finds nothing.
  world.buffer.read = async (traceId, options) => {
    const buffered = await read(traceId, options);
    looks += 1;
    return { ...buffered, fragments: looks > 2 ? [] : buffered.fragments.slice(1) };
  };
  world.clock.advance(30 * SECOND);
  await world.decideOnce({
    step: async (label, when) => {
      if (label !== 'create' || when !== 'before') return;
      const claim = (await read(traceIdOf('a'))).decision?.claims[0];
      await world.archive.fence(claim?.key ?? '');
      world.clock.advance(25 * HOUR);
    },
  });
  expect(world.summaries[0]).toMatchObject({ expired: 2, deadLettered: 2 });
  expect(world.queue.deadLetters.flatMap(({ fragments }) => fragments)).toHaveLength(2);
});

it('a message of version 0.1, which does not say when its spans arrived, is measured by its due time', async () => {
  const world = new World();
  const fragments = [{ traceId: traceIdOf('a'), hash: 'gone' }];
  const dueAtMs = world.clock.now();
  await world.queue.send([{ wakeUp: { dueAtMs, attempt: 0, fragments }, delaySeconds: 0 }]);
  world.clock.advance(24 * HOUR - 1);
  await world.decideOnce();
  expect(world.summaries[0]).toMatchObject({ continued: 1, expired: 0 });
  await world.queue.send([{ wakeUp: { dueAtMs, attempt: 0, fragments }, delaySeconds: 0 }]);
  world.clock.advance(1);
  await world.decideOnce();
  expect(world.summaries[1]).toMatchObject({ continued: 0, expired: 1 });
  expect(world.queue.deadLetters[0]?.reason).toContain(`due at ${new Date(dueAtMs).toISOString()}`);
});

it('keeps its message while the dead letters cannot be reached', async () => {
  const world = new World();
  await world.ingest(failed('a1'));
  world.clock.advance(25 * HOUR);
  await world.decideOnce({
    step: (label) => {
      if (label === 'dead letters') throw new Error('no network');
    },
  });
  expect(world.queue.pendingCount).toBe(1);
  await world.drain();
  expect(world.queue.deadLetters).toHaveLength(1);
});

it('has the log name the traces, of a thousand messages the first hundred', async () => {
  const world = new World();
  const hex = (number: number) => number.toString(16);
  await world.ingest(exportRequest(Array.from({ length: 300 }, (_, i) => ({ trace: hex(i + 1), span: hex(i + 1) }))));
  world.clock.advance(25 * HOUR);
  await world.decideOnce();
  expect(world.summaries[0]?.deadLetters).toMatchObject([{ fragments: 300 }]);
  expect(world.summaries[0]?.deadLetters[0]?.traceIds).toHaveLength(100);
  expect(world.queue.deadLetters[0]?.fragments).toHaveLength(300);
});
