import { randomUUID } from 'node:crypto';
import { gunzipSync } from 'node:zlib';
import { GetObjectCommand, S3ServiceException } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { GzipTraceArchive } from '../../../lib/archive/trace-archive.ts';
import { NODE_CODECS } from '../../../lib/aws/codecs.ts';
import { createS3Client, S3ObjectStore } from '../../../lib/aws/s3/object-store.ts';
import { UnavailableError } from '../../../lib/pipeline/ports.ts';
import { type Engine, engineClientOptions } from '../../support/engines/engine.ts';
import { provisionBucket } from '../../support/engines/provision.ts';
import { startQueueAndObjects } from '../../support/engines/queue-and-objects.ts';
import { type Fault, injectFaults, loseAnswer, loseRequest, refuse } from '../../support/faults.ts';
import { instantRetryPolicy } from '../../support/instant-retry.ts';
import { ManualClock } from '../../support/manual-clock.ts';

const bucket = 'archive';
const line = new TextEncoder().encode('{"resourceSpans":[]}\n');
let engine: Engine;

beforeAll(async () => {
  engine = await startQueueAndObjects();
  await provisionBucket(createS3Client(engineClientOptions(engine.url)), bucket);
});

afterAll(() => engine.stop());

describe('a trace archive on S3', () => {
  it('writes gzip objects without Content-Encoding', async () => {
    const { archive, get } = create();
    const key = newKey();
    await archive.create(key, [line, line]);
    const { ContentType, ContentEncoding, body } = await get(key);
    expect({ ContentType, ContentEncoding }).toEqual({ ContentType: 'application/gzip', ContentEncoding: undefined });
    expect(gunzipSync(body).toString()).toBe('{"resourceSpans":[]}\n{"resourceSpans":[]}\n');
  });

  it('writes a fence as a valid gzip without rows, marked in its metadata', async () => {
    const { archive, get } = create();
    const key = newKey();
    await archive.fence(key);
    const { Metadata, body } = await get(key);
    expect(Metadata).toEqual({ 'tailgate-fence': '1' });
    expect(gunzipSync(body)).toHaveLength(0);
  });

  it.each([
    { what: 'a server error', fault: refuse('InternalError', 500), answer: 'created' },
    { what: 'throttling', fault: refuse('SlowDown', 503), answer: 'created' },
    { what: 'a lost request', fault: loseRequest, answer: 'created' },
    {
      what: 'another write to the key under way',
      fault: s3Refuses('ConditionalRequestConflict', 409),
      answer: 'created',
    },
    { what: 'a lost answer, with its own object', fault: loseAnswer, answer: 'exists' },
  ])('answers $answer after $what', async ({ fault, answer }) => {
    const { archive, client } = create();
    injectFaults(client, 'PutObjectCommand', [fault, fault]);
    const key = newKey();
    expect(await archive.create(key, [line])).toBe(answer);
    expect(await archive.inspect(key)).toBe('data');
  });

  it('is unavailable when it cannot find out whether the object was created', async () => {
    const { archive, client } = create();
    injectFaults(client, 'PutObjectCommand', [refuse('SlowDown', 503)], { forever: true });
    const creating = archive.create('traces/a.jsonl.gz', [line]);
    await expect(creating).rejects.toThrow(UnavailableError);
    await expect(creating).rejects.toThrow('could not create traces/a.jsonl.gz within 4000 ms: SlowDown');
  });

  it('does not take a refusal for absence', async () => {
    const { archive, client } = create();
    injectFaults(client, 'HeadObjectCommand', [s3Refuses('Forbidden', 403)]);
    await expect(archive.inspect(newKey())).rejects.toMatchObject({ name: 'Forbidden' });
  });

  it('inspects after a lost answer', async () => {
    const { archive, client } = create();
    injectFaults(client, 'HeadObjectCommand', [loseAnswer]);
    expect(await archive.inspect(newKey())).toBe('absent');
  });
});

describe('a spill store on S3', () => {
  it('puts and gets after failures', async () => {
    const { client, spillStore } = create();
    injectFaults(client, 'PutObjectCommand', [refuse('SlowDown', 503), loseAnswer]);
    injectFaults(client, 'GetObjectCommand', [loseRequest]);
    await spillStore.put('spill/a/b', Uint8Array.of(1, 2));
    expect(await spillStore.get('spill/a/b')).toEqual(Uint8Array.of(1, 2));
  });

  it('does not take a missing bucket for a missing object', async () => {
    const client = createS3Client(engineClientOptions(engine.url));
    const elsewhere = new S3ObjectStore({ client, bucket: 'nowhere', clock: new ManualClock() });
    await expect(elsewhere.get('spill/a/b')).rejects.toMatchObject({ name: 'NoSuchBucket' });
  });
});

function create() {
  const clock = new ManualClock();
  const client = createS3Client(engineClientOptions(engine.url));
  const plain = createS3Client(engineClientOptions(engine.url));
  const deps = { client, bucket, clock, retryPolicy: instantRetryPolicy(clock) };
  const get = async (key: string) => {
    const answer = await plain.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
    return { ...answer, body: (await answer.Body?.transformToByteArray()) ?? new Uint8Array() };
  };
  const store = new S3ObjectStore(deps);
  return { archive: new GzipTraceArchive({ store, codecs: NODE_CODECS }), spillStore: store, client, get };
}

function newKey(): string {
  return `traces/${randomUUID()}.jsonl.gz`;
}

function s3Refuses(name: string, httpStatusCode: number): Fault {
  return async () => {
    throw new S3ServiceException({
      name,
      $fault: 'client',
      $metadata: { httpStatusCode },
      message: `injected ${name}`,
    });
  };
}
