import type { ObjectStore } from '../../lib/archive/ports.ts';
import { GzipTraceArchive } from '../../lib/archive/trace-archive.ts';
import { NODE_CODECS } from '../../lib/aws/codecs.ts';
import { DictionaryStore } from '../../lib/aws/dynamodb/dictionary-store.ts';
import { DynamoDbKeyTables } from '../../lib/aws/dynamodb/key-tables.ts';
import { DynamoDbLimitStore } from '../../lib/aws/dynamodb/limit-store.ts';
import { DynamoDbSpanBuffer } from '../../lib/aws/dynamodb/span-buffer.ts';
import type { TableCalls } from '../../lib/aws/dynamodb/table-calls.ts';
import { meterCalls, meterCapacity } from '../../lib/aws/meter-calls.ts';
import type { QueueCalls } from '../../lib/aws/sqs/queue-calls.ts';
import { SqsWakeUpQueue } from '../../lib/aws/sqs/wake-up-queue.ts';
import { SystemClock } from '../../lib/aws/system.ts';
import type { Metrics } from '../../lib/pipeline/metrics.ts';
import { type DictionaryOptions, useDictionaries } from './dictionaries.ts';
import { type PerTenant, perTenant, type Services } from './per-tenant.ts';

export interface ServiceClients {
  readonly dynamoDb: TableCalls;
  readonly sqs: QueueCalls;
}

export interface ServiceDeps extends ServiceClients {
  /** The bucket of the archive, where large fragments wait as well. */
  readonly store: ObjectStore;
}

/** The resources of one stack. */
export interface ServiceNames {
  readonly tableName: string;
  readonly queueUrl: string;
  readonly deadLetterQueueUrl: string;
}

/**
 * The services of each tenant. Tenants share clients and resources, and nothing else.
 * @param dictionaries `undefined`: fragments are compressed with the dictionary that is part of the code
 */
export function createServices(
  { dynamoDb, sqs, store }: ServiceDeps,
  names: ServiceNames,
  dictionaries?: DictionaryOptions,
): PerTenant<Services> {
  const { tableName, queueUrl, deadLetterQueueUrl } = names;
  const clock = new SystemClock();
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
export function metered({ dynamoDb, sqs }: ServiceClients, metrics: Metrics): ServiceClients {
  return {
    dynamoDb: meterCapacity(meterCalls(dynamoDb, metrics), metrics),
    sqs: meterCalls(sqs, metrics),
  };
}
