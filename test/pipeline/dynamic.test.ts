import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { UnavailableError } from '../../lib/pipeline/ports.ts';
import { exportRequest, type SpanSpec } from '../support/export-request.ts';
import { Death, dieAt, type Step, World } from './world.ts';

const INTERVAL_MS = 60_000;
const DYNAMIC = `
decision_wait: 30s
policies:
  - name: by-service
    type: dynamic
    dynamic: { key_attributes: [service.name], goal_sampling_percentage: 10, adjustment_interval: 60s }
`;

/** Seeded by what it is of, so that each run has the same traces. */
function traceId(...of: readonly (string | number)[]): string {
  return createHash('md5').update(of.join()).digest('hex');
}

/** So many traces of one span for each service. */
function traces(seed: string | number, counts: Readonly<Record<string, number>>): SpanSpec[] {
  return Object.entries(counts).flatMap(([service, count]) =>
    Array.from({ length: count }, (_, i) => ({ trace: traceId(seed, service, i), span: '1', service })),
  );
}

/** Sends the traces early in an interval after the start, and has them decided. */
async function interval(world: World, startMs: number, number: number, counts: Readonly<Record<string, number>>) {
  world.clock.set(startMs + number * INTERVAL_MS + 1000);
  await world.ingest(exportRequest(traces(number, counts)));
  await world.drain();
}

describe('a dynamic policy in the pipeline', () => {
  it('keeps rare services whole, thins common ones to the goal, and weighs them so that all add up', async () => {
    const world = new World({ yaml: DYNAMIC });
    const startMs = world.clock.now();
    const counts = { front: 1000, shop: 100, rare: 1 };
    for (let number = 0; number < 6; number++) await interval(world, startMs, number, counts);

    const byService = new Map<string, { kept: number; weight: number }>();
    const known = new Map(
      [2, 3, 4, 5].flatMap((number) =>
        traces(number, counts).map(({ trace, service = '' }) => [trace, service] as const),
      ),
    );
    for (const { trace_id, sample_weight } of world.archivedLines()) {
      const service = known.get(trace_id);
      if (service === undefined) continue;
      const sums = byService.get(service) ?? { kept: 0, weight: 0 };
      byService.set(service, { kept: sums.kept + 1, weight: sums.weight + (sample_weight ?? Number.NaN) });
    }
    expect(byService.get('rare')).toEqual({ kept: 4, weight: 4 });
    // Of 1101 traces 110.1 are kept, and 1 for `rare`: 66 of `front` (it has 3 of 5 powers of ten), and 44 of `shop`; a little other while averages are young.
    const all = [...byService.values()];
    const kept = all.reduce((sum, one) => sum + one.kept, 0);
    expect(Math.abs(kept - 4 * 111)).toBeLessThan(4 * Math.sqrt(4 * 111));
    const weightOf = (service: string) => byService.get(service)?.weight ?? 0;
    // Within 4 standard deviations: √(n (1 - p) / p).
    expect(Math.abs(weightOf('front') - 4000)).toBeLessThan(4 * Math.sqrt((4000 * 0.93) / 0.07));
    expect(Math.abs(weightOf('shop') - 400)).toBeLessThan(4 * Math.sqrt((400 * 0.55) / 0.45));
  });

  it('gives a trace the same answer when it is looked at again, intervals later', async () => {
    const world = new World({ yaml: DYNAMIC });
    const startMs = world.clock.now();
    for (let number = 0; number < 3; number++) await interval(world, startMs, number, { shop: 300, other: 300 });
    const before = new Set(world.archivedLines().map((line) => line.trace_id));
    // By now `shop` is rare, and new traces of it are kept whole.
    const counts = { shop: 3, other: 1000 };
    for (let number = 3; number < 9; number++) await interval(world, startMs, number, counts);
    const others = new Set([3, 4, 5, 6, 7, 8].flatMap((n) => traces(n, counts).map(({ trace }) => trace)));

    const later = traces(2, { shop: 300 }).map((span) => ({ ...span, span: '2', parent: '1' }));
    await world.ingest(exportRequest(later));
    await world.drain();
    const after = world.archivedLines().filter((line) => !others.has(line.trace_id));
    expect(new Set(after.map((line) => line.trace_id))).toEqual(before);
    expect(before.size).toBeGreaterThan(0);
    expect(world.total('rescued')).toBe(0);
  });

  it('decides later, and does not guess, when the table cannot be reached', async () => {
    const world = new World({ yaml: DYNAMIC });
    await world.ingest(exportRequest(traces('x', { shop: 30 })));
    world.clock.advance(30_000);
    for (const broken of ['latest table', 'put table']) {
      const isDown: Step = (label) => {
        if (label === broken) throw new UnavailableError('the tables are down');
      };
      await world.decideOnce({ step: isDown });
      expect([world.total('received'), world.archivedSpans().length]).toEqual([0, 0]);
      expect(world.total('continued')).toBeGreaterThan(0);
      world.clock.advance(30_000);
    }
    await world.drain();
    expect(world.total('received')).toBe(30);
    expect(world.queue.deadLetters).toEqual([]);
  });

  it('decides without the counts when those cannot be handed in', async () => {
    const world = new World({ yaml: DYNAMIC });
    await world.ingest(exportRequest(traces('x', { shop: 30 })));
    world.clock.advance(30_000);
    const isDown: Step = (label) => {
      if (label === 'count') throw new UnavailableError('the counts are down');
    };
    await world.decideOnce({ step: isDown });
    expect([world.total('received'), world.total('continued')]).toEqual([30, 0]);
  });

  it('keeps the same traces, once, when a decider dies at any point', async () => {
    const request = exportRequest(traces('x', { shop: 12 }));
    const healthy = new World({ yaml: DYNAMIC.replace('percentage: 10', 'percentage: 50') });
    await healthy.ingest(request);
    await healthy.drain();
    const expected = healthy.archivedSpans().toSorted();
    expect(expected.length).toBeGreaterThan(0);
    for (let at = 0; ; at++) {
      expect(at).toBeLessThan(200);
      const world = new World({ yaml: DYNAMIC.replace('percentage: 10', 'percentage: 50') });
      await world.ingest(request);
      world.clock.advance(30_000);
      const { step, reached } = dieAt(at);
      await world.decideOnce({ step }).catch((error: unknown) => {
        if (!(error instanceof Death)) throw error;
      });
      await world.drain();
      expect(world.archivedSpans().toSorted()).toEqual(expected);
      if (!reached()) break;
    }
  });

  it('reads and writes nothing when no policy is dynamic', async () => {
    const world = new World();
    await world.ingest(exportRequest(traces('x', { shop: 3 })));
    world.clock.advance(30_000);
    const labels: string[] = [];
    await world.decideOnce({ step: (label) => void labels.push(label) });
    expect(labels.filter((label) => /table|count/.test(label))).toEqual([]);
  });
});
