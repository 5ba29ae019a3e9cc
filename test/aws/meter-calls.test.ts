import { PutObjectCommand } from '@aws-sdk/client-s3';
import { describe, expect, it } from 'vitest';
import { SignedTableCalls, type TableOperations } from '../../lib/aws/dynamodb/table-calls.ts';
import { meterCalls, meterSdkClient } from '../../lib/aws/meter-calls.ts';
import { createS3Client } from '../../lib/aws/s3/object-store.ts';
import { type QueueOperations, SignedQueueCalls } from '../../lib/aws/sqs/queue-calls.ts';
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
  const calls = new SignedTableCalls(NOWHERE);
  injectFaults(calls, 'PutItem', [fault]);
  await meterCalls<TableOperations>(calls, metrics)
    .call('PutItem', { TableName: 't', Item: {} })
    .catch(() => undefined);
  return metrics.totals;
}

/** What is counted when a put with a client of the SDK meets this. */
async function countsOfSdk(fault: Fault): Promise<RecordingMetrics['totals']> {
  const metrics = new RecordingMetrics();
  const client = meterSdkClient(createS3Client(NOWHERE), metrics);
  injectFaults(client, 'PutObjectCommand', [fault]);
  await client.send(new PutObjectCommand({ Bucket: 'b', Key: 'k' })).catch(() => undefined);
  return metrics.totals;
}

describe.each([
  { name: 'meterCalls', countsOf },
  { name: 'meterSdkClient', countsOf: countsOfSdk },
])('$name', ({ countsOf }) => {
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
});

describe('meterCalls', () => {
  it('counts a batch of which something was not written as throttled', async () => {
    expect(await countsOf(async () => ({ UnprocessedItems: { t: [{}] } }))).toEqual({ throttled_calls: 1 });
    expect(await countsOf(async () => ({ UnprocessedItems: {} }))).toEqual({});
    expect(await countsOf(async () => ({ UnprocessedKeys: { t: { Keys: [{}] } } }))).toEqual({ throttled_calls: 1 });
  });

  it('counts a batch of which something was not sent as failed, unless the message is to blame', async () => {
    const metrics = new RecordingMetrics();
    const queue = new SignedQueueCalls(NOWHERE);
    injectFaults(queue, 'SendMessageBatch', [
      async () => ({ Failed: [{ Id: '0', SenderFault: false }] }),
      async () => ({ Failed: [{ Id: '0', SenderFault: true }] }),
      async () => ({ Successful: [] }),
    ]);
    const calls = meterCalls<QueueOperations>(queue, metrics);
    for (let call = 0; call < 3; call++) {
      await calls.call('SendMessageBatch', { QueueUrl: 'http://queue', Entries: [] });
    }
    expect(metrics.totals).toEqual({ failed_calls: 1 });
  });
});
