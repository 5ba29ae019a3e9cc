import type { Services } from '../../functions/shared/per-tenant.ts';
import { type PerTenant, perTenant } from '../../functions/shared/per-tenant.ts';
import { GzipTraceArchive } from '../../lib/archive/trace-archive.ts';
import { DynamoDbKeyTables } from '../../lib/aws/dynamodb/key-tables.ts';
import { DynamoDbLimitStore } from '../../lib/aws/dynamodb/limit-store.ts';
import { DynamoDbSpanBuffer } from '../../lib/aws/dynamodb/span-buffer.ts';
import { S3ObjectStore } from '../../lib/aws/s3/object-store.ts';
import { SqsWakeUpQueue } from '../../lib/aws/sqs/wake-up-queue.ts';
import type { SimulatedBucket } from './bucket.ts';
import { DEAD_LETTER_URL, QUEUE_URL, type SimulatedQueue } from './queue.ts';
import type { Process } from './scheduler.ts';
import type { SimulatedTable } from './table.ts';

export interface SimulatedAws {
  readonly table: SimulatedTable;
  readonly bucket: SimulatedBucket;
  readonly queue: SimulatedQueue;
}

/** Kept traces as they are: what compression does with them is not simulated. */
const PLAIN = { gzip: async (parts: readonly Uint8Array[]): Promise<Uint8Array> => Buffer.concat(parts) };

/** The adapters of AWS as `functions/shared/services.ts` wires them, in one process, on simulated services, time and chance. */
export function servicesOnAws(
  process: Process,
  { table, bucket, queue }: SimulatedAws,
  { bufferTtlMs, random }: { readonly bufferTtlMs: number; readonly random: () => number },
): PerTenant<Services> {
  const { clock } = process;
  const retryPolicy = { clock, random, sleep: (ms: number) => process.sleep(ms), budgetMs: 4_000 };
  const store = new S3ObjectStore({ client: bucket.client(process), bucket: 'archive', clock, retryPolicy });
  return perTenant((tenant) => {
    const onTable = { client: table.client(process), tableName: 'buffer', clock, tenant, retryPolicy, bufferTtlMs };
    const urls = { queueUrl: QUEUE_URL, deadLetterQueueUrl: DEAD_LETTER_URL };
    return {
      clock,
      buffer: new DynamoDbSpanBuffer({ ...onTable, spillStore: store }),
      wakeUps: new SqsWakeUpQueue({ client: queue.client(process), ...urls, clock, tenant, retryPolicy }),
      archive: new GzipTraceArchive({ store, codecs: PLAIN, tenant }),
      limits: new DynamoDbLimitStore(onTable),
      keyTables: new DynamoDbKeyTables({ ...onTable, random }),
    };
  });
}
