import { setTimeout as sleep } from 'node:timers/promises';
import { gunzipSync } from 'node:zlib';
import { GetObjectCommand, ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3';
import type { Pipeline } from './deployment.ts';
import type { Engine } from './engine.ts';

export interface KeptLine {
  readonly trace_id: string;
  readonly span_count: number;
  readonly sampling_policy: string;
}

const PAUSE_MS = 500;

/** The lines of the archive bucket, once there are `spanCount` spans in them, or when the time is over. */
export async function keptTraces(
  engine: Engine,
  { outputs }: Pipeline,
  spanCount: number,
  timeoutMs: number,
): Promise<readonly KeptLine[]> {
  const bucket = outputs['ArchiveBucket'] ?? '';
  using client = disposable(
    new S3Client({
      endpoint: engine.endpoint,
      region: 'us-east-1',
      forcePathStyle: true,
      credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    }),
  );
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    const lines = await readLines(client.value, bucket);
    const found = lines.reduce((sum, line) => sum + line.span_count, 0);
    if (found >= spanCount || Date.now() > deadline) return lines;
    await sleep(PAUSE_MS);
  }
}

async function readLines(client: S3Client, bucket: string): Promise<readonly KeptLine[]> {
  const { Contents = [] } = await client.send(new ListObjectsV2Command({ Bucket: bucket, Prefix: 'traces/' }));
  const objects = await Promise.all(
    Contents.map(async ({ Key }) => {
      const { Body } = await client.send(new GetObjectCommand({ Bucket: bucket, Key }));
      return gunzipSync((await Body?.transformToByteArray()) ?? '').toString();
    }),
  );
  return objects.flatMap((text) => text.split('\n').filter((line) => line !== '')).map((line) => JSON.parse(line));
}

function disposable(client: S3Client) {
  return { value: client, [Symbol.dispose]: () => client.destroy() };
}
