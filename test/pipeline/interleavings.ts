import { setImmediate } from 'node:timers/promises';
import fc from 'fast-check';
import type { DecideOptions } from '../../lib/pipeline/decide/options.ts';
import type { ArrivalLog } from '../../lib/pipeline/explain/ports.ts';
import type { SpanBuffer } from '../../lib/pipeline/ports.ts';
import { exportRequest, type SpanSpec } from '../support/export-request.ts';
import { expectPromisesKept } from './promises.ts';
import type { Configuration } from './turning-off.ts';
import {
  type AnyWorld,
  Death,
  parsePolicies,
  type Step,
  type WorldAdapters,
  WorldOn,
  type WorldQueue,
} from './world.ts';

/** The configurations of the protocol model, with real code in place of its rules. */
export const MODEL_CONFIGURATIONS: Record<string, Configuration> = {
  'late-error: two fragments, the second one keeps': {
    requests: [[{ trace: 'a', span: 'a1' }], [{ trace: 'a', span: 'a2', parent: 'a1', error: true }]],
  },
  'two-chunks: both fragments keep': {
    requests: [[{ trace: 'a', span: 'a1', error: true }], [{ trace: 'a', span: 'a2', parent: 'a1', error: true }]],
  },
  'three-chunks: three fragments, one keeps': {
    requests: [
      [{ trace: 'a', span: 'a1', error: true }],
      [{ trace: 'a', span: 'a2', parent: 'a1' }],
      [{ trace: 'a', span: 'a3', parent: 'a1' }],
    ],
  },
  'restored: two fragments that no policy keeps': {
    requests: [[{ trace: 'a', span: 'a1' }], [{ trace: 'a', span: 'a2', parent: 'a1' }]],
    restores: ['a'],
  },
  'restored-error: a restore and a late error': {
    requests: [[{ trace: 'a', span: 'a1' }], [{ trace: 'a', span: 'a2', parent: 'a1', error: true }]],
    restores: ['a', 'a'],
  },
  'two-plus-one: two traces in one object': {
    requests: [
      [
        { trace: 'a', span: 'a1', error: true },
        { trace: 'b', span: 'b1', error: true },
      ],
      [{ trace: 'a', span: 'a2', parent: 'a1' }],
    ],
  },
};

const ERRORS = 'policies: [{ name: errors, type: status_code, status_code: { status_codes: [ERROR] } }]';
const PAYMENTS =
  'policies: [{ name: payment, type: string_attribute, string_attribute: { key: service.name, values: [payment] } }]';
const WAIT = 'decision_wait: 30s\n';

/** Policies that are replaced while traces wait, where the old ones and the new ones keep the whole trace. */
export const POLICIES_REPLACED: Record<string, Configuration> = Object.fromEntries(
  [
    { from: ERRORS, to: PAYMENTS, what: 'errors, then payments' },
    { from: PAYMENTS, to: ERRORS, what: 'payments, then errors' },
  ].map(({ from, to, what }) => [
    what,
    {
      yaml: WAIT + from,
      replacedBy: WAIT + to,
      requests: [
        [{ trace: 'a', span: 'a1' }],
        [{ trace: 'a', span: 'a2', parent: 'a1', error: true }],
        [{ trace: 'a', span: 'a3', parent: 'a1', service: 'payment' }],
        [{ trace: 'a', span: 'a4', parent: 'a1' }],
      ],
    },
  ]),
);

const TIME_STEPS_MS = [1_000, 31_000, 61_000, 100_000];
const MAX_DEATHS = 2;
const WORKERS = 2;
const ROUNDS_PER_WORKER = 6;

/** Lets one waiting step at a time go on, chosen by the numbers given: every interleaving of the processes is a list of numbers. */
class Interleaver {
  readonly #choices: Iterator<number>;
  readonly #waiting: { readonly go: () => void; readonly die: () => void }[] = [];

  constructor(choices: Iterator<number>) {
    this.#choices = choices;
  }

