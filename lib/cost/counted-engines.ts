import { ReceiveMessageCommand, type SendMessageBatchCommandInput, type SQSClient } from '@aws-sdk/client-sqs';
import { GzipTraceArchive } from '../archive/trace-archive.ts';
import type { AwsClientOptions } from '../aws/clients.ts';
import { createDynamoDbClient, createSqsClient } from '../aws/clients.ts';
import { NODE_CODECS } from '../aws/codecs.ts';
import { DynamoDbKeyTables } from '../aws/dynamodb/key-tables.ts';
import { DynamoDbLimitStore } from '../aws/dynamodb/limit-store.ts';
import { DynamoDbSpanBuffer } from '../aws/dynamodb/span-buffer.ts';
import { createS3Client, S3ObjectStore } from '../aws/s3/object-store.ts';
import { SqsWakeUpQueue } from '../aws/sqs/wake-up-queue.ts';
import { startDynamo } from '../local/engines/dynamo.ts';
import { engineClientOptions } from '../local/engines/engine.ts';
import { provision } from '../local/engines/provision.ts';
import { startQueueAndObjects } from '../local/engines/queue-and-objects.ts';
import { type Started, startParts } from '../local/engines/started.ts';
import type { Clock } from '../pipeline/ports.ts';
import { CallCounts, countCalls } from './count-calls.ts';

/** The adapters of the deployed pipeline on in-memory engines, with every call counted. */
export interface CountedEngines {
  readonly services: {
    readonly clock: Clock;
    readonly buffer: DynamoDbSpanBuffer;
    readonly wakeUps: SqsWakeUpQueue;
    readonly archive: GzipTraceArchive;
    readonly limits: DynamoDbLimitStore;
    readonly keyTables: DynamoDbKeyTables;
  };
  readonly calls: CallCounts;
  /** The bodies of all messages in the wake-up queue, in the order in which they were sent. This is not counted. */
  receiveWakeUps(): Promise<readonly string[]>;
  stop(): Promise<void>;
}

export function startCountedEngines(clock: Clock): Promise<CountedEngines> {
  return startParts((started) => startAll(clock, started));
}

async function startAll(clock: Clock, started: Started): Promise<CountedEngines> {
  const dynamo = await startDynamo({ sweepPeriodMs: 0 });
  started.defer(() => dynamo.stop());
  const queueAndObjects = await startQueueAndObjects();
  started.defer(() => queueAndObjects.stop());
  const dynamoClient = createDynamoDbClient(patient(dynamo.url));
  const sqsClient = createSqsClient(patient(queueAndObjects.url));
  const s3Client = createS3Client(patient(queueAndObjects.url));
  const receiver = createSqsClient(patient(queueAndObjects.url));
  for (const client of [dynamoClient, sqsClient, s3Client, receiver]) started.defer(() => client.destroy());
  const names = await provision({ dynamoClient, sqsClient, s3Client, visibilityTimeoutSeconds: 3600 });

  const calls = new CallCounts();
  const sent = recordMessages(sqsClient);
  for (const client of [dynamoClient, sqsClient, s3Client]) countCalls(client, calls);
  const { tableName, bucket, ...queues } = names;
  const table = { client: dynamoClient, tableName, clock };
  const store = new S3ObjectStore({ client: s3Client, bucket, clock });
  const services = {
    clock,
    buffer: new DynamoDbSpanBuffer({ ...table, spillStore: store }),
    wakeUps: new SqsWakeUpQueue({ client: sqsClient, ...queues, clock }),
    archive: new GzipTraceArchive({ store, codecs: NODE_CODECS }),
    limits: new DynamoDbLimitStore(table),
    keyTables: new DynamoDbKeyTables(table),
  };
  return {
    services,
    calls,
    receiveWakeUps: () => receiveAll(receiver, names.queueUrl, sent),
    stop: () => started.stop(),
  };
}

/** Client options with a long timeout: a call that the client gives up and repeats would be counted twice. */
function patient(url: string): AwsClientOptions {
  return { ...engineClientOptions(url), requestTimeoutMs: 60_000 };
}

/**
 * Records the bodies of all messages in the order in which they are sent. Their timestamps cannot tell the order,
 * because several messages can have the same millisecond.
 */
function recordMessages(client: SQSClient): readonly string[] {
  const bodies: string[] = [];
  client.middlewareStack.add(
    (next) => (args) => {
      const { Entries = [] } = args.input as Partial<SendMessageBatchCommandInput>;
      bodies.push(...Entries.map(({ MessageBody = '' }) => MessageBody));
      return next(args);
    },
    { step: 'initialize', name: 'recordMessages' },
  );
  return bodies;
}

async function receiveAll(client: SQSClient, queueUrl: string, sent: readonly string[]): Promise<readonly string[]> {
  const bodies: string[] = [];
  for (;;) {
    const { Messages = [] } = await client.send(
      new ReceiveMessageCommand({ QueueUrl: queueUrl, MaxNumberOfMessages: 10 }),
    );
    if (Messages.length === 0) break;
    bodies.push(...Messages.map(({ Body = '' }) => Body));
  }
  return bodies.sort((a, b) => sent.indexOf(a) - sent.indexOf(b));
}
