import { afterAll, beforeAll, expect, it } from 'vitest';
import { createS3Client } from '../../../lib/aws/clients.ts';
import { S3ArchiveFolders } from '../../../lib/aws/s3/object-store.ts';
import { type Engine, engineClientOptions } from '../../../lib/local/engines/engine.ts';
import { provisionBucket } from '../../../lib/local/engines/provision.ts';
import { startQueueAndObjects } from '../../../lib/local/engines/queue-and-objects.ts';
import { describeArchiveFolders } from '../../contract/archive-folders.contract.ts';
import { injectFaults, refuse } from '../../support/faults.ts';
import { instantRetryPolicy } from '../../support/instant-retry.ts';
import { ManualClock } from '../../support/manual-clock.ts';

let engine: Engine;
let buckets = 0;

beforeAll(async () => {
  engine = await startQueueAndObjects();
});
afterAll(() => engine.stop());

async function newArchive() {
  const client = createS3Client(engineClientOptions(engine.url));
  const bucket = `archive-${buckets++}`;
  await provisionBucket(client, bucket);
  const clock = new ManualClock();
  return { client, objects: new S3ArchiveFolders({ client, bucket, clock, retryPolicy: instantRetryPolicy(clock) }) };
}

describeArchiveFolders('S3ArchiveFolders', async () => (await newArchive()).objects);

it('lists more objects than fit into one answer', { timeout: 60_000 }, async () => {
  const { objects } = await newArchive();
  const paths = Array.from({ length: 1003 }, (_, i) => `traces/x/${String(i).padStart(4, '0')}`);
  for (const path of paths) await objects.create(path, new Uint8Array(1));
  expect((await objects.list('traces/x/')).map(({ path }) => path)).toEqual(paths);
});

it('tries again when S3 is busy', async () => {
  const { client, objects } = await newArchive();
  injectFaults(client, 'PutObjectCommand', [refuse('SlowDown', 503)]);
  expect(await objects.create('spans/a', new Uint8Array(3))).toBe('created');
});
