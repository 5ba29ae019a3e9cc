import { setImmediate } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { DEFAULT_BUFFER_TTL_MS } from '../../lib/pipeline/adapter-rules.ts';
import { expiresAtMs } from '../../lib/pipeline/decide/expiry.ts';
import { DEFAULT_DECIDE_OPTIONS, type DecideOptions } from '../../lib/pipeline/decide/options.ts';
import { deadLetterTooLarge } from '../../lib/pipeline/decide/requeue.ts';
import { TraceTooLargeError } from '../../lib/pipeline/ports.ts';
import { SMALL_TRACE } from '../../lib/pipeline/trace-limits.ts';
import { exportRequest, traceIdOf } from '../support/export-request.ts';
import { World } from './world.ts';

const SECOND = 1_000;
const HOUR = 3_600_000;
const LIMIT = 2;

/** A buffer that reads no trace of more than two fragments. Counts the reads. */
function worldWithLimit(): { readonly world: World; readonly readCount: () => number } {
  const world = new World();
  const read = world.buffer.read.bind(world.buffer);
  let reads = 0;
  world.buffer.read = async (traceId, options) => {
    reads += 1;
    const trace = await read(traceId, options);
    if (trace.fragments.length > LIMIT) throw new TraceTooLargeError('more than two fragments', trace.decision);
    return trace;
  };
  return { world, readCount: () => reads };
}

const request = (...spans: readonly string[]) =>
  exportRequest(spans.map((span) => ({ trace: span.slice(0, 1), span, error: true })));

describe('a trace that is too large', () => {
  it('goes to the dead letters at once, at the first look, and holds up no other trace', async () => {
    const { world, readCount } = worldWithLimit();
    for (const spans of [['a1', 'b1'], ['a2'], ['a3']]) await world.ingest(request(...spans));
    world.clock.advance(30 * SECOND);
    await world.decideOnce();
    expect(world.queue.pendingCount).toBe(0);
    expect(world.queue.deadLetters).toMatchObject([
      { attempt: 0, reason: 'more than two fragments; nothing of it is kept' },
    ]);
    expect(world.queue.deadLetters[0]?.fragments).toHaveLength(3);
    expect(world.total('deadLettered')).toBe(3);
    expect(world.archivedLines().map((line) => line.trace_id)).toEqual([traceIdOf('b')]);
    // Trace a up to what a small trace has, and up to the limit; trace b before its claim and after it.
    expect(readCount()).toBe(4);
  });

  it('is kept as far as it was written before: the dead letter lists the rest, and says where the kept part is', async () => {
    const { world } = worldWithLimit();
    await world.ingest(request('a1'));
    await world.ingest(request('a2'));
    world.clock.advance(30 * SECOND);
    await world.decideOnce();
    await world.ingest(request('a3'));
    await world.ingest(request('a2'));
    await world.drain();
    expect(world.archivedSpans()).toHaveLength(2);
    expect(world.queue.deadLetters).toMatchObject([
      { reason: `more than two fragments; kept of it: ${world.archive.keys()[0]}`, fragments: [{}] },
    ]);
  });

  it('for its late fragments alone says where the kept part is, and leaves what is committed alone', async () => {
    const largeTraces = { ...DEFAULT_DECIDE_OPTIONS.largeTraces, wholeUpTo: 0 };
    const world = new World({ settings: { largeTraces } });
    await world.ingest(request('a1'));
    world.clock.advance(30 * SECOND);
    await world.decideOnce();
    world.buffer.readFragments = async () => {
      throw new TraceTooLargeError('more than two fragments');
    };
    await world.ingest(request('a1'));
    await world.ingest(request('a2'));
    await world.drain();
    expect(world.archivedSpans()).toHaveLength(1);
    expect(world.queue.deadLetters).toMatchObject([
      { reason: `more than two fragments; kept of it: ${world.archive.keys()[0]}`, fragments: [{}] },
    ]);
  });

  it('for its record leaves what is committed alone, and sets only the rest aside', async () => {
    const world = new World();
    const record = world.buffer.record.bind(world.buffer);
    world.buffer.record = async (traceId, decision) => {
      if ('claims' in decision && decision.claims.length > 1) throw new TraceTooLargeError('more than one claim');
      return record(traceId, decision);
    };
    await world.ingest(request('a1'));
    world.clock.advance(30 * SECOND);
    await world.decideOnce();
    await world.ingest(request('a1'));
    await world.ingest(request('a2'));
    await world.drain();
    expect(world.archivedSpans()).toHaveLength(1);
    expect(world.queue.deadLetters).toMatchObject([
      { reason: `more than one claim; kept of it: ${world.archive.keys()[0]}`, fragments: [{}] },
    ]);
  });

  it('while its claim may yet be kept leaves what is in the claim open', async () => {
    const { world } = worldWithLimit();
    await world.ingest(request('a1'));
    world.clock.advance(30 * SECOND);
    await world.decideOnce({
      step: async (label, when) => {
        if (label !== 'create' || when !== 'before') return;
        for (const span of ['a2', 'a3']) await world.ingest(request(span));
        // The wake-up of a1 is delivered again.
        world.clock.advance(61 * SECOND);
        await world.decideOnce();
      },
    });
    await world.drain();
    expect(world.archivedSpans()).toHaveLength(1);
    expect(world.queue.deadLetters.flatMap(({ fragments }) => fragments)).toHaveLength(2);
  });

  it('keeps apart what arrived at different times, so that nothing of it counts as expired before it is', async () => {
    const { world } = worldWithLimit();
    const expiries = new Map<string, number>();
    const ingest = async (span: string, advanceMs: number) => {
      await world.ingest(request(span));
      expiries.set(span, world.clock.now() + DEFAULT_BUFFER_TTL_MS);
      world.clock.advance(advanceMs);
    };
    await ingest('a1', 23 * HOUR);
    await ingest('a2', 10 * SECOND);
    await ingest('a3', 30 * SECOND);
    await world.decideOnce();
    const letters = world.queue.deadLetters;
    expect(letters.map(({ fragments }) => fragments.length).sort()).toEqual([1, 2]);
    for (const letter of letters) {
      const of = letter.fragments.length === 1 ? ['a1'] : ['a2', 'a3'];
      const expiry = expiresAtMs(letter, DEFAULT_BUFFER_TTL_MS);
      expect(expiry).toBe(Math.max(...of.map((span) => expiries.get(span) ?? 0)));
    }
  });

  it('keeps its message while the dead letters cannot be reached', async () => {
    const { world } = worldWithLimit();
    for (const span of ['a1', 'a2', 'a3']) await world.ingest(request(span));
    world.clock.advance(30 * SECOND);
    await world.decideOnce({
      step: (label) => {
        if (label === 'dead letters') throw new Error('no network');
      },
    });
    expect(world.queue.pendingCount).toBe(3);
    await world.drain();
    expect(world.queue.deadLetters).toHaveLength(1);
  });

  it('because it has grown since its claim was recorded is not committed without the rest', async () => {
    const { world } = worldWithLimit();
    await world.ingest(request('a1', 'b1'));
    world.clock.advance(30 * SECOND);
    await world.decideOnce({
      step: async (label, when) => {
        const { decision } = await world.buffer.read(traceIdOf('a')).catch(() => ({ decision: undefined }));
        if (label !== 'record' || when !== 'after' || decision === undefined) return;
        for (const span of ['a2', 'a3']) await world.ingest(request(span));
      },
    });
    await world.drain();
    expect(world.archivedLines().map((line) => line.trace_id)).toEqual([traceIdOf('b')]);
    const dead = world.queue.deadLetters.flatMap(({ fragments }) => fragments);
    expect(dead.map(({ traceId }) => traceId)).toEqual([traceIdOf('a'), traceIdOf('a'), traceIdOf('a')]);
  });
});

