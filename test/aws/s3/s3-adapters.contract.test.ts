import { gunzipSync } from 'node:zlib';
import { GetObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe } from 'vitest';
import { createS3Client } from '../../../lib/aws/clients.ts';
import { S3SpillStore } from '../../../lib/aws/s3/object-store.ts';
import { S3TraceArchive } from '../../../lib/aws/s3/trace-archive.ts';
import { type Engine, engineClientOptions } from '../../../lib/local/engines/engine.ts';
import { provisionBucket } from '../../../lib/local/engines/provision.ts';
import { startQueueAndObjects } from '../../../lib/local/engines/queue-and-objects.ts';
import { describeSpillStore } from '../../contract/spill-store.contract.ts';
import { describeTraceArchive } from '../../contract/trace-archive.contract.ts';
import { instantRetryPolicy } from '../../support/instant-retry.ts';
import { ManualClock } from '../../support/manual-clock.ts';

const bucket = 'archive';
let engine: Engine;
let client: S3Client;

beforeAll(async () => {
  engine = await startQueueAndObjects();
  client = createS3Client(engineClientOptions(engine.url));
  await provisionBucket(client, bucket);
});

afterAll(() => engine.stop());

describe.each([
  { tenant: undefined, folder: 'traces/' },
  { tenant: 'shop', folder: 'traces/tenant=shop/' },
])('for tenant $tenant', ({ tenant, folder }) => {
  describeTraceArchive('S3TraceArchive', () => {
    const clock = new ManualClock();
    return {
      archive: new S3TraceArchive({ client, bucket, clock, retryPolicy: instantRetryPolicy(clock), tenant }),
      read: async (key) => {
        const Key = key.replace('traces/', folder);
        const { Body } = await client.send(new GetObjectCommand({ Bucket: bucket, Key }));
        return gunzipSync((await Body?.transformToByteArray()) ?? new Uint8Array()).toString();
      },
    };
  });
});

describeSpillStore('S3SpillStore', () => new S3SpillStore({ client, bucket, clock: new ManualClock() }));
