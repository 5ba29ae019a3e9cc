import { GzipTraceArchive } from '../archive/trace-archive.ts';
import type { AwsClientOptions } from '../aws/clients.ts';
import { NODE_CODECS } from '../aws/codecs.ts';
import { DynamoDbKeyTables } from '../aws/dynamodb/key-tables.ts';
import { DynamoDbLimitStore } from '../aws/dynamodb/limit-store.ts';
import { DynamoDbSpanBuffer } from '../aws/dynamodb/span-buffer.ts';
import type { TableOperations } from '../aws/dynamodb/table-calls.ts';
import { createS3Client, S3ObjectStore } from '../aws/s3/object-store.ts';
import type { QueueOperations } from '../aws/sqs/queue-calls.ts';
import { SqsWakeUpQueue } from '../aws/sqs/wake-up-queue.ts';
import type { Clock } from '../pipeline/ports.ts';
import { CallCounts, countCalls, countSdkCalls } from './count-calls.ts';
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

/** No call leaves the client, but without a region and credentials it does not even begin one. */
const NOWHERE: AwsClientOptions = {
  endpoint: 'http://127.0.0.1:9',
  region: 'us-east-1',
  credentials: { accessKeyId: 'none', secretAccessKey: 'none' },
};

export function createCountedServices(clock: Clock): CountedServices {
  const s3 = createS3Client(NOWHERE);
  const calls = new CallCounts();
  const standIns = new ServiceStandIns();
  countSdkCalls(s3, calls);
  standIns.answer(s3);
  const table = { client: countCalls<TableOperations>(standIns.table, calls), tableName: 'buffer', clock };
  const store = new S3ObjectStore({ client: s3, bucket: 'archive', clock });
  const queues = { queueUrl: 'wake-ups', deadLetterQueueUrl: 'dead-letters' };
  return {
    services: {
      clock,
      buffer: new DynamoDbSpanBuffer({ ...table, spillStore: store }),
      wakeUps: new SqsWakeUpQueue({ client: countCalls<QueueOperations>(standIns.queue, calls), ...queues, clock }),
      archive: new GzipTraceArchive({ store, codecs: NODE_CODECS }),
      limits: new DynamoDbLimitStore(table),
      keyTables: new DynamoDbKeyTables(table),
    },
    calls,
    receiveWakeUps: () => standIns.messages.splice(0),
  };
}
