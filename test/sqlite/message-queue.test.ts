import { describe, expect, it } from 'vitest';
import type { WakeUp } from '../../lib/pipeline/ports.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { useStores } from './temporary-store.ts';

const { open, newPath } = useStores();

function create(options: Parameters<typeof open>[0] = {}) {
  const clock = new ManualClock();
  const store = open({ clock, visibilityTimeoutMs: 30_000, maxReceiveCount: 3, ...options });
  const { messages, deadLetters } = store;
  const send = (tenant: string | undefined, ...wakeUps: WakeUp[]) =>
    store.services({ tenant }).wakeUps.send(wakeUps.map((each) => ({ wakeUp: each, delaySeconds: 0 })));
  return { clock, store, messages, deadLetters, send };
}

function wakeUp(number: number, fragmentCount = 1, dueAtMs = 5): WakeUp {
  const traceId = number.toString(16).padStart(32, '0');
  return {
    dueAtMs,
    attempt: 0,
    fragments: Array.from({ length: fragmentCount }, (_, i) => ({ traceId, hash: `h${i}` })),
  };
}

describe('MessageQueue', () => {
  it('receives for all tenants, those that waited longest first', async () => {
    const { clock, messages, send } = create();
    await send('shop', wakeUp(1));
    clock.advance(1);
    await send(undefined, wakeUp(2));
    expect(await messages.receive()).toEqual([
      { messageId: '1', tenant: 'shop', receiveCount: 1, wakeUp: wakeUp(1) },
      { messageId: '2', receiveCount: 1, wakeUp: wakeUp(2) },
    ]);
  });

  it('hides what was received, and delivers it again after the visibility timeout', async () => {
    const { clock, messages, send } = create();
    await send(undefined, wakeUp(1));
    expect(await messages.receive()).toHaveLength(1);
    clock.advance(29_999);
    expect(await messages.receive()).toHaveLength(0);
    expect(messages.nextVisibleAtMs()).toBe(clock.now() + 1);
    clock.advance(1);
    expect(await messages.receive()).toMatchObject([{ receiveCount: 2 }]);
  });

  it('delivers again at once what was released', async () => {
    const { messages, send } = create();
    await send(undefined, wakeUp(1));
    const [message] = await messages.receive();
    await messages.release([message?.messageId ?? '']);
    expect(await messages.receive()).toMatchObject([{ receiveCount: 2 }]);
  });

  it('sets aside what was delivered too often, and keeps the others', async () => {
    const { clock, messages, deadLetters, send } = create();
    await send('shop', wakeUp(1));
    for (let delivery = 1; delivery <= 3; delivery++) {
      expect(await messages.receive()).toMatchObject([{ receiveCount: delivery }]);
      clock.advance(30_000);
    }
    await send(undefined, wakeUp(2));
    expect(await messages.receive()).toMatchObject([{ messageId: '2' }]);
    const reason = 'it was delivered 3 times and never acknowledged';
    expect(deadLetters.list(10)).toEqual([
      { messageId: '1', diedAtMs: clock.now(), tenant: 'shop', wakeUp: { ...wakeUp(1), reason } },
    ]);
    expect(messages.state()).toMatchObject({ wakeUps: 1, fragments: 1 });
  });

  it('ends a batch before it names too many fragments, and receives one message always', async () => {
    const { messages, send } = create();
    await send(undefined, wakeUp(1, 700), wakeUp(2, 400), wakeUp(3, 100));
    expect(await messages.receive({ maxFragments: 600 })).toMatchObject([{ messageId: '1' }]);
    expect(await messages.receive({ maxFragments: 600 })).toMatchObject([{ messageId: '2' }, { messageId: '3' }]);
  });

  it('makes small messages wait for one large one at most, and large ones for no batch', async () => {
    const { messages, send, clock } = create();
    const limits = { maxMessages: 10, maxFragments: 5_000 };
    // 20,000 traces in one request.
    await send(undefined, wakeUp(1, 20_000));
    clock.advance(1);
    for (let small = 2; small <= 31; small++) await send('shop', wakeUp(small, 100));
    const batches: { small: number; large: number; fragments: number }[] = [];
    for (;;) {
      const batch = await messages.receive(limits);
      if (batch.length === 0) break;
      batches.push({
        small: batch.filter(({ tenant }) => tenant === 'shop').length,
        large: batch.filter(({ tenant }) => tenant === undefined).length,
        fragments: batch.reduce((sum, { wakeUp: { fragments } }) => sum + fragments.length, 0),
      });
      await messages.acknowledge(batch.map(({ messageId }) => messageId));
    }
    // 9 small ones fit beside a part of the large one.
    const mixed = { small: 9, large: 1, fragments: 2_900 };
    const alone = { small: 0, large: 1, fragments: 2_000 };
    const rest = { small: 3, large: 1, fragments: 2_300 };
    expect(batches).toEqual([mixed, mixed, mixed, rest, ...Array.from({ length: 6 }, () => alone)]);
  });

  it('receives no more messages than it is asked for', async () => {
    const { messages, send } = create();
    await send(undefined, ...Array.from({ length: 5 }, (_, i) => wakeUp(i)));
    expect(await messages.receive({ maxMessages: 3 })).toHaveLength(3);
    expect(await messages.receive({ maxMessages: 3 })).toHaveLength(2);
  });

  it('says how much waits, and for how long the oldest has been due', async () => {
    const { clock, messages, send } = create();
    expect(messages.state()).toEqual({ wakeUps: 0, fragments: 0, lagMs: 0 });
    expect(messages.nextVisibleAtMs()).toBeUndefined();
    await send(undefined, wakeUp(1, 3, clock.now() + 1_000), wakeUp(2, 4, clock.now() + 2_000));
    expect(messages.state()).toEqual({ wakeUps: 2, fragments: 7, lagMs: 0 });
    clock.advance(5_000);
    const received = await messages.receive();
    expect(messages.state(), 'in flight is not done').toEqual({ wakeUps: 2, fragments: 7, lagMs: 4_000 });
    await messages.acknowledge([received[0]?.messageId ?? '']);
    expect(messages.state()).toEqual({ wakeUps: 1, fragments: 4, lagMs: 3_000 });
    await messages.acknowledge(received.map(({ messageId }) => messageId));
    expect(messages.state()).toEqual({ wakeUps: 0, fragments: 0, lagMs: 0 });
  });

  it('gives a message to one of two connections', async () => {
    const path = newPath();
    const [one, other] = [create({ path }), create({ path })];
    await one.send(undefined, ...Array.from({ length: 40 }, (_, i) => wakeUp(i)));
    const batches = await Promise.all([one, other].map(({ messages }) => messages.receive({ maxMessages: 30 })));
    const ids = batches.flat().map(({ messageId }) => messageId);
    expect(ids).toHaveLength(40);
    expect(new Set(ids).size).toBe(40);
  });
});

