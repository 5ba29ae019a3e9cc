import { DeleteMessageBatchCommand, ReceiveMessageCommand, type SQSClient } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect } from 'vitest';
import { createSqsClient } from '../../../lib/aws/clients.ts';
import { SignedQueueCalls, sdkQueueCalls } from '../../../lib/aws/sqs/queue-calls.ts';
import { decodeWakeUp } from '../../../lib/aws/sqs/wake-up-message.ts';
import { SqsWakeUpQueue } from '../../../lib/aws/sqs/wake-up-queue.ts';
import type { WakeUp } from '../../../lib/pipeline/ports.ts';
import { describeWakeUpQueue } from '../../contract/wake-up-queue.contract.ts';
import { type Engine, engineClientOptions } from '../../support/engines/engine.ts';
import { provisionQueues } from '../../support/engines/provision.ts';
import { startQueueAndObjects } from '../../support/engines/queue-and-objects.ts';
import { ManualClock } from '../../support/manual-clock.ts';

let engine: Engine;
let client: SQSClient;
let queueCount = 0;

beforeAll(async () => {
  engine = await startQueueAndObjects();
  client = createSqsClient({ ...engineClientOptions(engine.url), requestTimeoutMs: 30_000 });
});

afterAll(() => engine.stop());

describe.each([
  { tenant: undefined, kind: 'ours', create: () => new SignedQueueCalls(engineClientOptions(engine.url)) },
  { tenant: 'shop', kind: "the SDK's", create: () => sdkQueueCalls(client) },
])('for tenant $tenant, with a client that is $kind', ({ tenant, create }) => {
  describeWakeUpQueue('SqsWakeUpQueue', async () => {
    queueCount += 1;
    const urls = await provisionQueues(client, `queue-${queueCount}`);
    return {
      queue: new SqsWakeUpQueue({ client: create(), ...urls, clock: new ManualClock(), tenant }),
      receive: (waitSeconds) => drain(urls.queueUrl, waitSeconds, tenant),
      deadLetters: () => drain(urls.deadLetterQueueUrl, 0, tenant),
    };
  });
});

/** Every message must name the tenant, which is no part of the wake-up. */
async function drain(queueUrl: string, waitSeconds: number, tenant: string | undefined): Promise<WakeUp[]> {
  const wakeUps: WakeUp[] = [];
  for (;;) {
    const { Messages = [] } = await client.send(
      new ReceiveMessageCommand({
        QueueUrl: queueUrl,
        MaxNumberOfMessages: 10,
        WaitTimeSeconds: wakeUps.length === 0 ? waitSeconds : 0,
      }),
    );
    if (Messages.length === 0) return wakeUps;
    for (const { Body } of Messages) {
      const { tenant: owner, ...wakeUp } = decodeWakeUp(Body ?? '');
      expect(owner).toBe(tenant);
      wakeUps.push(wakeUp);
    }
    const Entries = Messages.map(({ ReceiptHandle }, index) => ({ Id: String(index), ReceiptHandle }));
    await client.send(new DeleteMessageBatchCommand({ QueueUrl: queueUrl, Entries }));
  }
}
