import { SystemClock } from '../../lib/adapters/clock.ts';
import { createDynamoDbClient } from '../../lib/adapters/dynamodb/client.ts';
import { DynamoDbSpanBuffer } from '../../lib/adapters/dynamodb/dynamodb-span-buffer.ts';
import { createS3Client } from '../../lib/adapters/s3/client.ts';
import { S3SpillStore } from '../../lib/adapters/s3/s3-spill-store.ts';
import { createSqsClient } from '../../lib/adapters/sqs/client.ts';
import { SqsWakeUpQueue } from '../../lib/adapters/sqs/sqs-wake-up-queue.ts';
import { requiredVariable } from './environment.ts';

/** What both functions work with, as the environment names it. */
export function servicesFromEnvironment() {
  const clock = new SystemClock();
  const bucket = requiredVariable('TAILGATE_BUCKET', 'name of the archive bucket');
  const s3Client = createS3Client();
  const spillStore = new S3SpillStore({ client: s3Client, bucket, clock });
  const tableName = requiredVariable('TAILGATE_TABLE', 'name of the buffer table');
  const buffer = new DynamoDbSpanBuffer({ client: createDynamoDbClient(), tableName, spillStore, clock });
  const wakeUps = new SqsWakeUpQueue({
    client: createSqsClient(),
    queueUrl: requiredVariable('TAILGATE_QUEUE_URL', 'URL of the wake-up queue'),
    deadLetterQueueUrl: requiredVariable('TAILGATE_DEAD_LETTER_QUEUE_URL', 'URL of the dead-letter queue'),
    clock,
  });
  return { clock, bucket, s3Client, buffer, wakeUps };
}
