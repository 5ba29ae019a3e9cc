import { GzipTraceArchive } from '../archive/trace-archive.ts';
import { type AwsClientOptions, createDynamoDbClient, createSqsClient } from '../aws/clients.ts';
import { NODE_CODECS } from '../aws/codecs.ts';
import { DynamoDbKeyTables } from '../aws/dynamodb/key-tables.ts';
import { DynamoDbLimitStore } from '../aws/dynamodb/limit-store.ts';
import { DynamoDbSpanBuffer } from '../aws/dynamodb/span-buffer.ts';
import { createS3Client, S3ObjectStore } from '../aws/s3/object-store.ts';
import { SqsWakeUpQueue } from '../aws/sqs/wake-up-queue.ts';
import type { Clock } from '../pipeline/ports.ts';
import { CallCounts, countCalls } from './count-calls.ts';
import { ServiceStandIns } from './service-stand-ins.ts';

/** The adapters of the deployed pipeline on services in memory, with every call counted. */
export interface CountedServices {
  readonly services: {
    readonly clock: Clock;
    readonly buffer: DynamoDbSpanBuffer;
    readonly wakeUps: SqsWakeUpQueue;
    readonly archive: GzipTraceArchive;
    readonly limits: DynamoDbLimitStore;
    readonly keyTables: DynamoDbKeyTables;
  };
  readonly calls: CallCounts;
  /** Takes the bodies of all messages out of the wake-up queue, in the order in which they were sent. This is not counted. */
  receiveWakeUps(): readonly string[];
}

/** No call leaves the clients, but without a region and credentials they do not even begin one. */
const NOWHERE: AwsClientOptions = {
  endpoint: 'http://127.0.0.1:9',
  region: 'us-east-1',
  credentials: { accessKeyId: 'none', secretAccessKey: 'none' },
};

export function createCountedServices(clock: Clock): CountedServices {
  const dynamoDb = createDynamoDbClient(NOWHERE);
  const sqs = createSqsClient(NOWHERE);
  const s3 = createS3Client(NOWHERE);
  const calls = new CallCounts();
  const standIns = new ServiceStandIns();
  for (const client of [dynamoDb, sqs, s3]) {
    countCalls(client, calls);
    standIns.answer(client);
  }
  const table = { client: dynamoDb, tableName: 'buffer', clock };
  const store = new S3ObjectStore({ client: s3, bucket: 'archive', clock });
  const queues = { queueUrl: 'wake-ups', deadLetterQueueUrl: 'dead-letters' };
  return {
    services: {
      clock,
      buffer: new DynamoDbSpanBuffer({ ...table, spillStore: store }),
      wakeUps: new SqsWakeUpQueue({ client: sqs, ...queues, clock }),
      archive: new GzipTraceArchive({ store, codecs: NODE_CODECS }),
      limits: new DynamoDbLimitStore(table),
      keyTables: new DynamoDbKeyTables(table),
    },
    calls,
    receiveWakeUps: () => standIns.messages.splice(0),
  };
}
