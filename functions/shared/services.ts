import type { S3Client } from '@aws-sdk/client-s3';
import { GzipTraceArchive } from '../../lib/archive/trace-archive.ts';
import { NODE_CODECS } from '../../lib/aws/codecs.ts';
import { DynamoDbKeyTables } from '../../lib/aws/dynamodb/key-tables.ts';
import { DynamoDbLimitStore } from '../../lib/aws/dynamodb/limit-store.ts';
import { DynamoDbSpanBuffer } from '../../lib/aws/dynamodb/span-buffer.ts';
import type { TableCalls } from '../../lib/aws/dynamodb/table-calls.ts';
import { meterCalls, meterCapacity, meterSdkClient } from '../../lib/aws/meter-calls.ts';
import { S3ObjectStore } from '../../lib/aws/s3/object-store.ts';
import type { QueueCalls } from '../../lib/aws/sqs/queue-calls.ts';
import { SqsWakeUpQueue } from '../../lib/aws/sqs/wake-up-queue.ts';
import { SystemClock } from '../../lib/aws/system.ts';
import type { Metrics } from '../../lib/pipeline/metrics.ts';
import type { Clock, KeyTables, LimitStore, SpanBuffer, TraceArchive, WakeUpQueue } from '../../lib/pipeline/ports.ts';

/** Beyond this many tenants, what belongs to the least recently seen one is dropped, and made anew when it returns. */
const MAX_TENANTS = 1000;

/** What each tenant has of its own, made when it is first needed. A pipeline without tenants has one, for `undefined`. */
export type PerTenant<Value> = (tenant: string | undefined) => Value;

export function perTenant<Value>(
  create: (tenant: string | undefined) => Value,
  maxTenants = MAX_TENANTS,
): PerTenant<Value> {
  const values = new Map<string | undefined, Value>();
  return (tenant) => {
    const known = values.has(tenant);
    const value = known ? (values.get(tenant) as Value) : create(tenant);
    // A map keeps the order of insertion, so the first entry is the least recently used.
    if (known) values.delete(tenant);
    else if (values.size >= maxTenants) values.delete([...values.keys()][0]);
    values.set(tenant, value);
    return value;
  };
}

export interface ServiceClients {
  readonly dynamoDb: TableCalls;
  readonly sqs: QueueCalls;
  readonly s3: S3Client;
}

/** The resources of one stack. */
export interface ServiceNames {
  readonly tableName: string;
  readonly bucket: string;
  readonly queueUrl: string;
  readonly deadLetterQueueUrl: string;
}

/** The ports of the pipeline on AWS, or on engines with the same protocols. */
export interface Services {
  readonly clock: Clock;
  readonly buffer: SpanBuffer;
  readonly wakeUps: WakeUpQueue;
  readonly archive: TraceArchive;
  readonly limits: LimitStore;
  readonly keyTables: KeyTables;
}

/** The services of each tenant. Tenants share clients and resources, and nothing else. */
export function createServices({ dynamoDb, sqs, s3 }: ServiceClients, names: ServiceNames): PerTenant<Services> {
  const { tableName, bucket, queueUrl, deadLetterQueueUrl } = names;
  const clock = new SystemClock();
  const store = new S3ObjectStore({ client: s3, bucket, clock });
  return perTenant((tenant) => ({
    clock,
    buffer: new DynamoDbSpanBuffer({ client: dynamoDb, tableName, spillStore: store, clock, tenant }),
    wakeUps: new SqsWakeUpQueue({ client: sqs, queueUrl, deadLetterQueueUrl, clock, tenant }),
    archive: new GzipTraceArchive({ store, codecs: NODE_CODECS, tenant }),
    limits: new DynamoDbLimitStore({ client: dynamoDb, tableName, clock, tenant }),
    keyTables: new DynamoDbKeyTables({ client: dynamoDb, tableName, clock, tenant }),
  }));
}

/** The clients, with metrics of their calls and of the capacity that DynamoDB charges. */
export function metered({ dynamoDb, sqs, s3 }: ServiceClients, metrics: Metrics): ServiceClients {
  return {
    dynamoDb: meterCapacity(meterCalls(dynamoDb, metrics), metrics),
    sqs: meterCalls(sqs, metrics),
    s3: meterSdkClient(s3, metrics),
  };
}
