import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { PutObjectCommand } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createS3Client } from '../../../lib/aws/clients.ts';
import { S3ArchiveObjects } from '../../../lib/aws/s3/object-store.ts';
import { type Engine, engineClientOptions } from '../../../lib/local/engines/engine.ts';
import { provisionBucket } from '../../../lib/local/engines/provision.ts';
import { startQueueAndObjects } from '../../../lib/local/engines/queue-and-objects.ts';
import { describeArchiveObjects } from '../../contract/archive-objects.contract.ts';
import { injectFaults, refuse } from '../../support/faults.ts';
import { instantRetryPolicy } from '../../support/instant-retry.ts';
import { ManualClock } from '../../support/manual-clock.ts';

let engine: Engine;
let buckets = 0;

beforeAll(async () => {
  engine = await startQueueAndObjects();
});
afterAll(() => engine.stop());

async function newArchive(tenant?: string) {
  const client = createS3Client(engineClientOptions(engine.url));
  const bucket = `archive-${buckets++}`;
  await provisionBucket(client, bucket);
  const clock = new ManualClock();
  return {
    client,
    archive: new S3ArchiveObjects({
      client,
      bucket,
      clock,
      tenant,
      pageSize: 3,
      retryPolicy: instantRetryPolicy(clock),
    }),
    async put(key: string, bytes: Uint8Array) {
      await client.send(new PutObjectCommand({ Bucket: bucket, Key: key, Body: bytes }));
    },
  };
}

describeArchiveObjects('S3ArchiveObjects', newArchive);

describe('S3ArchiveObjects', () => {
  const key = 'traces/dt=2026-11-21/hour=10/a';

  it('tries again what S3 has no room for', async () => {
    const { archive, client, put } = await newArchive();
    await put(key, Buffer.from('bytes'));
    injectFaults(client, 'ListObjectsV2Command', [refuse('SlowDown', 503)]);
    injectFaults(client, 'GetObjectCommand', [refuse('InternalError', 500), refuse('SlowDown', 503)]);
    const keys: string[] = [];
    for await (const object of archive.list({})) keys.push(object.key);
    expect(keys).toEqual([key]);
    const stream = await archive.open(key);
    expect(stream).toBeInstanceOf(Readable);
    expect((await buffer(stream ?? expect.fail())).toString()).toBe('bytes');
  });

  it('does not take a refusal for an object that is gone', async () => {
    const { archive, client, put } = await newArchive();
    await put(key, Buffer.from('bytes'));
    injectFaults(client, 'GetObjectCommand', [refuse('AccessDenied', 403)]);
    await expect(archive.open(key)).rejects.toThrow('injected AccessDenied');
  });
});
