import { describe, expect, it } from 'vitest';
import { MOST_LONE_DELIVERIES, triage } from '../../lib/pipeline/decide/suspects.ts';
import type { ReceivedWakeUp } from '../../lib/pipeline/wake-ups.ts';
import { evaluatePolicies } from '../../lib/sampling/evaluate-policies.ts';
import { exportRequest, traceIdOf } from '../support/export-request.ts';
import { Death, World } from './world.ts';

const SECOND = 1_000;

function message(messageId: string, receiveCount: number, isSuspect = false): ReceivedWakeUp {
  const fragments = [{ traceId: traceIdOf('a'), hash: messageId }];
  return { messageId, receiveCount, wakeUp: { dueAtMs: 0, attempt: 0, fragments, ...(isSuspect && { isSuspect }) } };
}

function outcome(...received: readonly ReceivedWakeUp[]) {
  const { together, alone } = triage(received);
  return {
    together: together.filter(({ instead }) => instead === undefined).map(({ messageId }) => messageId),
    handedOn: together.filter(({ instead }) => instead === 'hand on').map(({ messageId }) => messageId),
    givenUp: together.filter(({ instead }) => instead === 'give up').map(({ messageId }) => messageId),
    alone: alone.map(({ messageId }) => messageId),
  };
}

describe('the messages of a batch', () => {
  it('are examined together the first two times, alone until the fifth, and are then taken apart', () => {
    const counts = [1, 2, 3, 4, 5, 6, 7].map((count) => message(`m${count}`, count));
    expect(outcome(...counts)).toEqual({
      together: ['m1', 'm2'],
      alone: ['m3', 'm4', 'm5'],
      handedOn: ['m6', 'm7'],
      givenUp: [],
    });
  });

  it('are examined alone in an order that is turned round each time', () => {
    expect(outcome(message('b', 3), message('a', 3), message('c', 3)).alone).toEqual(['a', 'b', 'c']);
    expect(outcome(message('b', 4), message('a', 4), message('c', 4)).alone).toEqual(['c', 'b', 'a']);
  });

  it('that have one trace are examined alone at once, after those that have come together', () => {
    expect(outcome(message('a', 1, true), message('b', 1), message('c', 1, true))).toEqual({
      together: ['b'],
      alone: ['a', 'c'],
      handedOn: [],
      givenUp: [],
    });
  });

  it('that have one trace and come again are examined before all other suspects, one at a time', () => {
    const received = [message('a', 1, true), message('b', 2, true), message('c', 3, true), message('d', 3)];
    expect(outcome(...received)).toEqual({ together: [], alone: ['c', 'd'], handedOn: ['b', 'a'], givenUp: [] });
  });

  it('that have one trace are given up after the last delivery', () => {
    expect(outcome(message('a', MOST_LONE_DELIVERIES, true)).alone).toEqual(['a']);
    expect(outcome(message('a', MOST_LONE_DELIVERIES + 1, true)).givenUp).toEqual(['a']);
  });
});

describe('a batch with suspects', () => {
  it('sends each trace on in a message of its own, copies as one, and gives up what has killed', async () => {
    const world = new World();
    const apart = { traceId: traceIdOf('a'), hash: 'a1' };
    const fragments = [apart, { traceId: traceIdOf('b'), hash: 'b1' }, { traceId: traceIdOf('a'), hash: 'a2' }];
    const wakeUp = { dueAtMs: world.clock.now(), attempt: 2, receivedAtMs: 7, fragments };
    const { failedMessageIds, summary } = await world.decider()([
      { messageId: 'm1', wakeUp, instead: 'hand on' },
      { messageId: 'm2', wakeUp: { ...wakeUp, fragments: [apart], isSuspect: true }, instead: 'hand on' },
      { messageId: 'm3', wakeUp: { ...wakeUp, fragments: [apart], isSuspect: true }, instead: 'give up' },
    ]);
    expect(failedMessageIds).toEqual([]);
    expect(summary).toMatchObject({ deferred: 4, deadLettered: 1, traces: 0 });
    expect(world.queue.receive(9).map((received) => received.wakeUp)).toEqual([
      { ...wakeUp, fragments: [apart, { traceId: traceIdOf('a'), hash: 'a2' }], isSuspect: true },
      { ...wakeUp, fragments: [{ traceId: traceIdOf('b'), hash: 'b1' }], isSuspect: true },
    ]);
    expect(world.queue.deadLetters).toEqual([
      {
        ...wakeUp,
        attempt: 0,
        fragments: [apart],
        reason: expect.stringMatching(/^the process ended each of the 4 times/),
      },
    ]);
  });

  it('leaves a restore one, apart from the wake-up that brought the same fragment', async () => {
    const world = new World();
    const fragments = [{ traceId: traceIdOf('a'), hash: 'a1' }];
    const wakeUp = { dueAtMs: world.clock.now(), attempt: 0, receivedAtMs: 7, fragments };
    const restore = { ...wakeUp, restores: true as const };
    for (const [first, second] of [
      [wakeUp, restore],
      [restore, wakeUp],
    ] as const) {
      await world.decider()([
        { messageId: 'm1', wakeUp: first, instead: 'hand on' },
        { messageId: 'm2', wakeUp: second, instead: 'hand on' },
      ]);
      expect(world.queue.receive(9).map((received) => received.wakeUp)).toEqual([
        { ...first, isSuspect: true },
        { ...second, isSuspect: true },
      ]);
    }
    await world.decider()([{ messageId: 'm3', wakeUp: { ...restore, isSuspect: true }, instead: 'give up' }]);
    expect(world.queue.deadLetters).toEqual([{ ...restore, reason: expect.stringMatching(/^the process ended/) }]);
  });

  it('examines a suspect as any other trace, and does not call it one afterwards', async () => {
    const world = new World();
    await world.ingest(exportRequest([{ trace: 'a', span: 'a1' }]));
    world.clock.advance(30 * SECOND);
    world.evaluate = (...args) => {
      if (world.summaries.length === 0) throw new Death('the first time');
      return evaluatePolicies(...args);
    };
    const [received] = world.queue.receive(1);
    if (received === undefined) throw new Error('a wake-up is due');
    const wakeUp = { ...received.wakeUp, isSuspect: true as const };
    world.summaries.push((await world.decider()([{ messageId: received.receiptHandle, wakeUp }])).summary);
    world.queue.acknowledge(received.receiptHandle);
    expect(world.total('continued')).toBe(1);
    world.clock.advance(60 * SECOND);
    expect(world.queue.receive(1)[0]?.wakeUp).not.toHaveProperty('isSuspect');
  });
});