describe('DeadLetters', () => {
  it('are listed page by page, sent back with all their attempts, and deleted', async () => {
    const { clock, store, messages, deadLetters } = create();
    const { wakeUps } = store.services({ tenant: 'shop' });
    const dead = [1, 2, 3].map((number) => ({ ...wakeUp(number), attempt: 10, reason: 'too large' }));
    await wakeUps.sendToDeadLetters(dead);
    expect(deadLetters.count()).toBe(3);
    const [first, second] = deadLetters.list(2);
    expect(deadLetters.list(2, second?.messageId).map((each) => each.wakeUp)).toEqual([dead[2]]);
    expect(deadLetters.list(10, '0', second?.messageId)).toHaveLength(2);
    expect(deadLetters.lastMessageId()).toBe(deadLetters.list(10)[2]?.messageId);
    expect(await deadLetters.sendBack([first?.messageId ?? '', '77'])).toEqual([first?.messageId]);
    expect(messages.nextVisibleAtMs()).toBe(clock.now());
    // It is no decision that is late.
    expect(messages.state().lagMs).toBe(0);
    const revived = { ...wakeUp(1), dueAtMs: clock.now(), receivedAtMs: wakeUp(1).dueAtMs };
    expect(await messages.receive()).toMatchObject([{ tenant: 'shop', receiveCount: 1, wakeUp: revived }]);
    await deadLetters.delete([second?.messageId ?? '']);
    expect(deadLetters.list(10).map((each) => each.wakeUp)).toEqual([dead[2]]);
    expect(messages.state().wakeUps).toBe(1);
  });

  it('are deleted after two weeks', async () => {
    const { clock, store, deadLetters } = create();
    await store.services().wakeUps.sendToDeadLetters([wakeUp(1)]);
    clock.advance(14 * 24 * 3600 * 1000 - 1);
    while (await store.maintain());
    expect(deadLetters.count()).toBe(1);
    clock.advance(1);
    while (await store.maintain());
    expect(deadLetters.count()).toBe(0);
  });
});
