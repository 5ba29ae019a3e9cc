import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import { ChangeMessageVisibilityCommand, ReceiveMessageCommand, SendMessageCommand } from '@aws-sdk/client-sqs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createSqsClient } from '../../../lib/aws/clients.ts';
import { createS3Client } from '../../../lib/aws/s3/object-store.ts';
import { type Engine, engineClientOptions } from './engine.ts';
import { provisionBucket, provisionQueues } from './provision.ts';
import { startQueueAndObjects } from './queue-and-objects.ts';

const Bucket = 'archive';
let folder: string;
let engine: Engine;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'tailgate-engines-'));
  engine = await start();
  await provisionBucket(s3(), Bucket);
});

afterEach(async () => {
  await engine.stop();
  rmSync(folder, { recursive: true });
});

describe('conditional writes', () => {
  const precondition = { $metadata: { httpStatusCode: 412 } };

  it('refuse to put over an object', async () => {
    await s3().send(new PutObjectCommand({ Bucket, Key: 'a', Body: 'first', IfNoneMatch: '*' }));
    const second = s3().send(new PutObjectCommand({ Bucket, Key: 'a', Body: 'second', IfNoneMatch: '*' }));
    await expect(second).rejects.toMatchObject({ name: 'PreconditionFailed', ...precondition });
    expect(await textAt('a')).toBe('first');
  });

  it('let one of twenty win, and answer the others 412', async () => {
    const client = s3();
    const racers = Array.from({ length: 20 }, (_, index) =>
      client.send(new PutObjectCommand({ Bucket, Key: 'race', Body: `${index}`, IfNoneMatch: '*' })).then(
        () => 200,
        (error) => error.$metadata.httpStatusCode,
      ),
    );
    const statuses = await Promise.all(racers);
    expect(statuses.filter((status) => status === 200)).toHaveLength(1);
    expect(statuses.filter((status) => status === 412)).toHaveLength(19);
  });

  it('refuse to complete a multipart upload over an object', async () => {
    const { UploadId } = await s3().send(new CreateMultipartUploadCommand({ Bucket, Key: 'big' }));
    const part = { Bucket, Key: 'big', UploadId, PartNumber: 1 };
    const { ETag } = await s3().send(new UploadPartCommand({ ...part, Body: 'second' }));
    await s3().send(new PutObjectCommand({ Bucket, Key: 'big', Body: 'first' }));
    const MultipartUpload = { Parts: [{ PartNumber: 1, ETag }] };
    const complete = { Bucket, Key: 'big', UploadId, MultipartUpload };
    const completion = s3().send(new CompleteMultipartUploadCommand({ ...complete, IfNoneMatch: '*' }));
    await expect(completion).rejects.toMatchObject(precondition);
    expect(await textAt('big')).toBe('first');
    await s3().send(new CompleteMultipartUploadCommand(complete));
    expect(await textAt('big')).toBe('second');
  });

  it('allow a key again after its object is deleted', async () => {
    await s3().send(new PutObjectCommand({ Bucket, Key: 'a', Body: 'first', IfNoneMatch: '*' }));
    await s3().send(new DeleteObjectCommand({ Bucket, Key: 'a' }));
    await s3().send(new PutObjectCommand({ Bucket, Key: 'a', Body: 'second', IfNoneMatch: '*' }));
    expect(await textAt('a')).toBe('second');
  });
});