  choose(count: number): number {
    return (this.#choices.next().value ?? 0) % count;
  }

  /** The steps of one process. Death is for ever. */
  process(): Step {
    let isDead = false;
    return () =>
      new Promise<void>((resolve, reject) => {
        if (isDead) reject(new Death());
        const die = () => {
          isDead = true;
          reject(new Death());
        };
        if (!isDead) this.#waiting.push({ go: resolve, die });
      });
  }

  async run(world: AnyWorld, actors: readonly Promise<void>[]): Promise<void> {
    let isOver = false;
    const all = Promise.all(actors).finally(() => {
      isOver = true;
    });
    let deaths = 0;
    await setImmediate();
    while (!isOver) {
      // Adapters that write to a disk take their time.
      if (this.#waiting.length === 0) {
        await setImmediate();
        continue;
      }
      if (this.choose(6) === 0) world.clock.advance(TIME_STEPS_MS[this.choose(TIME_STEPS_MS.length)] ?? 0);
      const [next] = this.#waiting.splice(this.choose(this.#waiting.length), 1);
      if (deaths < MAX_DEATHS && this.choose(25) === 0) {
        deaths++;
        next?.die();
      } else {
        next?.go();
      }
      await setImmediate();
    }
    await all;
  }
}

export interface Interleavings {
  readonly kind: Parameters<typeof expectPromisesKept>[2];
  readonly settings?: Partial<DecideOptions> | undefined;
  /** New ones for every run. */
  readonly adapters: () => WorldAdapters<SpanBuffer & ArrivalLog, WorldQueue>;
  readonly parameters: fc.Parameters<[Iterable<number>]>;
}

export const PROMISE =
  'keeps every promise in any order of steps, with deaths, resends, lost answers, redeliveries and slow owners';

/** Exporters, workers and an operator take their steps in many orders, with deaths: the promises hold after each. */
export async function expectKeptInAnyOrder(
  { yaml, replacedBy, requests, restores }: Configuration,
  { kind, settings = {}, adapters, parameters }: Interleavings,
): Promise<void> {
  await fc.assert(
    fc.asyncProperty(fc.infiniteStream(fc.nat(1_000_000)), async (choices) => {
      const world = new WorldOn(adapters(), { settings, ...(yaml !== undefined && { yaml }) });
      const interleaver = new Interleaver(choices);
      const acknowledged: SpanSpec[] = [];

      const exporter = async (spans: readonly SpanSpec[]) => {
        for (let resend = 0; resend <= 2; resend++) {
          try {
            await world.ingest(exportRequest(spans), interleaver.process());
            acknowledged.push(...spans);
            // The 200 may get lost: then the exporter sends the same again.
            if (interleaver.choose(4) !== 0) return;
          } catch (error) {
            if (!(error instanceof Death)) throw error;
            if (interleaver.choose(2) === 0) return;
          }
        }
      };
      const worker = async () => {
        for (let round = 0; round < ROUNDS_PER_WORKER; round++) {
          const step = interleaver.process();
          try {
            await step('receive', 'before');
            await world.decideOnce({ step, max: 1 + interleaver.choose(2) });
          } catch (error) {
            if (!(error instanceof Death)) throw error;
          }
        }
      };
      const operator = async () => {
        const step = interleaver.process();
        try {
          for (let wait = interleaver.choose(40); wait > 0; wait--) await step('wait', 'before');
        } catch (error) {
          if (!(error instanceof Death)) throw error;
        }
        if (replacedBy !== undefined) world.config = parsePolicies(replacedBy);
      };
      const restored = new Set<string>();
      const restorer = async (trace: string) => {
        for (let again = 0; again <= 1; again++) {
          const step = interleaver.process();
          try {
            for (let wait = interleaver.choose(30); wait > 0; wait--) await step('wait', 'before');
            const { state } = await world.restore(trace, step);
            if (state === 'requested') restored.add(trace);
          } catch (error) {
            if (!(error instanceof Death)) throw error;
          }
          if (interleaver.choose(3) !== 0) return;
        }
      };
      const workers = Array.from({ length: WORKERS }, worker);
      const operators = [...(replacedBy === undefined ? [] : [operator()]), ...(restores ?? []).map(restorer)];
      await interleaver.run(world, [...requests.map(exporter), ...workers, ...operators]);
      await world.drain();
      expectPromisesKept(world, acknowledged, kind, restored);
    }),
    parameters,
  );
}
