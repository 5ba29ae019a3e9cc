import { describe, expect, it } from 'vitest';
import type { DecideOptions } from '../../lib/pipeline/decide/options.ts';
import { exportRequest, type SpanSpec } from '../support/export-request.ts';
import { expectPromisesKept } from './promises.ts';
import { Death, EVERY_TRACE_IS_LARGE, type Step, World } from './world.ts';

/** One export request, and how long after the one before it. */
interface Arrival {
  readonly afterMs: number;
  readonly spans: readonly SpanSpec[];
}

const GROUPED_OTHERWISE = 'late spans that a resend brings again, grouped otherwise';

/** Every way in which a trace can come together. Only traces with an error are kept. */
const SCENARIOS: Record<string, readonly Arrival[]> = {
  'one request with a kept and a not sampled trace': [
    {
      afterMs: 0,
      spans: [
        { trace: 'a', span: 'a1', error: true },
        { trace: 'b', span: 'b1' },
      ],
    },
  ],
  'two fragments, decided together': [
    { afterMs: 0, spans: [{ trace: 'a', span: 'a1', error: true }] },
    { afterMs: 1_000, spans: [{ trace: 'a', span: 'a2', parent: 'a1' }] },
  ],
  'a late error rescues its trace': [
    { afterMs: 0, spans: [{ trace: 'a', span: 'a1' }] },
    { afterMs: 40_000, spans: [{ trace: 'a', span: 'a2', parent: 'a1', error: true }] },
  ],
  'late spans of a kept trace': [
    { afterMs: 0, spans: [{ trace: 'a', span: 'a1', error: true }] },
    { afterMs: 40_000, spans: [{ trace: 'a', span: 'a2', parent: 'a1' }] },
    { afterMs: 1_000, spans: [{ trace: 'a', span: 'a3', parent: 'a1' }] },
  ],
  [GROUPED_OTHERWISE]: [
    { afterMs: 0, spans: [{ trace: 'a', span: 'a1', error: true }] },
    { afterMs: 40_000, spans: [{ trace: 'a', span: 'a2', parent: 'a1' }] },
    {
      afterMs: 35_000,
      spans: [
        { trace: 'a', span: 'a2', parent: 'a1' },
        { trace: 'a', span: 'a3', parent: 'a1' },
      ],
    },
  ],
};

/** Kills the process that takes the `at`-th step of all; with two numbers, also the one that takes the second. */
class Deaths {
  readonly #at: readonly number[];
  count = 0;

  constructor(at: readonly number[]) {
    this.#at = at;
  }

  process(): Step {
    let isDead = false;
    return () => {
      isDead ||= this.#at.includes(this.count);
      this.count += 1;
      if (isDead) throw new Death();
    };
  }
}

interface Play {
  readonly arrivals: readonly Arrival[];
  readonly settings: Partial<DecideOptions>;
}

async function play(
  { arrivals, settings }: Play,
  deaths: Deaths,
  exporter: 'resends' | 'gives up',
): Promise<{ readonly world: World; readonly acknowledged: readonly SpanSpec[] }> {
  const world = new World({ settings });
  const acknowledged: SpanSpec[] = [];
  for (const { afterMs, spans } of arrivals) {
    const untilMs = world.clock.now() + afterMs;
    await work(world, deaths, untilMs);
    world.clock.set(untilMs);
    for (let attempt = 0; attempt < 4; attempt++) {
      try {
        await world.ingest(exportRequest(spans), deaths.process());
        acknowledged.push(...spans);
        break;
      } catch (error) {
        if (!(error instanceof Death)) throw error;
        if (exporter === 'gives up') break;
      }
    }
  }
  await work(world, deaths, Number.POSITIVE_INFINITY);
  return { world, acknowledged };
}

/** Invocations, one after the other, on everything that becomes visible until then. */
async function work(world: World, deaths: Deaths, untilMs: number): Promise<void> {
  for (;;) {
    const nextMs = world.queue.nextVisibleAtMs();
    if (nextMs === undefined || nextMs > untilMs) return;
    world.clock.set(Math.max(world.clock.now(), nextMs));
    await world.decideOnce({ step: deaths.process() }).catch((error: unknown) => {
      if (!(error instanceof Death)) throw error;
    });
  }
}

const SMALL = Object.entries(SCENARIOS).map(([name, arrivals]) => [name, { arrivals, settings: {} }] as const);
const LARGE = SMALL.filter(([name]) => name !== GROUPED_OTHERWISE).map(
  ([name, { arrivals }]) => [`${name}; every trace is large`, { arrivals, settings: EVERY_TRACE_IS_LARGE }] as const,
);

describe.each<readonly [string, Play]>([...SMALL, ...LARGE])('%s', (_, scenario) => {
  it('keeps every promise when nobody dies', async () => {
    const { world, acknowledged } = await play(scenario, new Deaths([]), 'resends');
    expectPromisesKept(world, acknowledged);
    const expected = new Set(acknowledged.filter(({ trace }) => trace === 'a').map(({ span }) => span));
    expect(world.archivedSpans()).toHaveLength(expected.size);
  });

  it.each(['resends', 'gives up'] as const)(
    'keeps every promise after a death before or after any call, when the exporter %s',
    async (exporter) => {
      const steps = new Deaths([]);
      await play(scenario, steps, exporter);
      expect(steps.count).toBeGreaterThan(10);
      for (let at = 0; at < steps.count; at++) {
        const { world, acknowledged } = await play(scenario, new Deaths([at]), exporter);
        expectPromisesKept(world, acknowledged);
      }
    },
  );

  it('keeps every promise after any two deaths', async () => {
    const steps = new Deaths([]);
    await play(scenario, steps, 'resends');
    // The second death may also hit what the first one made necessary.
    const last = steps.count + 20;
    for (let first = 0; first < steps.count; first++) {
      for (let second = first + 1; second < last; second += 1 + (first % 3)) {
        const { world, acknowledged } = await play(scenario, new Deaths([first, second]), 'resends');
        expectPromisesKept(world, acknowledged);
      }
    }
  });
});