it('two parts of a trace that is too large keep both their messages while the dead letters cannot be reached', async () => {
  const received = ['h1', 'h2'].map((hash) => ({
    messageId: `message of ${hash}`,
    wakeUp: { dueAtMs: 1, attempt: 0, fragments: [{ traceId: traceIdOf('a'), hash }] },
  }));
  const traces = ['h1', 'h2'].map((hash) => ({
    traceId: traceIdOf('a'),
    hashes: new Set([hash]),
    reason: 'too large',
  }));
  const wakeUps = { send: async () => {}, sendToDeadLetters: () => Promise.reject(new Error('no network')) };
  const { failedMessageIds } = await deadLetterTooLarge(received, traces, { wakeUps });
  expect(failedMessageIds).toEqual(['message of h1', 'message of h2']);
});

describe('a trace that is large', () => {
  /** A buffer to which every trace is a large one; tells which trace each of its calls is about. */
  function worldOfLargeTraces(settings: Partial<DecideOptions> = {}) {
    const world = new World({ settings });
    const { read, record } = {
      read: world.buffer.read.bind(world.buffer),
      record: world.buffer.record.bind(world.buffer),
    };
    const calls: string[] = [];
    world.buffer.read = async (traceId, options) => {
      if (options?.limit === SMALL_TRACE) throw new TraceTooLargeError('more than a small trace has');
      calls.push(traceId);
      await setImmediate();
      return read(traceId, options);
    };
    world.buffer.record = async (traceId, decision) => {
      calls.push(traceId);
      await setImmediate();
      return record(traceId, decision);
    };
    return { world, calls };
  }

  it('is looked at while no other large one is', async () => {
    const { world, calls } = worldOfLargeTraces();
    await world.ingest(request('a1', 'b1', 'c1', 'd1', 'e1'));
    world.clock.advance(30 * SECOND);
    await world.decideOnce();
    expect(world.archivedSpans()).toHaveLength(5);
    // Each is read, recorded and read again.
    const runs = calls.filter((traceId, i) => traceId !== calls[i - 1]);
    expect({ calls: calls.length, runs: runs.length }).toEqual({ calls: 15, runs: 5 });
  });

  it('waits for the next round when there is no room in this one', async () => {
    const { world } = worldOfLargeTraces({ maxRoundBytes: 1 });
    await world.ingest(request('a1', 'b1', 'c1'));
    world.clock.advance(30 * SECOND);
    await world.decideOnce();
    expect(world.archivedLines()).toHaveLength(3);
    expect(world.archive.keys()).toHaveLength(3);
  });

  it('waits for a later batch when its turn comes too late, which is no attempt', async () => {
    const { world } = worldOfLargeTraces();
    await world.ingest(request('a1', 'b1', 'c1'));
    world.clock.advance(30 * SECOND);
    let isLate = false;
    await world.decideOnce({
      step: (label) => {
        isLate ||= label === 'record';
      },
      hasTime: () => !isLate,
    });
    expect(world.archivedLines()).toHaveLength(1);
    expect([world.total('deferred'), world.total('continued')]).toEqual([2, 0]);
    await world.drain();
    expect(world.archivedLines()).toHaveLength(3);
  });
});
