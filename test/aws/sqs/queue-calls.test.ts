import { createHash } from 'node:crypto';
import type { SendMessageBatchRequest } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createSqsClient } from '../../../lib/aws/clients.ts';
import { isRetryable } from '../../../lib/aws/retry.ts';
import { type QueueCalls, SignedQueueCalls, sdkQueueCalls } from '../../../lib/aws/sqs/queue-calls.ts';
import { engineClientOptions } from '../../support/engines/engine.ts';
import { provisionQueues } from '../../support/engines/provision.ts';
import { startQueueAndObjects } from '../../support/engines/queue-and-objects.ts';
import { json, StubService } from '../../support/stub-service.ts';

const entries = ['first', 'zweite ä "', 'x'.repeat(1000)].map((MessageBody, index) => ({
  Id: String(index),
  MessageBody,
  DelaySeconds: index,
}));

async function outcomeOf(calls: QueueCalls, input: SendMessageBatchRequest): Promise<unknown> {
  try {
    const { $metadata: _, ...answer } = (await calls.call('SendMessageBatch', input)) as { $metadata?: unknown };
    return answer;
  } catch (error) {
    const { name, $metadata } = error as Error & { $metadata?: { httpStatusCode?: number } };
    return { name, status: $metadata?.httpStatusCode, retryable: isRetryable(error) };
  }
}

describe('the calls of SQS on an engine', () => {
  it('get what the SDK gets', async () => {
    const engine = await startQueueAndObjects();
    const client = createSqsClient(engineClientOptions(engine.url));
    const ours = new SignedQueueCalls(engineClientOptions(engine.url));
    const { queueUrl: QueueUrl } = await provisionQueues(client, 'queue');
    const inputs = [
      { QueueUrl, Entries: entries },
      { QueueUrl, Entries: [] },
      { QueueUrl, Entries: entries.map((entry) => ({ ...entry, Id: 'same' })) },
      { QueueUrl, Entries: [{ Id: '0', MessageBody: 'm', DelaySeconds: 1000 }] },
      { QueueUrl: `${QueueUrl}-not-there`, Entries: entries },
    ];
    for (const input of inputs) {
      const [expected, found] = [await outcomeOf(sdkQueueCalls(client), input), await outcomeOf(ours, input)];
      expect(withoutIds(found)).toEqual(withoutIds(expected));
    }
    ours.destroy();
    client.destroy();
    await engine.stop();
  });
});

/** SQS gives each message an ID of its own. */
function withoutIds(outcome: unknown): unknown {
  return JSON.parse(JSON.stringify(outcome, (name, value) => (name === 'MessageId' ? 'id' : value)));
}

describe('the calls of SQS', () => {
  let service: StubService;
  const md5 = (text: string) => createHash('md5').update(text).digest('hex');
  const received = (bodies: readonly string[]) =>
    json(
      200,
      JSON.stringify({
        Successful: bodies.map((body, index) => ({
          Id: String(index),
          MessageId: `m${index}`,
          MD5OfMessageBody: md5(body),
        })),
      }),
    );

  beforeAll(async () => {
    service = await StubService.start();
  });
  afterAll(() => service.stop());
  beforeEach(() => {
    service.received.length = 0;
    service.answer = received(entries.map(({ MessageBody }) => MessageBody));
  });

  it('send what the SDK sends', async () => {
    const options = engineClientOptions(service.url);
    const input = { QueueUrl: `${service.url}/1/q`, Entries: entries };
    await sdkQueueCalls(createSqsClient(options)).call('SendMessageBatch', input);
    await new SignedQueueCalls(options).call('SendMessageBatch', input);
    const [expected, sent] = service.received;
    expect(JSON.parse(sent?.body ?? '')).toEqual(JSON.parse(expected?.body ?? ''));
    for (const name of ['x-amz-target', 'content-type', 'host']) {
      expect(sent?.headers[name]).toBe(expected?.headers[name]);
    }
  });

  it('go where the URL of the queue says, unless there is another endpoint', async () => {
    const { endpoint: _, ...options } = engineClientOptions(service.url);
    const calls = new SignedQueueCalls(options);
    await calls.call('SendMessageBatch', { QueueUrl: `${service.url}/1/q`, Entries: entries });
    await calls.call('SendMessageBatch', { QueueUrl: `${service.url}/1/dead`, Entries: entries });
    expect(service.received.map(({ path, headers }) => `${headers.host}${path}`)).toEqual(
      Array(2).fill(`${new URL(service.url).host}/`),
    );
    const elsewhere = new SignedQueueCalls(engineClientOptions(service.url));
    await elsewhere.call('SendMessageBatch', { QueueUrl: 'https://sqs.invalid/1/q', Entries: entries });
    expect(service.received).toHaveLength(3);
  });

  it('fail, as those of the SDK do, when SQS has received something else', async () => {
    service.answer = received(['first', 'other', 'x'.repeat(1000)]);
    const input = { QueueUrl: `${service.url}/1/q`, Entries: entries };
    const options = engineClientOptions(service.url);
    await expect(sdkQueueCalls(createSqsClient(options)).call('SendMessageBatch', input)).rejects.toThrow('m1');
    await expect(new SignedQueueCalls(options).call('SendMessageBatch', input)).rejects.toThrow(
      'SQS received other messages than were sent: m1',
    );
  });
});
