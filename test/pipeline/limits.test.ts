import { describe, expect, it } from 'vitest';
import { TraceTooLargeError, UnavailableError } from '../../lib/pipeline/ports.ts';
import { exportRequest, type SpanSpec } from '../support/export-request.ts';
import { Death, dieAt, type Step, World } from './world.ts';

/** So many spans, ever: what is too many cannot be put down to time. */
const BUDGET = 7;
const LIMITED = `
decision_wait: 30s
policies:
  - { name: limit, type: rate_limiting, rate_limiting: { spans_per_second: 0, burst_capacity: ${BUDGET} } }
`;

/** Traces a, b, c … of so many spans each. */
function traces(...counts: readonly number[]): SpanSpec[] {
  return counts.flatMap((count, i) => {
    const trace = String.fromCharCode('a'.charCodeAt(0) + i);
    return Array.from({ length: count }, (_, span) => ({ trace, span: `${trace}${span}` }));
  });
}

function spansByTrace(world: World): Map<string, number> {
  const counts = new Map<string, number>();
  for (const span of world.archivedSpans()) {
    const trace = span.slice(31, 32);
    counts.set(trace, (counts.get(trace) ?? 0) + 1);
  }
  return counts;
}

describe('a rate limit in the pipeline', () => {
  it('keeps what the budget allows, with an unknown weight', async () => {
    const world = new World({ yaml: LIMITED, settings: { concurrency: 1 } });
    await world.ingest(exportRequest(traces(3, 5, 4, 1)));
    await world.drain();
    expect([...spansByTrace(world)]).toEqual([
      ['a', 3],
      ['c', 4],
    ]);
    expect(world.archivedLines().map((line) => line.sample_weight)).toEqual([null, null]);
    expect([world.total('sampled'), world.total('notSampled')]).toEqual([2, 2]);
  });

  it('is not drawn on by a trace whose record is too large', async () => {
    const world = new World({ yaml: LIMITED, settings: { concurrency: 1 } });
    const record = world.buffer.record.bind(world.buffer);
    world.buffer.record = (traceId, decision) =>
      traceId.endsWith('a') ? Promise.reject(new TraceTooLargeError('too many claims')) : record(traceId, decision);
    await world.ingest(exportRequest(traces(3, BUDGET)));
    world.clock.advance(30_000);
    await world.decideOnce();
    expect([...spansByTrace(world)]).toEqual([['b', BUDGET]]);
  });

  it('holds for all deciders together', async () => {
    const world = new World({ yaml: LIMITED });
    for (let i = 10; i < 30; i++) await world.ingest(exportRequest([{ trace: `${i}`, span: `${i}` }]));
    world.clock.advance(30_000);
    await Promise.all(Array.from({ length: 20 }, () => world.decideOnce({ max: 1 })));
    await world.drain();
    expect(world.archivedSpans()).toHaveLength(BUDGET);
  });

  it('is drawn on once by a trace that two deciders look at together', async () => {
    const world = new World({ yaml: LIMITED });
    await world.ingest(exportRequest([{ trace: 'a', span: 'a1' }]));
    await world.ingest(exportRequest([{ trace: 'a', span: 'a2', parent: 'a1' }]));
    await world.ingest(exportRequest([{ trace: 'a', span: 'a3', parent: 'a1' }]));
    world.clock.advance(30_000);
    await Promise.all(Array.from({ length: 2 }, () => world.decideOnce({ max: 1 })));
    await world.drain();
    await world.ingest(exportRequest([0, 1, 2, 3].map((i) => ({ trace: 'b', span: `b${i}` }))));
    await world.drain();
    expect([...spansByTrace(world)]).toEqual([
      ['a', 3],
      ['b', 4],
    ]);
  });

  it('is drawn on by a trace that somebody else has taken over since it was claimed', async () => {
    const world = new World({ yaml: LIMITED, settings: { concurrency: 1 } });
    await world.ingest(exportRequest(traces(BUDGET, BUDGET)));
    world.clock.advance(30_000);
    let isFirst = true;
    await world.decideOnce({
      step: async (label, when) => {
        if (label !== 'record' || when !== 'after' || !isFirst) return;
        isFirst = false;
        world.clock.advance(100_000);
        await world.decideOnce();
      },
    });
    await world.drain();
    expect([...spansByTrace(world)]).toEqual([['a', BUDGET]]);
    expect(world.total('fenced')).toBe(1);
  });

  it('decides later, and does not guess, when the counter cannot be reached', async () => {
    const world = new World({ yaml: LIMITED });
    await world.ingest(exportRequest(traces(2)));
    world.clock.advance(30_000);
    const isDown: Step = (label) => {
      if (label === 'lease') throw new UnavailableError('the counter is down');
    };
    await world.decideOnce({ step: isDown });
    expect([world.total('continued'), world.total('received'), world.archivedSpans().length]).toEqual([1, 0, 0]);
    await world.drain();
    expect([...spansByTrace(world)]).toEqual([['a', 2]]);
    expect(world.queue.deadLetters).toEqual([]);
  });

  it.each(['once', 'twice'])(
    'keeps whole traces within the budget when a decider dies %s, at any point',
    async (times) => {
      const sizes: Record<string, number> = { a: 3, b: 2, c: 1, d: 4 };
      for (let at = 0; ; at++) {
        const world = new World({ yaml: LIMITED });
        await world.ingest(exportRequest(traces(...Object.values(sizes))));
        const first = dieAt(at);
        await untilDeath(world, first.step);
        if (times === 'twice') await untilDeath(world, dieAt(at).step);
        await world.drain();
        const kept = spansByTrace(world);
        const archived = world.archivedSpans();
        expect(new Set(archived).size).toBe(archived.length);
        expect(archived.length).toBeLessThanOrEqual(BUDGET);
        for (const [trace, count] of kept) expect(count).toBe(sizes[trace]);
        expect(world.queue.deadLetters).toEqual([]);
        if (!first.reached()) break;
        expect(at).toBeLessThan(100);
      }
    },
  );
});

/** One invocation on what is due next. */
async function untilDeath(world: World, step: Step): Promise<void> {
  const nextMs = world.queue.nextVisibleAtMs();
  if (nextMs === undefined) return;
  world.clock.set(Math.max(world.clock.now(), nextMs));
  await world.decideOnce({ step }).catch((error: unknown) => {
    if (!(error instanceof Death)) throw error;
  });
}
