import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { S3Client } from '@aws-sdk/client-s3';
import type { SQSClient } from '@aws-sdk/client-sqs';
import { GzipTraceArchive } from '../../lib/archive/trace-archive.ts';
import { NODE_CODECS } from '../../lib/aws/codecs.ts';
import { DictionaryStore } from '../../lib/aws/dynamodb/dictionary-store.ts';
import { DynamoDbKeyTables } from '../../lib/aws/dynamodb/key-tables.ts';
import { DynamoDbLimitStore } from '../../lib/aws/dynamodb/limit-store.ts';
import { DynamoDbSpanBuffer } from '../../lib/aws/dynamodb/span-buffer.ts';
import { meterCalls, meterCapacity } from '../../lib/aws/meter-calls.ts';
import { S3ObjectStore } from '../../lib/aws/s3/object-store.ts';
import { SqsWakeUpQueue } from '../../lib/aws/sqs/wake-up-queue.ts';
import { SystemClock } from '../../lib/aws/system.ts';
import type { Metrics } from '../../lib/pipeline/metrics.ts';
import { type DictionaryOptions, useDictionaries } from './dictionaries.ts';
import { type PerTenant, perTenant, type Services } from './per-tenant.ts';

export interface ServiceClients {
  readonly dynamoDb: DynamoDBClient;
  readonly sqs: SQSClient;
  readonly s3: S3Client;
}

/** The resources of one stack. */
export interface ServiceNames {
  readonly tableName: string;
  readonly bucket: string;
  readonly queueUrl: string;
  readonly deadLetterQueueUrl: string;
}

/**
 * The services of each tenant. Tenants share clients and resources, and nothing else.
 * @param dictionaries `undefined`: fragments are compressed with the dictionary that is part of the code
 */
export function createServices(
  { dynamoDb, sqs, s3 }: ServiceClients,
  names: ServiceNames,
  dictionaries?: DictionaryOptions,
): PerTenant<Services> {
  const { tableName, bucket, queueUrl, deadLetterQueueUrl } = names;
  const clock = new SystemClock();
  const store = new S3ObjectStore({ client: s3, bucket, clock });
  return perTenant((tenant) => {
    const table = { client: dynamoDb, tableName, clock, tenant };
    const { trainer, ...trained } = useDictionaries(new DictionaryStore(table), clock, tenant, dictionaries);
    return {
      clock,
      buffer: new DynamoDbSpanBuffer({ ...table, spillStore: store, ...trained }),
      wakeUps: new SqsWakeUpQueue({ client: sqs, queueUrl, deadLetterQueueUrl, clock, tenant }),
      archive: new GzipTraceArchive({ store, codecs: NODE_CODECS, tenant }),
      limits: new DynamoDbLimitStore(table),
      keyTables: new DynamoDbKeyTables(table),
      trainer,
    };
  });
}

/** The clients, with metrics of their calls and of the capacity that DynamoDB charges. */
export function metered({ dynamoDb, sqs, s3 }: ServiceClients, metrics: Metrics): ServiceClients {
  return {
    dynamoDb: meterCapacity(meterCalls(dynamoDb, metrics), metrics),
    sqs: meterCalls(sqs, metrics),
    s3: meterCalls(s3, metrics),
  };
}
