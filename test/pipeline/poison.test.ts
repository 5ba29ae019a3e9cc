import { describe, expect, it, vi } from 'vitest';
import { LONGEST_LINE_BYTES } from '../../lib/archive/line.ts';
import { Trace } from '../../lib/otlp/trace/trace.ts';
import { MAX_EVALUATION_MS, SLOW_EVALUATION_MS } from '../../lib/pipeline/decide/evaluation-time.ts';
import { TraceTooLargeError } from '../../lib/pipeline/ports.ts';
import { SMALL_TRACE } from '../../lib/pipeline/trace-limits.ts';
import { evaluatePolicies } from '../../lib/sampling/evaluate-policies.ts';
import { exportRequest, traceIdOf } from '../support/export-request.ts';
import { EVERY_TRACE_IS_LARGE, World } from './world.ts';

const SECOND = 1_000;
const TRACES = ['a', 'b', 'c', 'd', 'e'];
const POISON = traceIdOf('b');

/** Five failing traces in one request, due. */
async function due(settings = {}) {
  const world = new World({ settings });
  await world.ingest(exportRequest(TRACES.map((trace) => ({ trace, span: `${trace}1`, error: true }))));
  world.clock.advance(30 * SECOND);
  return world;
}

const kept = (world: World) =>
  world
    .archivedLines()
    .map((line) => line.trace_id)
    .sort();
const ALL_BUT_POISON = TRACES.map(traceIdOf).filter((traceId) => traceId !== POISON);

/** What a person finds: one dead letter, which names the trace and nothing else. */
function expectQuarantined(world: World, reason: RegExp): void {
  expect(world.queue.pendingCount).toBe(0);
  expect(world.queue.deadLetters).toMatchObject([
    { attempt: 0, fragments: [{ traceId: POISON }], reason: expect.stringMatching(reason) },
  ]);
  const letters = world.summaries.flatMap(({ deadLetters }) => deadLetters);
  expect(letters).toMatchObject([{ traceIds: [POISON], fragments: 1, reason: expect.stringMatching(reason) }]);
}

describe('a trace on which the program fails', () => {
  it.each([
    ['while it is assembled', 'fromFragments'],
    ['while its policies are evaluated', 'evaluate'],
  ])('%s is tried again, then set aside with the reason; the others are kept at once', async (_, place) => {
    const world = await due();
    const original = Trace.fromFragments.bind(Trace);
    const spy = vi.spyOn(Trace, 'fromFragments').mockImplementation((traceId, fragments) => {
      if (place === 'fromFragments' && traceId === POISON) throw new TypeError('this is a bug');
      return original(traceId, fragments);
    });
    world.evaluate = (config, trace, allowances) => {
      if (place === 'evaluate' && trace.traceId === POISON) throw new TypeError('this is a bug');
      return evaluatePolicies(config, trace, allowances);
    };
    await world.decideOnce();
    expect(kept(world)).toEqual(ALL_BUT_POISON);
    await world.drain();
    expectQuarantined(world, /^not settled in 11 attempts: this is a bug$/);
    spy.mockRestore();
  });

  it('in one policy is decided by the others: the policy has no vote, and is counted', async () => {
    const world = new World({
      yaml: `
decision_wait: 30s
policies:
  - { name: bad, type: ottl_condition, ottl_condition: { error_mode: propagate, span: ['Substring(name, 0, 99) == "x"'] } }
  - { name: errors, type: status_code, status_code: { status_codes: [ERROR] } }`,
    });
    await world.ingest(exportRequest(TRACES.map((trace) => ({ trace, span: `${trace}1`, error: true }))));
    await world.drain();
    expect(kept(world)).toEqual(TRACES.map(traceIdOf));
    expect(Object.values(world.summaries[0]?.policyErrors ?? {})).toEqual([5]);
    expect(world.queue.deadLetters).toEqual([]);
  });
});

