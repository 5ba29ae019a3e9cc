import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { GetObjectCommand, paginateListObjectsV2, S3Client, type S3ClientConfig } from '@aws-sdk/client-s3';

/** Writes the objects of an archive into a folder, those that are not there yet: they never change. */
export async function downloadArchive(settings: S3ClientConfig, Bucket: string, folder: string): Promise<void> {
  const client = new S3Client({ ...settings, forcePathStyle: true });
  try {
    mkdirSync(join(folder, 'traces'), { recursive: true });
    for await (const { Contents = [] } of paginateListObjectsV2({ client }, { Bucket, Prefix: 'traces/' })) {
      for (const { Key = '' } of Contents) {
        const file = join(folder, Key);
        if (existsSync(file)) continue;
        const { Body } = await client.send(new GetObjectCommand({ Bucket, Key }));
        mkdirSync(dirname(file), { recursive: true });
        writeFileSync(file, (await Body?.transformToByteArray()) ?? '');
      }
    }
  } finally {
    client.destroy();
  }
}
