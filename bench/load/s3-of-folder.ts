import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { FilesystemObjectStore } from '../../lib/aws/filesystem/object-store.ts';

export interface S3OfFolder extends AsyncDisposable {
  readonly url: string;
}

/**
 * The two calls of S3 that the read service makes, over the files of a folder: ListObjectsV2 of a folder, in one page, and GetObject. The
 * bucket is the first segment of each path, whatever its name.
 * https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectsV2.html
 */
export async function startS3OfFolder(folder: string): Promise<S3OfFolder> {
  const store = new FilesystemObjectStore(folder);
  const answer = async (target: string): Promise<{ status: number; body: Uint8Array | string }> => {
    const { pathname, searchParams } = new URL(target, 'http://s3');
    const key = decodeURIComponent(pathname.split('/').slice(2).join('/'));
    if (key === '') {
      const prefix = searchParams.get('prefix') ?? '';
      return { status: 200, body: listing(prefix, await store.listFolder(prefix)) };
    }
    const body = await store.get(key);
    return body === undefined ? { status: 404, body: '<Error><Code>NoSuchKey</Code></Error>' } : { status: 200, body };
  };
  const server = createServer((request, response) => {
    answer(request.url ?? '/').then(
      ({ status, body }) => response.writeHead(status).end(body),
      (error: unknown) => response.writeHead(500).end(String(error)),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function listing(
  prefix: string,
  { objects, folders }: Awaited<ReturnType<FilesystemObjectStore['listFolder']>>,
): string {
  const contents = objects.map(
    ({ key, byteLength, createdAtMs }) =>
      `<Contents><Key>${key}</Key><Size>${byteLength}</Size><LastModified>${new Date(createdAtMs).toISOString()}</LastModified></Contents>`,
  );
  const prefixes = folders.map((name) => `<CommonPrefixes><Prefix>${prefix}${name}/</Prefix></CommonPrefixes>`);
  return `<?xml version="1.0"?><ListBucketResult><IsTruncated>false</IsTruncated>${contents.join('')}${prefixes.join('')}</ListBucketResult>`;
}
