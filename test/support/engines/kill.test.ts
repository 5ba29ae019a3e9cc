import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { GetQueueAttributesCommand, ReceiveMessageCommand } from '@aws-sdk/client-sqs';
import { expect, it } from 'vitest';
import { GzipTraceArchive } from '../../../lib/archive/trace-archive.ts';
import { createDynamoDbClient, createSqsClient } from '../../../lib/aws/clients.ts';
import { NODE_CODECS } from '../../../lib/aws/codecs.ts';
import { DynamoDbSpanBuffer } from '../../../lib/aws/dynamodb/span-buffer.ts';
import { SignedTableCalls } from '../../../lib/aws/dynamodb/table-calls.ts';
import { createS3Client, S3ObjectStore } from '../../../lib/aws/s3/object-store.ts';
import { sdkQueueCalls } from '../../../lib/aws/sqs/queue-calls.ts';
import { SqsWakeUpQueue } from '../../../lib/aws/sqs/wake-up-queue.ts';
import { SystemClock } from '../../../lib/aws/system.ts';
import { engineClientOptions } from './engine.ts';
import { provision } from './provision.ts';

const traceId = '4bf92f3577b34da6a3ce929d0e0e4736';
const clock = new SystemClock();

it('has everything back after the process was killed', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'tailgate-kill-'));
  try {
    const first = await startChild(folder);
    const before = await adaptersFor(first.dynamoUrl, first.queueAndObjectsUrl);
    const payloads = [Uint8Array.of(1, 2, 3), new Uint8Array(50_000).map((_, index) => (index * index) % 251)];
    await before.buffer.append(
      payloads.map((payload, index) => ({
        traceId,
        hash: `${index}`,
        payload,
        receivedAtMs: clock.now(),
        spanCount: 1,
      })),
    );
    const record = { policy: 'errors', adjustedCount: 1, partition: 'dt=x', claims: [], version: 1 };
    await before.buffer.record(traceId, record);
    await before.archive.create('traces/kept.jsonl.gz', [new TextEncoder().encode('{}\n')]);
    await before.archive.fence('traces/fence.jsonl.gz');
    await before.queue.send([wakeUp(1, 0)]);
    await before.sqsClient.send(new ReceiveMessageCommand({ QueueUrl: before.names.queueUrl, WaitTimeSeconds: 2 }));
    await before.queue.send([wakeUp(2, 900), wakeUp(3, 0)]);
    await first.kill();

    const second = await startChild(folder);
    const after = await adaptersFor(second.dynamoUrl, second.queueAndObjectsUrl);
    const trace = await after.buffer.read(traceId);
    expect(trace.decision).toEqual(record);
    expect(trace.fragments.map(({ payload }) => payload)).toEqual(payloads);
    expect(await after.archive.inspect('traces/kept.jsonl.gz')).toBe('data');
    expect(await after.archive.inspect('traces/fence.jsonl.gz')).toBe('fence');
    const { Attributes } = await after.sqsClient.send(
      new GetQueueAttributesCommand({ QueueUrl: after.names.queueUrl, AttributeNames: ['All'] }),
    );
    expect(Attributes).toMatchObject({
      ApproximateNumberOfMessages: '1',
      ApproximateNumberOfMessagesDelayed: '1',
      ApproximateNumberOfMessagesNotVisible: '1',
    });
    await second.kill();
  } finally {
    rmSync(folder, { recursive: true });
  }
});

async function startChild(folder: string) {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'kill.child.ts'), folder], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [line] = await once(createInterface(child.stdout), 'line');
  const [, dynamoUrl = '', queueAndObjectsUrl = ''] = String(line).split(' ');
  const kill = async () => {
    const exited = once(child, 'exit');
    child.kill('SIGKILL');
    await exited;
  };
  return { dynamoUrl, queueAndObjectsUrl, kill };
}

async function adaptersFor(dynamoUrl: string, queueAndObjectsUrl: string) {
  const dynamoClient = createDynamoDbClient(engineClientOptions(dynamoUrl));
  const sqsClient = createSqsClient(engineClientOptions(queueAndObjectsUrl));
  const s3Client = createS3Client(engineClientOptions(queueAndObjectsUrl));
  const tableCalls = new SignedTableCalls(engineClientOptions(dynamoUrl));
  const names = await provision({ dynamoClient, sqsClient, s3Client });
  const store = new S3ObjectStore({ client: s3Client, bucket: names.bucket, clock });
  return {
    names,
    sqsClient,
    buffer: new DynamoDbSpanBuffer({ client: tableCalls, tableName: names.tableName, spillStore: store, clock }),
    archive: new GzipTraceArchive({ store, codecs: NODE_CODECS }),
    queue: new SqsWakeUpQueue({ client: sdkQueueCalls(sqsClient), ...names, clock }),
  };
}

function wakeUp(dueAtMs: number, delaySeconds: number) {
  return { wakeUp: { dueAtMs, attempt: 0, fragments: [{ traceId, hash: '0' }] }, delaySeconds };
}
