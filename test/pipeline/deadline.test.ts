import { describe, expect, it } from 'vitest';
import { TraceTooLargeError, UnavailableError } from '../../lib/pipeline/ports.ts';
import { SMALL_TRACE } from '../../lib/pipeline/trace-limits.ts';
import { exportRequest, spanIdOf, traceIdOf } from '../support/export-request.ts';
import { Death, World } from './world.ts';

const TRACES = ['a', 'b', 'c', 'd', 'e', 'f'];

/** Six failing traces in two requests, due. Nothing may be tried twice: whatever counts as an attempt is a dead letter. */
async function due() {
  const world = new World({ settings: { concurrency: 1, maxAttempts: 0 } });
  for (const part of [TRACES.slice(0, 3), TRACES.slice(3)]) {
    await world.ingest(exportRequest(part.map((trace) => ({ trace, span: trace, error: true }))));
  }
  world.clock.advance(30_000);
  return world;
}

/** Has time for so many questions. */
function timeFor(questions: number): () => boolean {
  let asked = 0;
  return () => asked++ < questions;
}

const ALL = TRACES.map((trace) => `${traceIdOf(trace)}/${spanIdOf(trace)}`).sort();

describe('an invocation that runs out of time', () => {
  it.each([0, 1, 2, 3, 4, 5, 6, 7, 8, 9])(
    'requeues what it has not examined, and counts no attempt (after %i questions)',
    async (questions) => {
      const world = await due();
      await world.decideOnce({ hasTime: timeFor(questions) });
      const committed = world.archivedSpans().length;
      const [summary] = world.summaries;
      expect(committed).toBe(Math.min(6, Math.max(0, questions - 1)));
      expect(summary).toMatchObject({ traces: committed, sampled: committed, deferred: 6 - committed, continued: 0 });
      await world.drain();
      expect(world.archivedSpans().sort()).toEqual(ALL);
      expect(world.queue.deadLetters).toEqual([]);
      expect(world.total('received')).toBe(6);
    },
  );

  it('sends it without a delay, due when it was', async () => {
    const world = await due();
    await world.decideOnce({ hasTime: timeFor(3) });
    expect(world.queue.nextVisibleAtMs()).toBe(world.clock.now());
    world.clock.advance(5_000);
    await world.decideOnce();
    expect(world.summaries[1]).toMatchObject({ maxLagMs: 5_000, traces: 4 });
  });

  it('gives the messages back when it cannot be sent on', async () => {
    const world = await due();
    const step = (label: string) => {
      if (label === 'send') throw new UnavailableError('no queue');
    };
    await world.decideOnce({ step, hasTime: timeFor(2) });
    expect(world.archivedSpans()).toHaveLength(1);
    expect(world.queue.pendingCount).toBe(2);
    await world.drain();
    expect(world.archivedSpans().sort()).toEqual(ALL);
  });

  it('keeps an attempt that was one: what was examined and is open is continued', async () => {
    const world = new World({ settings: { concurrency: 1 } });
    await world.ingest(exportRequest(['a', 'b'].map((trace) => ({ trace, span: trace, error: true }))));
    world.clock.advance(30_000);
    const step = (label: string) => {
      if (label === 'create') throw new UnavailableError('no bucket');
    };
    await world.decideOnce({ step, hasTime: timeFor(2) });
    expect(world.summaries[0]).toMatchObject({ traces: 1, continued: 1, deferred: 1 });
    await world.drain();
    expect(world.archivedSpans()).toHaveLength(2);
  });
});

describe('a trace that takes all the time of an invocation to read', () => {
  const SECOND = 1_000;

  /** Of these traces, that are due. Reading one of them takes as long as is said. */
  async function slowToRead(readMs: Readonly<Record<string, number>>, large: readonly string[] = []) {
    const world = new World({ settings: { concurrency: 1 } });
    for (const trace of Object.keys(readMs)) await world.ingest(exportRequest([{ trace, span: trace, error: true }]));
    world.clock.advance(30 * SECOND);
    const read = world.buffer.read.bind(world.buffer);
    world.buffer.read = async (traceId, options) => {
      const name = Object.keys(readMs).find((trace) => traceIdOf(trace) === traceId) ?? '';
      world.clock.advance(readMs[name] ?? 0);
      if (!large.includes(name) || options?.limit !== SMALL_TRACE) return read(traceId, options);
      throw new TraceTooLargeError('more than a small trace has');
    };
    const startMs = world.clock.now();
    await world.decideOnce({
      hasTime: () => world.clock.now() < startMs + 10 * SECOND,
      mustStop: () => world.clock.now() > startMs + 14 * SECOND,
    });
    return world;
  }

  it('has had an attempt, whatever else the batch has settled', async () => {
    const world = await slowToRead({ a: 0, b: 15 * SECOND, c: 0 });
    expect(world.summaries[0]).toMatchObject({ traces: 2, sampled: 1, continued: 1, deferred: 1 });
    expect(world.summaries[0]?.failures).toMatchObject([
      { traceId: traceIdOf('b'), message: expect.stringMatching(/^no time is left to evaluate trace/) },
    ]);
  });

  it('has had an attempt when it turns out to be large, and nothing else was examined', async () => {
    const world = await slowToRead({ a: 11 * SECOND }, ['a']);
    expect(world.summaries[0]).toMatchObject({ continued: 1, deferred: 0 });
    expect(world.summaries[0]?.failures).toMatchObject([
      { traceId: traceIdOf('a'), message: `could not examine trace ${traceIdOf('a')} in the time of an invocation` },
    ]);
  });

  it('has had none when it turns out to be large, and others have taken the time', async () => {
    const world = await slowToRead({ a: 0, b: 11 * SECOND }, ['b']);
    expect(world.summaries[0]).toMatchObject({ sampled: 1, continued: 0, deferred: 1 });
  });

  it('takes it from the large ones behind it, which have had none', async () => {
    const world = await slowToRead({ a: 7 * SECOND, b: 0 }, ['a', 'b']);
    expect(world.summaries[0]).toMatchObject({ continued: 0, deferred: 1, sampled: 1 });
  });

  it('is a dead letter in the end, with the reason', async () => {
    const world = await slowToRead({ a: 11 * SECOND }, ['a']);
    for (let nextMs = world.queue.nextVisibleAtMs(); nextMs !== undefined; nextMs = world.queue.nextVisibleAtMs()) {
      world.clock.set(nextMs);
      await world.decideOnce({ hasTime: () => world.clock.now() < nextMs + 10 * SECOND });
    }
    expect(world.summaries).toHaveLength(world.settings.maxAttempts + 1);
    expect(world.queue.deadLetters).toMatchObject([
      { reason: expect.stringMatching(/^not settled in 11 attempts: could not examine trace/) },
    ]);
  });
});

describe('an invocation that is killed after it has sent on what it had no time for', () => {
  it('does not double its messages each time', async () => {
    const world = await due();
    const kills = 8;
    for (let round = 0; round < kills; round++) {
      const step = (label: string) => {
        if (label === 'acknowledge') throw new Death('too late');
      };
      await expect(world.decideOnce({ max: 1_000, step, hasTime: () => false })).rejects.toThrow(Death);
      world.clock.advance(60_000);
    }
    // Of each of the two messages a copy a time.
    expect(world.queue.pendingCount).toBe(2 + 2 * kills);
    await world.decideOnce({ max: 1_000 });
    expect(world.queue.pendingCount).toBe(0);
    expect(world.archivedSpans().sort()).toEqual(ALL);
    expect(world.summaries.at(-1)).toMatchObject({ wakeUps: 2 + 2 * kills, traces: 6, received: 6 });
  });
});
