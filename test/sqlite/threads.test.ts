import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { expect, it } from 'vitest';
import { SystemClock } from '../../lib/aws/system.ts';
import { useStores } from './temporary-store.ts';
import { traceIdOf } from './writer.ts';

const { open, newPath } = useStores();
const REQUESTS = 60;

it('one thread appends and sends while another receives and reads, and each sees what the other has written', {
  timeout: 60_000,
}, async () => {
  const path = newPath();
  const clock = new SystemClock();
  const store = open({ path, clock, isAssisted: true });
  const { buffer, wakeUps } = store.services();
  const reader = new Worker(new URL('reader-thread.ts', import.meta.url), { workerData: { path, count: REQUESTS } });
  const read = once(reader, 'message');
  const exited = once(reader, 'exit');
  await Promise.all(
    Array.from({ length: 4 }, async (_, exporter) => {
      for (let number = exporter; number < REQUESTS; number += 4) {
        const traceId = traceIdOf('thread', number);
        const fragments = ['a', 'b'].map((hash) => ({
          traceId,
          hash,
          payload: new Uint8Array(500),
          receivedAtMs: clock.now(),
          spanCount: 1,
        }));
        await buffer.append(fragments);
        await wakeUps.send([{ wakeUp: { dueAtMs: clock.now(), attempt: 0, fragments }, delaySeconds: 0 }]);
        reader.postMessage('sent');
      }
    }),
  );
  const [traces] = (await read) as [Record<string, number>];
  expect(Object.keys(traces).sort()).toEqual(
    Array.from({ length: REQUESTS }, (_, number) => traceIdOf('thread', number)).sort(),
  );
  expect(new Set(Object.values(traces)), 'fragments of each').toEqual(new Set([2]));
  await exited;
  expect(store.messages.state()).toEqual({ wakeUps: 0, fragments: 0, lagMs: 0 });
  expect(store.disk().undecidedBytes).toBe(0);
  for (const traceId of Object.keys(traces)) {
    expect((await buffer.read(traceId)).decision, 'what the reader has recorded').toMatchObject({ version: 1 });
  }
});
