/**
 * The deciding thread of `threads.test.ts`: reads every trace that a wake-up names, records it, and acknowledges. It looks again
 * whenever the other thread posts that it has sent.
 */
import { parentPort, workerData } from 'node:worker_threads';
import { SystemClock } from '../../lib/aws/system.ts';
import { openStore } from '../../lib/sqlite/store.ts';

const { path, count } = workerData as { readonly path: string; readonly count: number };
// Nothing is delivered twice, however long this thread has to wait for a processor.
const store = openStore({ path, clock: new SystemClock(), visibilityTimeoutMs: 3_600_000 });
const { buffer } = store.services();
/** Fragments by trace. */
const found: Record<string, number> = {};
let news = 0;
let wake = () => {};
parentPort?.on('message', () => {
  news += 1;
  wake();
});
for (let received = 0; received < count; ) {
  const newsBefore = news;
  const messages = await store.messages.receive();
  for (const { wakeUp } of messages) {
    const [named] = wakeUp.fragments;
    const traceId = named?.traceId ?? '';
    const { fragments } = await buffer.read(traceId);
    found[traceId] = fragments.length;
    await buffer.record(traceId, { policy: 'p', adjustedCount: 1, partition: 'dt', claims: [], version: 1 });
  }
  await store.messages.acknowledge(messages.map(({ messageId }) => messageId));
  received += messages.length;
  await store.maintain();
  if (messages.length === 0 && news === newsBefore) {
    await new Promise<void>((resolve) => {
      wake = resolve;
    });
  }
}
await store.close();
parentPort?.postMessage(found);
parentPort?.close();
