import { PutItemCommand } from '@aws-sdk/client-dynamodb';
import { SendMessageBatchCommand } from '@aws-sdk/client-sqs';
import { describe, expect, it } from 'vitest';
import { createDynamoDbClient, createSqsClient } from '../../lib/aws/clients.ts';
import { meterCalls } from '../../lib/aws/meter-calls.ts';
import { type Fault, injectFaults, loseRequest, refuse } from '../support/faults.ts';
import { RecordingMetrics } from '../support/recording-metrics.ts';

const NOWHERE = {
  endpoint: 'http://127.0.0.1:1',
  region: 'us-east-1',
  credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
};

/** What is counted when a put meets this. */
async function countsOf(fault: Fault): Promise<RecordingMetrics['totals']> {
  const metrics = new RecordingMetrics();
  const client = meterCalls(createDynamoDbClient(NOWHERE), metrics);
  injectFaults(client, 'PutItemCommand', [fault]);
  await client.send(new PutItemCommand({ TableName: 't', Item: {} })).catch(() => undefined);
  return metrics.totals;
}

describe('meterCalls', () => {
  it.each([
    {
      what: 'throttling',
      fault: refuse('ProvisionedThroughputExceededException', 400),
      counts: { throttled_calls: 1 },
    },
    {
      what: 'throttling of an on-demand table',
      fault: refuse('ThrottlingException', 400),
      counts: { throttled_calls: 1 },
    },
    { what: 'a 503 of S3 that is throttling', fault: refuse('SlowDown', 503), counts: { throttled_calls: 1 } },
    { what: 'HTTP status 429', fault: refuse('Whatever', 429), counts: { throttled_calls: 1 } },
    { what: 'a server error', fault: refuse('InternalServerError', 500), counts: { failed_calls: 1 } },
    { what: 'a lost request', fault: loseRequest, counts: { failed_calls: 1 } },
    { what: 'a condition that did not hold', fault: refuse('ConditionalCheckFailedException', 400), counts: {} },
    { what: 'a missing permission', fault: refuse('AccessDeniedException', 400), counts: {} },
    { what: 'success', fault: async () => ({}), counts: {} },
  ])('counts $what as $counts', async ({ fault, counts }) => {
    expect(await countsOf(fault)).toEqual(counts);
  });

  it('counts a batch of which something was not written as throttled', async () => {
    expect(await countsOf(async () => ({ UnprocessedItems: { t: [{}] } }))).toEqual({ throttled_calls: 1 });
    expect(await countsOf(async () => ({ UnprocessedItems: {} }))).toEqual({});
  });

  it('counts a batch of which something was not sent as failed, unless the message is to blame', async () => {
    const metrics = new RecordingMetrics();
    const client = meterCalls(createSqsClient(NOWHERE), metrics);
    injectFaults(client, 'SendMessageBatchCommand', [
      async () => ({ Failed: [{ Id: '0', SenderFault: false }] }),
      async () => ({ Failed: [{ Id: '0', SenderFault: true }] }),
      async () => ({ Successful: [] }),
    ]);
    for (let call = 0; call < 3; call++) {
      await client.send(new SendMessageBatchCommand({ QueueUrl: 'http://queue', Entries: [] }));
    }
    expect(metrics.totals).toEqual({ failed_calls: 1 });
  });
});
