import { ReceiveMessageCommand, type SQSClient } from '@aws-sdk/client-sqs';
import { GzipTraceArchive } from '../archive/trace-archive.ts';
import { createDynamoDbClient, createS3Client, createSqsClient } from '../aws/clients.ts';
import { NODE_CODECS } from '../aws/codecs.ts';
import { DynamoDbKeyTables } from '../aws/dynamodb/key-tables.ts';
import { DynamoDbLimitStore } from '../aws/dynamodb/limit-store.ts';
import { DynamoDbSpanBuffer } from '../aws/dynamodb/span-buffer.ts';
import { SignedTableCalls, type TableOperations } from '../aws/dynamodb/table-calls.ts';
import { S3ObjectStore } from '../aws/s3/object-store.ts';
import { type QueueCalls, type QueueOperations, SignedQueueCalls } from '../aws/sqs/queue-calls.ts';
import { SqsWakeUpQueue } from '../aws/sqs/wake-up-queue.ts';
import { startDynamo } from '../local/engines/dynamo.ts';
import { engineClientOptions } from '../local/engines/engine.ts';
import { provision } from '../local/engines/provision.ts';
import { startQueueAndObjects } from '../local/engines/queue-and-objects.ts';
import { type Started, startParts } from '../local/engines/started.ts';
import type { Clock } from '../pipeline/ports.ts';
import { CallCounts, countCalls, countSdkCalls } from './count-calls.ts';

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
  const tableCalls = new SignedTableCalls(patient(dynamo.url));
  const queueCalls = new SignedQueueCalls(patient(queueAndObjects.url));
  for (const client of [dynamoClient, sqsClient, s3Client, tableCalls, queueCalls]) {
    started.defer(() => client.destroy());
  }
  const names = await provision({ dynamoClient, sqsClient, s3Client, visibilityTimeoutSeconds: 3600 });

  const calls = new CallCounts();
  const sent: string[] = [];
  countSdkCalls(s3Client, calls);
  const { tableName, bucket, ...queues } = names;
  const table = { client: countCalls<TableOperations>(tableCalls, calls), tableName, clock };
  const store = new S3ObjectStore({ client: s3Client, bucket, clock });
  const services = {
    clock,
    buffer: new DynamoDbSpanBuffer({ ...table, spillStore: store }),
    wakeUps: new SqsWakeUpQueue({
      client: recordMessages(countCalls<QueueOperations>(queueCalls, calls), sent),
      ...queues,
      clock,
    }),
    archive: new GzipTraceArchive({ store, codecs: NODE_CODECS }),
    limits: new DynamoDbLimitStore(table),
    keyTables: new DynamoDbKeyTables(table),
  };
  return {
    services,
    calls,
    receiveWakeUps: () => receiveAll(sqsClient, names.queueUrl, sent),
    stop: () => started.stop(),
  };
}

/** Client options with a long timeout: a call that the client gives up and repeats would be counted twice. */
function patient(url: string) {
  return { ...engineClientOptions(url), requestTimeoutMs: 60_000 };
}

/**
 * Records the bodies of all messages, in the order in which they are sent. Their timestamps cannot tell the order,
 * because several messages can have the same millisecond.
 */
function recordMessages(calls: QueueCalls, bodies: string[]): QueueCalls {
  return {
    call: (operation, input) => {
      for (const { MessageBody = '' } of input.Entries ?? []) bodies.push(MessageBody);
      return calls.call(operation, input);
    },
  };
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
