import { describe, expect, it } from 'vitest';
import { restoredDecision } from '../../lib/sampling/evaluate-policies.ts';
import { exportRequest } from '../support/export-request.ts';
import { expectPromisesKept } from './promises.ts';
import { EVERY_TRACE_IS_LARGE, World, type WorldOptions } from './world.ts';

const SECOND = 1_000;
const HOUR = 3_600_000;

const restore = (world: World, trace = 'a') => world.restore(trace);
const healthy = (span: string, parent?: string) => exportRequest([{ trace: 'a', span, ...(parent && { parent }) }]);
const failed = (span: string) => exportRequest([{ trace: 'a', span, parent: 'a1', error: true }]);
const spans = (world: World) => world.archivedSpans().map((name) => name.slice(-2));

const SIZES: readonly (readonly [string, WorldOptions])[] = [
  ['a trace that is read whole', {}],
  ['a trace that leaves a note', { settings: EVERY_TRACE_IS_LARGE }],
];

describe.each(SIZES)('restoring %s', (_, options) => {
  it('keeps it whole, as policy "restored" without a weight, and counts it once', async () => {
    const world = new World(options);
    await world.ingest(healthy('a1'));
    world.clock.advance(SECOND);
    await world.ingest(healthy('a2', 'a1'));
    await world.drain();
    expect(world.archivedLines()).toEqual([]);
    expect(await restore(world)).toEqual({ state: 'requested', spanCount: 2 });
    await world.drain();
    expect(world.archivedLines()).toMatchObject([
      { sampling_policy: 'restored', sample_weight: null, span_count: 2, seq: 0 },
    ]);
    expect([world.total('received'), world.total('sampled'), world.total('rescued')]).toEqual([1, 1, 1]);
    expect(world.summaries.at(-1)?.byPolicy).toEqual({ restored: 1 });
  });

  it('keeps it once, however often it is asked for', async () => {
    const world = new World(options);
    await world.ingest(healthy('a1'));
    await world.drain();
    await restore(world);
    await restore(world);
    await world.drain();
    expect(await restore(world)).toEqual({ state: 'kept', policy: 'restored' });
    expect(spans(world)).toEqual(['a1']);
    expect(world.total('received')).toBe(1);
  });

  it('gives late spans of it the same policy', async () => {
    const world = new World(options);
    await world.ingest(healthy('a1'));
    await world.drain();
    await restore(world);
    await world.drain();
    await world.ingest(failed('a2'));
    await world.drain();
    expect(world.archivedLines().map((line) => [line.sampling_policy, line.seq])).toEqual([
      ['restored', 0],
      ['restored', 1],
    ]);
    expect(spans(world)).toEqual(['a1', 'a2']);
  });

  it('before its decision is due keeps it at once, and its own wake-up counts it', async () => {
    const world = new World(options);
    await world.ingest(healthy('a1'));
    await restore(world);
    expect(await world.decideOnce()).toBe(1);
    expect(spans(world)).toEqual(['a1']);
    expect(world.total('received')).toBe(0);
    await world.drain();
    expect(spans(world)).toEqual(['a1']);
    expect([world.total('received'), world.total('sampled')]).toEqual([1, 1]);
  });

  it('gives it the policy and the weight of a policy that keeps it as of now', async () => {
    const world = new World(options);
    await world.ingest(healthy('a1'));
    await world.drain();
    await world.ingest(failed('a2'));
    await restore(world);
    await world.drain();
    expect(world.archivedLines().map((line) => [line.sampling_policy, line.sample_weight])).toEqual([['errors', 1]]);
    expect(spans(world)).toEqual(['a1', 'a2']);
  });

  it('overrules a policy that drops it', async () => {
    const yaml =
      'policies: [{ name: none, type: drop, drop: { drop_sub_policy: [{ name: all, type: always_sample }] } }]';
    const world = new World({ ...options, yaml });
    await world.ingest(healthy('a1'));
    await world.drain();
    await restore(world);
    await world.drain();
    expect(world.archivedLines()).toMatchObject([{ sampling_policy: 'restored' }]);
  });

  it('is done by whoever takes over when the owner of the claim dies', async () => {
    const world = new World(options);
    await world.ingest(healthy('a1'));
    await world.drain();
    await restore(world);
    const create = world.archive.create.bind(world.archive);
    world.archive.create = () => Promise.reject(new Error('no answer'));
    await world.decideOnce();
    world.archive.create = create;
    expect(spans(world)).toEqual([]);
    await world.drain();
    expect(spans(world)).toEqual(['a1']);
    expect(world.archivedLines()).toMatchObject([{ sampling_policy: 'restored' }]);
    expect(world.total('fenced')).toBe(1);
  });

  it('goes on in continuations, in the dead letters, and after them', async () => {
    const world = new World(options);
    await world.ingest(healthy('a1'));
    await world.drain();
    await restore(world);
    const read = world.buffer.read.bind(world.buffer);
    world.buffer.read = () => Promise.reject(new Error('throttled'));
    await world.drain();
    world.buffer.read = read;
    expect(world.queue.deadLetters).toMatchObject([{ restores: true, reason: expect.stringContaining('throttled') }]);
    expect(spans(world)).toEqual([]);
    const [letter] = world.queue.deadLetters;
    if (letter !== undefined) await world.queue.send([{ wakeUp: letter, delaySeconds: 0 }]);
    await world.drain();
    expect(world.archivedLines()).toMatchObject([{ sampling_policy: 'restored' }]);
  });
});