describe.each([
  ['small', {}],
  ['large', EVERY_TRACE_IS_LARGE],
])('a fragment that is damaged in the buffer, of a %s trace', (_, settings) => {
  it.each([
    ['that cannot be decoded', 'stored payload has codec 9, known are 0, 1 and 2'],
    ['whose protobuf is cut off', undefined],
  ])('%s is tried again, then set aside with the reason; the others are kept at once', async (_name, message) => {
    const world = await due(settings);
    const read = world.buffer.read.bind(world.buffer);
    world.buffer.read = async (traceId, options) => {
      if (traceId !== POISON) return read(traceId, options);
      if (message !== undefined) throw new Error(message);
      const buffered = await read(traceId, options);
      const fragments = buffered.fragments.map((one) => ({ ...one, payload: one.payload.subarray(0, 30) }));
      return { ...buffered, fragments };
    };
    await world.decideOnce();
    expect(kept(world)).toEqual(ALL_BUT_POISON);
    await world.drain();
    expectQuarantined(world, message === undefined ? /^not settled in 11 attempts: \S/ : /known are 0, 1 and 2$/);
  });
});

describe('a trace whose line nobody could read', () => {
  it('is set aside at once, before it is claimed; the others are kept', async () => {
    const world = new World();
    const long = '\u0001'.repeat(Math.ceil(LONGEST_LINE_BYTES / 6));
    const spans = TRACES.map((trace) => ({ trace, span: `${trace}1`, error: true }));
    await world.ingest(
      exportRequest(spans.map((span) => (traceIdOf(span.trace) === POISON ? { ...span, name: long } : span))),
    );
    world.clock.advance(30 * SECOND);
    await world.decideOnce();
    expect(kept(world)).toEqual(ALL_BUT_POISON);
    expectQuarantined(world, /bytes in JSON: more than 32000000 cannot be queried; nothing of it is kept$/);
    expect((await world.buffer.read(POISON)).decision).toBeUndefined();
  });

  it('in late spans is set aside with them, and says where the rest is', async () => {
    const world = new World();
    await world.ingest(exportRequest([{ trace: 'b', span: 'b1', error: true }]));
    world.clock.advance(30 * SECOND);
    await world.decideOnce();
    await world.ingest(exportRequest([{ trace: 'b', span: 'b2', name: '\u0001'.repeat(LONGEST_LINE_BYTES / 6) }]));
    world.clock.advance(30 * SECOND);
    await world.decideOnce();
    expect(world.archivedSpans()).toHaveLength(1);
    expectQuarantined(world, /cannot be queried; kept of it: traces\//);
  });
});

describe('a trace whose evaluation is slow', () => {
  /** Evaluating the poison takes so long for each of three policies. */
  function slow(world: World, policyMs: number) {
    world.evaluate = (config, trace, allowances, betweenPolicies) => {
      for (let policy = 0; policy < 3; policy++) {
        betweenPolicies?.();
        if (trace.traceId === POISON) world.clock.advance(policyMs);
      }
      return evaluatePolicies(config, trace, allowances);
    };
  }

  it('is kept and reported: what took how long', async () => {
    const world = await due();
    slow(world, SLOW_EVALUATION_MS / 2);
    await world.decideOnce();
    expect(kept(world)).toEqual(TRACES.map(traceIdOf));
    expect(world.summaries[0]).toMatchObject({
      slow: 1,
      slowEvaluations: [{ traceId: POISON, durationMs: 1.5 * SLOW_EVALUATION_MS, spanCount: 1 }],
    });
  });

  it('beyond the limit twice in a batch is set aside, also if it is reported; the others are kept', async () => {
    const world = await due();
    slow(world, MAX_EVALUATION_MS / 2 + 1);
    await world.decideOnce();
    expect(kept(world)).toEqual(ALL_BUT_POISON);
    expectQuarantined(
      world,
      /^the policies take more than 20 s on trace 0*b, which has 1 spans; nothing of it is kept$/,
    );
    expect(world.summaries[0]).toMatchObject({ slow: 2, continued: 0 });
  });

  it('beyond the limit once, because the process stood still, is kept', async () => {
    const world = await due();
    let isAwake = false;
    world.evaluate = (config, trace, allowances, betweenPolicies) => {
      betweenPolicies?.();
      if (trace.traceId === POISON && !isAwake) {
        isAwake = true;
        world.clock.advance(3_600 * SECOND);
      }
      betweenPolicies?.();
      return evaluatePolicies(config, trace, allowances);
    };
    await world.decideOnce();
    expect(kept(world)).toEqual(TRACES.map(traceIdOf));
    expect(world.queue.deadLetters).toEqual([]);
  });

  it('gives back the rest of the batch when it has used up its time: what is not evaluated is no attempt', async () => {
    const world = await due();
    const startMs = world.clock.now();
    slow(world, 5 * SECOND);
    await world.decideOnce({
      hasTime: () => world.clock.now() < startMs + 4 * SECOND,
      mustStop: () => world.clock.now() > startMs + 7 * SECOND,
    });
    // All five were being read. The first was evaluated, the second was the slow one.
    expect(kept(world)).toEqual([traceIdOf('a')]);
    expect(world.summaries[0]).toMatchObject({ deferred: 3, continued: 1, slow: 1 });
    expect(world.summaries[0]?.failures).toMatchObject([
      { traceId: POISON, message: expect.stringMatching(/^no time is left/) },
    ]);
    world.evaluate = undefined;
    await world.drain();
    expect(kept(world)).toEqual(TRACES.map(traceIdOf));
  });
});

describe('a large trace', () => {
  it('is examined when the small ones of its batch are committed, so that its death harms none of them', async () => {
    const world = await due();
    const read = world.buffer.read.bind(world.buffer);
    world.buffer.read = async (traceId, options) => {
      if (traceId !== POISON) return read(traceId, options);
      if (options?.limit === SMALL_TRACE) throw new TraceTooLargeError('more than a small trace has');
      // The process ends here: what follows has no effect.
      expect(kept(world)).toEqual(ALL_BUT_POISON);
      return read(traceId, options);
    };
    await world.decideOnce();
    expect(kept(world)).toEqual(TRACES.map(traceIdOf));
    expect(world.archive.keys()).toHaveLength(2);
  });
});

describe('a giant wake-up', () => {
  const hex = (number: number) => (number + 0x1000).toString(16);

  it('does not make those behind it in the batch wait for all of its traces', async () => {
    const world = new World({ settings: { concurrency: 1 } });
    const order: string[] = [];
    world.evaluate = (config, trace, allowances) => {
      order.push(trace.traceId);
      return evaluatePolicies(config, trace, allowances);
    };
    await world.ingest(exportRequest(Array.from({ length: 500 }, (_, i) => ({ trace: hex(i), span: hex(i) }))));
    for (const trace of TRACES) await world.ingest(exportRequest([{ trace, span: trace }]));
    world.clock.advance(30 * SECOND);
    await world.decideOnce();
    const places = TRACES.map((trace) => order.indexOf(traceIdOf(trace)));
    expect(Math.max(...places)).toBeLessThan(2 * TRACES.length);
    expect(new Set(order).size).toBe(505);
  });

  it('does not keep the others from being committed until its own traces are all examined', async () => {
    const world = new World({ settings: { concurrency: 1, maxRoundMs: 2 * SECOND } });
    const keptAfter: number[] = [];
    world.evaluate = (config, trace, allowances) => {
      // Each takes a tenth of a second.
      world.clock.advance(100);
      keptAfter.push(world.archivedLines().length);
      return evaluatePolicies(config, trace, allowances);
    };
    await world.ingest(exportRequest(Array.from({ length: 100 }, (_, i) => ({ trace: hex(i), span: hex(i) }))));
    await world.ingest(exportRequest([{ trace: 'a', span: 'a1', error: true }]));
    world.clock.advance(30 * SECOND);
    await world.decideOnce();
    expect(keptAfter.length).toBe(101);
    expect(keptAfter.indexOf(1)).toBeLessThan(25);
  });
});