describe('objects on disk', () => {
  it('are plain files under their bucket and key', async () => {
    const Key = 'traces/dt=2026-11-21/hour=12/traces_x.jsonl.gz';
    await s3().send(new PutObjectCommand({ Bucket, Key, Body: 'kept' }));
    expect(readFileSync(join(folder, Bucket, Key), 'utf8')).toBe('kept');
    expect(readdirSync(join(folder, Bucket, 'traces/dt=2026-11-21/hour=12'))).toEqual(['traces_x.jsonl.gz']);
  });

  it('come back with all their properties', async () => {
    const Metadata = { 'tailgate-fence': '1' };
    await s3().send(new PutObjectCommand({ Bucket, Key: 'f', Body: 'ab', ContentType: 'application/gzip', Metadata }));
    const before = await s3().send(new HeadObjectCommand({ Bucket, Key: 'f' }));
    await restart();
    const after = await s3().send(new HeadObjectCommand({ Bucket, Key: 'f' }));
    expect(after).toMatchObject({ Metadata, ContentType: 'application/gzip', ContentLength: 2, ETag: before.ETag });
    expect(await textAt('f')).toBe('ab');
  });

  it.each([
    '../outside',
    '/absolute',
    '.hidden',
    'a//b',
    'ends/',
    'a:b?c*d|e"<f>',
    'wörld 100 %',
    'back\\slash',
    '..',
    './x',
  ])('may have the key %j', async (Key) => {
    await s3().send(new PutObjectCommand({ Bucket, Key, Body: Key }));
    await restart();
    expect(await textAt(Key)).toBe(Key);
    const { Contents = [] } = await s3().send(new ListObjectsV2Command({ Bucket }));
    expect(Contents.map((object) => object.Key)).toEqual([Key]);
    expect(readdirSync(folder).sort()).toEqual(['.objects', Bucket, 'queue']);
  });

  it('are there when a person puts a file there', async () => {
    mkdirSync(join(folder, Bucket, 'traces'), { recursive: true });
    writeFileSync(join(folder, Bucket, 'traces', 'mine.jsonl'), '{}');
    await restart();
    expect(await textAt('traces/mine.jsonl')).toBe('{}');
  });

  it('are gone when a person deletes the file', async () => {
    await s3().send(new PutObjectCommand({ Bucket, Key: 'a', Body: 'x' }));
    rmSync(join(folder, Bucket, 'a'));
    await restart();
    await expect(textAt('a')).rejects.toMatchObject({ name: 'NoSuchKey' });
  });

  it('leave no file behind when deleted', async () => {
    await s3().send(new PutObjectCommand({ Bucket, Key: 'a', Body: 'x' }));
    await s3().send(new DeleteObjectCommand({ Bucket, Key: 'a' }));
    expect(existsSync(join(folder, Bucket, 'a'))).toBe(false);
  });
});

describe('queues on disk', () => {
  it('take a message back at once when its visibility is changed to 0', async () => {
    const { queueUrl } = await provisionQueues(sqs(), 'wake-ups');
    await sqs().send(new SendMessageCommand({ QueueUrl: queueUrl, MessageBody: 'hello' }));
    const receive = async () => (await sqs().send(new ReceiveMessageCommand({ QueueUrl: queueUrl }))).Messages?.[0];
    const first = await receive();
    const release = { QueueUrl: queueUrl, ReceiptHandle: first?.ReceiptHandle, VisibilityTimeout: 0 };
    await sqs().send(new ChangeMessageVisibilityCommand(release));
    expect((await receive())?.Body).toBe('hello');
  });

  it('can be provisioned again, with other settings', async () => {
    const first = await provisionQueues(sqs(), 'wake-ups', { visibilityTimeoutSeconds: 5 });
    await restart();
    const again = await provisionQueues(sqs(), 'wake-ups', { visibilityTimeoutSeconds: 0, maxReceiveCount: 2 });
    expect(new URL(again.queueUrl).pathname).toBe(new URL(first.queueUrl).pathname);
    await sqs().send(new SendMessageCommand({ QueueUrl: again.queueUrl, MessageBody: 'poison' }));
    const receive = async (QueueUrl: string) =>
      (await sqs().send(new ReceiveMessageCommand({ QueueUrl }))).Messages?.[0];
    expect([await receive(again.queueUrl), await receive(again.queueUrl)]).toMatchObject([
      { Body: 'poison' },
      { Body: 'poison' },
    ]);
    expect(await receive(again.queueUrl)).toBeUndefined();
    expect(await receive(again.deadLetterQueueUrl)).toMatchObject({ Body: 'poison' });
  });
});

it('says that the port is taken', async () => {
  const port = Number(new URL(engine.url).port);
  await expect(startQueueAndObjects({ port })).rejects.toMatchObject({ code: 'EADDRINUSE' });
});

function start(): Promise<Engine> {
  return startQueueAndObjects({ queueDir: join(folder, 'queue'), objectDir: folder });
}

async function restart(): Promise<void> {
  await engine.stop();
  engine = await start();
}

function s3() {
  return createS3Client(engineClientOptions(engine.url));
}

function sqs() {
  return createSqsClient(engineClientOptions(engine.url));
}

async function textAt(Key: string): Promise<string | undefined> {
  const { Body } = await s3().send(new GetObjectCommand({ Bucket, Key }));
  return Body?.transformToString();
}
