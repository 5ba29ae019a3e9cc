import { describe, expect, it } from 'vitest';
import { UnavailableError } from '../../lib/pipeline/ports.ts';
import { exportRequest, spanIdOf, traceIdOf } from '../support/export-request.ts';
import { World } from './world.ts';

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