describe('restoring', () => {
  it('takes in a fragment whose wake-up was acknowledged while the claim was being recorded', async () => {
    const world = new World();
    await world.ingest(healthy('a1'));
    await world.drain();
    await restore(world);
    const received = world.queue.receive(1).map(({ receiptHandle, wakeUp }) => ({ messageId: receiptHandle, wakeUp }));
    let hasCome = false;
    const decider = world.decider(async (label, when) => {
      // The trace has been read, and is about to be claimed.
      if (label !== 'record' || when !== 'before' || hasCome) return;
      hasCome = true;
      await world.ingest(healthy('a2', 'a1'));
      world.clock.advance(30 * SECOND);
      await world.decideOnce();
    });
    await decider(received);
    for (const { messageId } of received) world.queue.acknowledge(messageId);
    await world.drain();
    expect(spans(world)).toEqual(['a1', 'a2']);
    expectPromisesKept(world, []);
  });

  it('and a decision, whose note has expired in between, keep a trace once', async () => {
    const bufferTtlMs = 120_000;
    const world = new World({ bufferTtlMs, settings: EVERY_TRACE_IS_LARGE });
    await world.ingest(healthy('a1'));
    await world.drain();
    world.clock.advance(115 * SECOND);
    await world.ingest(failed('a2'));
    await world.ingest(failed('a3'));
    world.clock.advance(4 * SECOND);
    await restore(world);
    const received = world.queue
      .receive(1)
      .filter(({ wakeUp }) => wakeUp.restores)
      .map(({ receiptHandle, wakeUp }) => ({ messageId: receiptHandle, wakeUp }));
    let hasExpired = false;
    const decider = world.decider(async (label, when) => {
      // It has read the note, and is about to claim.
      if (label !== 'record' || when !== 'before' || hasExpired) return;
      hasExpired = true;
      world.clock.advance(60 * SECOND);
      await world.decideOnce();
    });
    await decider(received);
    expect(hasExpired).toBe(true);
    await world.drain();
    expect(spans(world).sort()).toEqual([...new Set(spans(world))].sort());
  });

  it.each([
    ['of a trace that never came', 0, { state: 'unknown' }],
    ['after the life of the buffer', 25 * HOUR, { state: 'expired', leftAtMs: Date.UTC(2026, 10, 22, 12) }],
  ])('%s sends nothing, and says so', async (_, ageMs, expected) => {
    const world = new World();
    if (ageMs > 0) await world.ingest(healthy('a1'));
    await world.drain();
    world.clock.set(Date.UTC(2026, 10, 21, 12) + ageMs);
    expect(await restore(world)).toEqual(expected);
    expect(world.queue.pendingCount).toBe(0);
  });

  it('that comes too late is a dead letter which says so', async () => {
    const world = new World();
    await world.ingest(healthy('a1'));
    await world.drain();
    await restore(world);
    world.clock.advance(25 * HOUR);
    await world.drain();
    expect(spans(world)).toEqual([]);
    expect(world.queue.deadLetters).toMatchObject([{ restores: true, reason: expect.stringContaining('expired') }]);
  });

  it('raises no threshold: `th` is removed, unless the configuration leaves trace states alone', () => {
    const decision = { outcome: 'not_sampled', policy: '', adjustedCount: null, errors: [], votes: [] } as const;
    const kept = { outcome: 'sampled', policy: 'restored', adjustedCount: null, errors: [], votes: [] };
    expect(restoredDecision(decision, {})).toEqual({ ...kept, threshold: null });
    expect(restoredDecision(decision, { writeThreshold: false })).toEqual(kept);
  });
});
