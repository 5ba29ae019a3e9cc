import { randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { gzipSync } from 'node:zlib';
import { DeleteObjectCommand, PutObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { GzipTraceArchive } from '../../../lib/archive/trace-archive.ts';
import { NODE_CODECS } from '../../../lib/aws/codecs.ts';
import { createS3Client, S3ObjectStore } from '../../../lib/aws/s3/object-store.ts';
import { type Engine, engineClientOptions } from '../../support/engines/engine.ts';
import { provisionBucket } from '../../support/engines/provision.ts';
import { startQueueAndObjects } from '../../support/engines/queue-and-objects.ts';
import { type Fault, injectFaults, refuse } from '../../support/faults.ts';
import { type OtlpReceiver, startOtlpReceiver } from '../../support/otlp-receiver.ts';
import { startStacks } from '../../support/stacks.ts';
import { idOf, idsOf, linesOf, objectKey } from './support/kept-traces.ts';
import { MovableClock, run } from './support/run.ts';

let engine: Engine;
let stacks: Awaited<ReturnType<typeof startStacks>>;
let buckets = 0;
let bucket: string;
let s3: S3Client;
let receiver: OtlpReceiver;

beforeAll(async () => {
  engine = await startQueueAndObjects();
  stacks = await startStacks({ Tailgate: { ArchiveBucket: 'of-the-stack' }, Other: {} });
});
afterAll(() => Promise.all([engine.stop(), stacks.stop()]));
beforeEach(async () => {
  bucket = `archive-${buckets++}`;
  s3 = createS3Client(engineClientOptions(engine.url));
  await provisionBucket(s3, bucket);
  receiver = await startOtlpReceiver();
  onTestFinished(() => receiver.stop());
});

/** As the decide function writes it. */
async function keep(
  index: number,
  ids: readonly string[],
  { tenant, to = bucket }: { tenant?: string; to?: string } = {},
) {
  const archive = new GzipTraceArchive({
    store: new S3ObjectStore({ client: s3, bucket: to, clock: new MovableClock() }),
    codecs: NODE_CODECS,
    tenant,
  });
  await archive.create(objectKey(index), [linesOf(ids.map((traceId) => ({ traceId })))]);
}

const replay = (...options: string[]) =>
  run(['--endpoint', receiver.url, '--from', '2026-11-21', ...options], { s3, cloudFormation: stacks.client });

describe('replay from S3', () => {
  it('finds the bucket of a stack', async () => {
    await provisionBucket(s3, 'of-the-stack');
    await keep(0, idsOf(1, 3), { to: 'of-the-stack' });
    expect(await replay('--stack', 'Tailgate')).toMatchObject({ code: 0, complaints: [] });
    expect(receiver.acceptedTraceIds()).toEqual(idsOf(1, 3));
    const { complaints } = await replay('--stack', 'Other');
    expect(complaints).toEqual([expect.stringContaining('has no output ArchiveBucket')]);
  });

  it('sends what is in a bucket, over the fences in it', async () => {
    await keep(0, idsOf(1, 3));
    const store = new S3ObjectStore({ client: s3, bucket, clock: new MovableClock() });
    await new GzipTraceArchive({ store, codecs: NODE_CODECS }).fence(objectKey(1));
    await keep(2, idsOf(4, 3));
    const { code, out, complaints } = await replay('--bucket', bucket);
    expect({ code, out, complaints }).toEqual({
      code: 0,
      out: ['sent: 6 traces, 6 spans, 0.0 MB', 'objects read: 3 of 3'],
      complaints: [],
    });
    expect(receiver.acceptedTraceIds()).toEqual(idsOf(1, 6));
    expect(await replay('--bucket', bucket, '--trace', idOf(5))).toMatchObject({ code: 0 });
  });

  it('keeps tenants apart', async () => {
    await keep(0, idsOf(1, 2), { tenant: 'a' });
    await keep(0, idsOf(3, 2), { tenant: 'b' });
    expect((await replay('--bucket', bucket)).complaints).toEqual([
      expect.stringMatching(/there are no kept traces .*; tenants are kept apart here, --tenant is one of a, b$/),
    ]);
    expect(await replay('--bucket', bucket, '--tenant', 'b')).toMatchObject({ code: 0 });
    expect(receiver.acceptedTraceIds()).toEqual(idsOf(3, 2));
  });

  it('goes on in an object when the connection breaks', async () => {
    const ids = idsOf(1, 200);
    // Random text, so that the object is more than one piece.
    const lines = ids.map((traceId) =>
      linesOf([{ traceId, spans: [{ attributes: { text: randomBytes(4_000).toString('hex') } }] }]),
    );
    const Body = gzipSync(Buffer.concat(lines));
    await s3.send(new PutObjectCommand({ Bucket: bucket, Key: objectKey(0), Body }));
    const breakAfter =
      (share: number): Fault =>
      async ({ proceed }) => {
        const output = (await proceed()) as { Body: Readable };
        const bytes = await buffer(output.Body);
        return { ...output, Body: Readable.from(broken(bytes.subarray(0, bytes.length * share))) };
      };
    injectFaults(s3, 'GetObjectCommand', [0, 0.3, 0.3, 0.6, 0.9, 0.95, 0.99].map(breakAfter));
    expect(await replay('--bucket', bucket, '--batch-bytes', '100000')).toMatchObject({ code: 0, complaints: [] });
    expect(receiver.acceptedTraceIds()).toEqual(ids);
  });

  it('gives up an object that breaks each time, and keeps its position', async () => {
    await keep(0, idsOf(1, 3));
    const fault: Fault = async ({ proceed }) => ({
      ...(await proceed()),
      Body: Readable.from(broken(Buffer.alloc(0))),
    });
    injectFaults(s3, 'GetObjectCommand', [fault], { forever: true });
    expect(await replay('--bucket', bucket)).toMatchObject({ code: 1, complaints: ['error: socket hang up'] });
    expect(receiver.requests).toEqual([]);
  });

  it('names an object that is gone, and sends the others', async () => {
    await keep(0, idsOf(1, 2));
    await keep(1, idsOf(3, 2));
    const expire: Fault = async ({ proceed }) => {
      await s3.send(new DeleteObjectCommand({ Bucket: bucket, Key: objectKey(0) }));
      return proceed();
    };
    injectFaults(s3, 'GetObjectCommand', [expire]);
    expect(await replay('--bucket', bucket)).toMatchObject({ code: 1, complaints: [`${objectKey(0)}: is gone`] });
    expect(receiver.acceptedTraceIds()).toEqual(idsOf(3, 2));
  });

  it('says what permission is missing', async () => {
    await keep(0, idsOf(1, 2));
    injectFaults(s3, 'GetObjectCommand', [refuse('AccessDenied', 403)], { forever: true });
    expect(await replay('--bucket', bucket)).toMatchObject({
      code: 1,
      complaints: ['error: the AWS credentials lack a permission: injected AccessDenied'],
    });
    expect((await replay('--bucket', 'nowhere')).complaints).toEqual([expect.stringMatching(/^error: .*bucket/i)]);
  });
});

/** As the network delivers. */
const PIECE_BYTES = 16 * 1024;

async function* broken(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += PIECE_BYTES) yield bytes.subarray(at, at + PIECE_BYTES);
  throw Object.assign(new Error('socket hang up'), { code: 'ECONNRESET' });
}
