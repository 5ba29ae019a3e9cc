import type { DecideOptions } from '../../lib/pipeline/decide/options.ts';
import { exportRequest, type SpanSpec } from '../support/export-request.ts';
import { type AnyWorld, Death, EVERY_TRACE_IS_LARGE, type Step } from './world.ts';

/** One export request, or an operator who restores a trace, and how long after the one before it. */
interface Arrival {
  readonly afterMs: number;
  readonly spans: readonly SpanSpec[];
  /** As in the specifications of its spans. */
  readonly restores?: string;
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
  'an operator restores a trace that was not sampled': [
    { afterMs: 0, spans: [{ trace: 'a', span: 'a1' }] },
    { afterMs: 1_000, spans: [{ trace: 'a', span: 'a2', parent: 'a1' }] },
    { afterMs: 40_000, spans: [], restores: 'a' },
  ],
  'an operator restores a trace while it is decided, and spans of it come': [
    { afterMs: 0, spans: [{ trace: 'a', span: 'a1' }] },
    { afterMs: 30_000, spans: [], restores: 'a' },
    { afterMs: 0, spans: [{ trace: 'a', span: 'a2', parent: 'a1' }] },
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

export interface Play {
  readonly arrivals: readonly Arrival[];
  readonly settings: Partial<DecideOptions>;
}

const SMALL = Object.entries(SCENARIOS).map(([name, arrivals]) => [name, { arrivals, settings: {} }] as const);
const LARGE = SMALL.filter(([name]) => name !== GROUPED_OTHERWISE).map(
  ([name, { arrivals }]) => [`${name}; every trace is large`, { arrivals, settings: EVERY_TRACE_IS_LARGE }] as const,
);

/** Every scenario by its name, decided as small traces are, and as large ones. */
export const PLAYS: readonly (readonly [string, Play])[] = [...SMALL, ...LARGE];

/** Kills the process that takes the `at`-th step of all; with two numbers, also the one that takes the second. */
export class Deaths {
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

/** What has been promised to those outside. */
export interface Promised {
  readonly acknowledged: readonly SpanSpec[];
  /** Traces of which the operator was told that they are being kept. */
  readonly restored: ReadonlySet<string>;
}

/** The requests, and then work until no wake-up is left. Resolves to what was promised. */
export async function play(
  world: AnyWorld,
  arrivals: readonly Arrival[],
  deaths: Deaths,
  exporter: 'resends' | 'gives up',
): Promise<Promised> {
  const acknowledged: SpanSpec[] = [];
  const restored = new Set<string>();
  for (const { afterMs, spans, restores } of arrivals) {
    const untilMs = world.clock.now() + afterMs;
    await work(world, deaths, untilMs);
    world.clock.set(untilMs);
    for (let attempt = 0; attempt < 4; attempt++) {
      try {
        if (restores !== undefined) {
          const { state } = await world.restore(restores, deaths.process());
          if (state === 'requested') restored.add(restores);
        } else {
          await world.ingest(exportRequest(spans), deaths.process());
          acknowledged.push(...spans);
        }
        break;
      } catch (error) {
        if (!(error instanceof Death)) throw error;
        if (exporter === 'gives up') break;
      }
    }
  }
  await work(world, deaths, Number.POSITIVE_INFINITY);
  return { acknowledged, restored };
}

/** Invocations, one after the other, on everything that becomes visible until then. */
async function work(world: AnyWorld, deaths: Deaths, untilMs: number): Promise<void> {
  for (;;) {
    const nextMs = world.queue.nextVisibleAtMs();
    if (nextMs === undefined || nextMs > untilMs) return;
    world.clock.set(Math.max(world.clock.now(), nextMs));
    await world.decideOnce({ step: deaths.process() }).catch((error: unknown) => {
      if (!(error instanceof Death)) throw error;
    });
  }
}
