import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createS3Client, S3ObjectStore } from '../../../lib/aws/s3/object-store.ts';
import { type Engine, engineClientOptions } from '../../support/engines/engine.ts';
import { provisionBucket } from '../../support/engines/provision.ts';
import { startQueueAndObjects } from '../../support/engines/queue-and-objects.ts';
import { injectFaults, refuse } from '../../support/faults.ts';
import { instantRetryPolicy } from '../../support/instant-retry.ts';
import { ManualClock } from '../../support/manual-clock.ts';

let engine: Engine;
let buckets = 0;

beforeAll(async () => {
  engine = await startQueueAndObjects();
});
afterAll(() => engine.stop());

async function newStore() {
  const client = createS3Client(engineClientOptions(engine.url));
  const bucket = `archive-${buckets++}`;
  await provisionBucket(client, bucket);
  const clock = new ManualClock();
  const policy = instantRetryPolicy(clock);
  return { client, bucket, store: new S3ObjectStore({ client, bucket, clock, retryPolicy: policy }) };
}

describe('S3ObjectStore', () => {
  const key = 'traces/dt=2026-11-21/hour=10/a';

  it('tries again what S3 has no room for', async () => {
    const { store, client } = await newStore();
    injectFaults(client, 'PutObjectCommand', [refuse('SlowDown', 503)]);
    expect(await store.createOnly(key, Buffer.from('bytes'))).toBe('created');
    injectFaults(client, 'ListObjectsV2Command', [refuse('SlowDown', 503)]);
    injectFaults(client, 'GetObjectCommand', [refuse('InternalError', 500), refuse('SlowDown', 503)]);
    const keys: string[] = [];
    for await (const object of store.list('traces/')) keys.push(object.key);
    expect(keys).toEqual([key]);
    const stream = await store.open(key);
    expect(stream).toBeInstanceOf(Readable);
    expect((await buffer(stream ?? expect.fail())).toString()).toBe('bytes');
  });

  it('does not take a refusal for an object that is gone', async () => {
    const { store, client } = await newStore();
    await store.put(key, Buffer.from('bytes'));
    injectFaults(client, 'GetObjectCommand', [refuse('AccessDenied', 403)]);
    await expect(store.open(key)).rejects.toThrow('injected AccessDenied');
  });

  it("does not take a console's object for a folder for one in it", async () => {
    const { store } = await newStore();
    await store.put('traces/x/', new Uint8Array());
    await store.put('traces/x/a', new Uint8Array(1));
    const { objects } = await store.listFolder('traces/x/');
    expect(objects.map((object) => object.key)).toEqual(['traces/x/a']);
  });

  it('creates with a condition, and puts without one', async () => {
    const { store, client } = await newStore();
    const conditions: unknown[] = [];
    client.middlewareStack.add(
      (next) => (args) => {
        conditions.push((args.input as { IfNoneMatch?: string }).IfNoneMatch);
        return next(args);
      },
      { step: 'initialize' },
    );
    await store.createOnly('traces/a', new Uint8Array(1));
    await store.put('spill/a', new Uint8Array(1));
    expect(conditions).toEqual(['*', undefined]);
  });
});
