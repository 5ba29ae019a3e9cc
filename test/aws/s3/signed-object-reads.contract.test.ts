import { afterAll, beforeAll } from 'vitest';
import { pathStyleUrl } from '../../../lib/aws/s3/bucket-url.ts';
import { SignedObjectReads } from '../../../lib/aws/s3/object-reads.ts';
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

/** What it reads is what the SDK has written. */
describeObjectStore('SignedObjectReads', async () => {
  const { endpoint, ...account } = engineClientOptions(engine.url);
  const client = createS3Client({ endpoint, ...account });
  const bucket = `read-${buckets++}`;
  await provisionBucket(client, bucket);
  const clock = new ManualClock(Date.now());
  const shared = { clock, retryPolicy: instantRetryPolicy(clock), pageSize: 3 };
  const sdk = new S3ObjectStore({ client, bucket, ...shared });
  const reads = new SignedObjectReads({ ...account, url: pathStyleUrl(endpoint, bucket), ...shared });
  return {
    listFolder: (folder) => reads.listFolder(folder),
    get: (key) => reads.get(key),
    getRange: (key, begin, end) => reads.getRange(key, begin, end),
    list: (prefix, after) => sdk.list(prefix, after),
    open: (key) => sdk.open(key),
    head: (key) => sdk.head(key),
    createOnly: (key, bytes, attributes) => sdk.createOnly(key, bytes, attributes),
    put: (key, bytes) => sdk.put(key, bytes),
  };
});
