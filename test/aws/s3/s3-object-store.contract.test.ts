import { afterAll, beforeAll } from 'vitest';
import { createS3Client, S3ObjectStore } from '../../../lib/aws/s3/object-store.ts';
import { describeObjectStore } from '../../contract/object-store.contract.ts';
import { type Engine, engineClientOptions } from '../../support/engines/engine.ts';
import { provisionBucket } from '../../support/engines/provision.ts';
import { startQueueAndObjects } from '../../support/engines/queue-and-objects.ts';
import { instantRetryPolicy } from '../../support/instant-retry.ts';
import { ManualClock } from '../../support/manual-clock.ts';

let engine: Engine;
let buckets = 0;

beforeAll(async () => {
  engine = await startQueueAndObjects();
});
afterAll(() => engine.stop());

describeObjectStore('S3ObjectStore', async () => {
  const client = createS3Client(engineClientOptions(engine.url));
  const bucket = `archive-${buckets++}`;
  await provisionBucket(client, bucket);
  const clock = new ManualClock();
  return new S3ObjectStore({ client, bucket, clock, retryPolicy: instantRetryPolicy(clock), pageSize: 3 });
});
