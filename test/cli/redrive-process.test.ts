import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { DeleteMessageBatchCommand, ReceiveMessageCommand, SendMessageBatchCommand } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createSqsClient } from '../../lib/aws/clients.ts';
import { decodeWakeUp, encodeWakeUp } from '../../lib/aws/sqs/wake-up-message.ts';
import { type Engine, engineClientOptions } from '../support/engines/engine.ts';
import { provisionQueues } from '../support/engines/provision.ts';
import { startQueueAndObjects } from '../support/engines/queue-and-objects.ts';

const COUNT = 400;
let engine: Engine;
const newClient = () => createSqsClient({ ...engineClientOptions(engine.url), requestTimeoutMs: 30_000 });

beforeAll(async () => {
  engine = await startQueueAndObjects();
});
afterAll(() => engine.stop());

/** `tailgate redrive` as a process of its own. */
function startRedrive(queue: string, deadLetters: string) {
  // The host in the URL of a queue exists on AWS only.
  const here = (url: string) => engine.url + new URL(url).pathname;
  const args = ['bin/tailgate.mjs', 'redrive', '--queue', here(queue), '--dead-letters', here(deadLetters)];
  const env = { ...process.env, AWS_REGION: 'us-east-1', AWS_ACCESS_KEY_ID: 'local', AWS_SECRET_ACCESS_KEY: 'local' };
  const child = spawn(process.execPath, args, { env, stdio: ['ignore', 'pipe', 'pipe'] });
  const lines: string[] = [];
  createInterface(child.stdout).on('line', (line) => lines.push(line));
  const complaints = createInterface(child.stderr);
  const progressed = (async () => {
    for await (const line of complaints) if (/^moved \d+ of about/.test(line)) return;
    throw new Error('it ended without a line of progress');
  })();
  progressed.catch(() => undefined);
  return { child, progressed, ended: once(child, 'close').then(([code]) => ({ code, lines })) };
}

async function bury(queueUrl: string): Promise<void> {
  const bodies = Array.from({ length: COUNT }, (_, index) => {
    const fragments = [{ traceId: String(index).padStart(32, '0'), hash: 'a' }];
    return encodeWakeUp({ dueAtMs: Date.now(), attempt: 3, fragments })[0] ?? '';
  });
  for (let start = 0; start < COUNT; start += 10) {
    const Entries = bodies.slice(start, start + 10).map((MessageBody, i) => ({ Id: String(i), MessageBody }));
    await newClient().send(new SendMessageBatchCommand({ QueueUrl: queueUrl, Entries }));
  }
}

/** The traces that the messages of a queue name, each as often as it is named. */
async function tracesIn(queueUrl: string): Promise<string[]> {
  const client = newClient();
  const traces: string[] = [];
  for (;;) {
    const { Messages = [] } = await client.send(
      new ReceiveMessageCommand({ QueueUrl: queueUrl, MaxNumberOfMessages: 10 }),
    );
    if (Messages.length === 0) return traces.sort();
    traces.push(...Messages.map(({ Body = '' }) => decodeWakeUp(Body).fragments[0]?.traceId ?? ''));
    const Entries = Messages.map(({ ReceiptHandle }, index) => ({ Id: String(index), ReceiptHandle }));
    await client.send(new DeleteMessageBatchCommand({ QueueUrl: queueUrl, Entries }));
  }
}

const moved = ({ lines }: { readonly lines: readonly string[] }) => Number(/^moved: (\d+)/.exec(lines[0] ?? '')?.[1]);

describe('redrive as a process', () => {
  it('that is stopped with SIGTERM ends after its batch; run again, twice at once, it moves the rest: each once', async () => {
    const { queueUrl, deadLetterQueueUrl } = await provisionQueues(newClient(), 'terminated');
    await bury(deadLetterQueueUrl);
    const first = startRedrive(queueUrl, deadLetterQueueUrl);
    await first.progressed;
    first.child.kill('SIGTERM');
    const stopped = await first.ended;
    expect(stopped.code).toBe(130);
    expect(moved(stopped)).toBeGreaterThanOrEqual(100);
    expect(moved(stopped)).toBeLessThan(COUNT);

    const both = await Promise.all([1, 2].map(() => startRedrive(queueUrl, deadLetterQueueUrl).ended));
    expect(both.map(({ code }) => code)).toEqual([0, 0]);
    expect(moved(stopped) + both.reduce((sum, each) => sum + moved(each), 0)).toBe(COUNT);
    const traces = await tracesIn(queueUrl);
    expect(traces).toHaveLength(COUNT);
    expect(new Set(traces).size).toBe(COUNT);
    expect(await tracesIn(deadLetterQueueUrl)).toEqual([]);
  }, 120_000);

  it('that is killed leaves every wake-up in one of the queues, at most a batch of them in both', async () => {
    const { queueUrl, deadLetterQueueUrl } = await provisionQueues(newClient(), 'killed');
    await bury(deadLetterQueueUrl);
    const killed = startRedrive(queueUrl, deadLetterQueueUrl);
    await killed.progressed;
    killed.child.kill('SIGKILL');
    await killed.ended;
    const [inQueue, dead] = [await tracesIn(queueUrl), await tracesIn(deadLetterQueueUrl)];
    // Its last batch is still hidden among the dead letters.
    const hidden = COUNT - new Set([...inQueue, ...dead]).size;
    expect(hidden).toBeLessThanOrEqual(10);
    expect(inQueue.length).toBe(new Set(inQueue).size);
    expect(inQueue.filter((trace) => dead.includes(trace))).toEqual([]);
  }, 120_000);
});
