import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { FragmentRef, WakeUp, WakeUpQueue } from '../../lib/pipeline/ports.ts';

export interface WakeUpQueueHarness {
  readonly queue: WakeUpQueue;
  /** Takes out all that is visible, after the given time at the latest. */
  receive(waitSeconds: number): Promise<readonly WakeUp[]>;
  deadLetters(): Promise<readonly WakeUp[]>;
}

/** What ports.ts promises of a wake-up queue. Each case gets an empty queue. */
export function describeWakeUpQueue(name: string, create: () => Promise<WakeUpQueueHarness>): void {
  describe(`${name} as a wake-up queue`, () => {
    it('delivers a wake-up with everything that it says', async () => {
      const { queue, receive } = await create();
      const sent: WakeUp = {
        dueAtMs: 1_795_262_430_000,
        attempt: 3,
        receivedAtMs: 1_795_262_400_000,
        fragments: [
          { traceId: '4bf92f3577b34da6a3ce929d0e0e4736', hash: 'a3f0' },
          { traceId: '4bf92f3577b34da6a3ce929d0e0e4736', hash: '77b1' },
          { traceId: '00f067aa0ba902b74bf92f3577b34da6', hash: 'a3f0' },
        ],
      };
      await queue.send([{ wakeUp: sent, delaySeconds: 0 }]);
      expect(await receive(0)).toEqual([sent]);
    });

    it('delivers and sets aside that a wake-up restores traces', async () => {
      const { queue, receive, deadLetters } = await create();
      const sent: WakeUp = { ...wakeUp(1), restores: true };
      await queue.send([{ wakeUp: sent, delaySeconds: 0 }]);
      expect(await receive(0)).toEqual([sent]);
      await queue.sendToDeadLetters([{ ...sent, reason: 'why' }]);
      expect(await deadLetters()).toEqual([{ ...sent, reason: 'why' }]);
    });

    it('says of a suspect that it is one, and not of the next', async () => {
      const { queue, receive } = await create();
      const suspect: WakeUp = { ...wakeUp(2), isSuspect: true };
      await queue.send([{ wakeUp: suspect, delaySeconds: 0 }]);
      expect(await receive(0)).toEqual([suspect]);
      const restoring: WakeUp = { ...suspect, restores: true };
      await queue.send([{ wakeUp: restoring, delaySeconds: 0 }]);
      expect(await receive(0)).toEqual([restoring]);
      const next = wakeUp(2);
      await queue.send([{ wakeUp: next, delaySeconds: 0 }]);
      expect(await receive(0)).toEqual([next]);
    });

    it('takes an empty list', async () => {
      const { queue, receive } = await create();
      await queue.send([]);
      await queue.sendToDeadLetters([]);
      expect(await receive(0)).toEqual([]);
    });

    it('delivers all of many wake-ups', async () => {
      const { queue, receive } = await create();
      const sent = Array.from({ length: 25 }, () => wakeUp(3));
      await queue.send(sent.map((each) => ({ wakeUp: each, delaySeconds: 0 })));
      expect(named(await receive(0))).toEqual(named(sent));
    });

    it('delivers a wake-up of very many fragments whole, perhaps in parts', async () => {
      const { queue, receive } = await create();
      const sent = wakeUp(30_000);
      await queue.send([{ wakeUp: sent, delaySeconds: 0 }]);
      const received = await receive(0);
      expect(named(received)).toEqual(named([sent]));
      expect(received.every(({ dueAtMs, attempt }) => dueAtMs === sent.dueAtMs && attempt === sent.attempt)).toBe(true);
    });

    it('holds a wake-up back for its delay', async () => {
      const { queue, receive } = await create();
      const [now, soon] = [wakeUp(1), wakeUp(1)];
      await queue.send([
        { wakeUp: soon, delaySeconds: 2 },
        { wakeUp: now, delaySeconds: 0 },
      ]);
      expect(await receive(0)).toEqual([now]);
      expect(await receive(5)).toEqual([soon]);
    });

    it('takes the longest delay', async () => {
      const { queue, receive } = await create();
      await queue.send([{ wakeUp: wakeUp(1), delaySeconds: 900 }]);
      expect(await receive(0)).toEqual([]);
    });

    it.each([-1, 901, 0.5, Number.NaN])('rejects a delay of %s s and sends nothing', async (delaySeconds) => {
      const { queue, receive } = await create();
      const sending = queue.send([
        { wakeUp: wakeUp(1), delaySeconds: 0 },
        { wakeUp: wakeUp(1), delaySeconds },
      ]);
      await expect(sending).rejects.toThrow('whole seconds from 0 to 900');
      expect(await receive(0)).toEqual([]);
    });

    it('sets dead letters aside', async () => {
      const { queue, receive, deadLetters } = await create();
      const dead = { ...wakeUp(2), reason: 'its trace is too large' };
      await queue.sendToDeadLetters([dead]);
      expect(await receive(0)).toEqual([]);
      expect(await deadLetters()).toEqual([dead]);
    });
  });
}

/** Names two fragments of each trace. */
function wakeUp(fragmentCount: number): WakeUp {
  const fragments: FragmentRef[] = [];
  for (let count = 0; count < fragmentCount; count += 1) {
    const traceId = fragments[count % 2 === 1 ? count - 1 : -1]?.traceId ?? randomBytes(16).toString('hex');
    fragments.push({ traceId, hash: randomBytes(12).toString('hex') });
  }
  return { dueAtMs: 1_795_262_430_000, attempt: 0, fragments };
}

function named(wakeUps: readonly WakeUp[]): readonly string[] {
  return wakeUps.flatMap(({ fragments }) => fragments.map(({ traceId, hash }) => `${traceId} ${hash}`)).sort();
}
