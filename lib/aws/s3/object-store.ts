import { GetObjectCommand, ListObjectsV2Command, PutObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import type { ArchiveFolders, ObjectEntry } from '../../archive/compaction/ports.ts';
import type { Clock } from '../../pipeline/ports.ts';
import { type RetryPolicy, retry, retryPolicy } from '../retry.ts';
import { hasStatus } from './has-status.ts';

const GET_TIMEOUT_MS = 30_000;

export interface S3ArchiveFoldersDeps {
  readonly client: S3Client;
  readonly bucket: string;
  readonly clock: Clock;
  /** @default 30 s with full jitter: nobody waits for a compaction */
  readonly retryPolicy?: RetryPolicy;
}

/** The objects of an archive bucket, for its compaction. */
export class S3ArchiveFolders implements ArchiveFolders {
  readonly #deps: S3ArchiveFoldersDeps;
  readonly #retryPolicy: RetryPolicy;

  constructor(deps: S3ArchiveFoldersDeps) {
    this.#deps = deps;
    this.#retryPolicy = deps.retryPolicy ?? retryPolicy(deps.clock, 30_000);
  }

  async list(folder: string): Promise<readonly ObjectEntry[]> {
    const entries: ObjectEntry[] = [];
    for await (const page of this.#pages(folder)) {
      // An object of the name of its folder is what consoles make to show it.
      for (const { Key = '', Size = 0 } of page.Contents ?? []) {
        if (Key !== folder) entries.push({ path: Key, bytes: Size });
      }
    }
    return entries;
  }

  async listFolders(folder: string): Promise<readonly string[]> {
    const names: string[] = [];
    for await (const page of this.#pages(folder)) {
      for (const { Prefix = '' } of page.CommonPrefixes ?? []) names.push(Prefix.slice(folder.length, -1));
    }
    return names;
  }

  read(path: string): Promise<Uint8Array> {
    return this.#get(path, {});
  }

  readEnd({ path, bytes: size }: ObjectEntry, bytes: number): Promise<Uint8Array> {
    return this.#get(path, { Range: `bytes=${Math.max(0, size - bytes)}-${size - 1}` });
  }

  /**
   * One conditional PUT. 412: there is an object, maybe of an earlier attempt whose answer was lost. 409: another PUT was under
   * way, and nothing is decided.
   *
   * @throws {UnavailableError} when it is not known whether the object has been created
   */
  async create(path: string, bytes: Uint8Array): Promise<'created' | 'exists'> {
    const { client, bucket } = this.#deps;
    return retry(this.#retryPolicy, `create ${path}`, async () => {
      const object = { Bucket: bucket, Key: path, Body: bytes, ContentType: 'application/vnd.apache.parquet' };
      try {
        await client.send(new PutObjectCommand({ ...object, IfNoneMatch: '*' }));
        return 'created';
      } catch (error) {
        if (hasStatus(error, 412)) return 'exists';
        throw error;
      }
    });
  }

  #get(path: string, range: { readonly Range?: string }): Promise<Uint8Array> {
    const { client, bucket } = this.#deps;
    return retry(this.#retryPolicy, `read ${path}`, async () => {
      // The client's timeout covers the headers; this one also covers a body that stops coming.
      const abortSignal = AbortSignal.timeout(GET_TIMEOUT_MS);
      const answer = await client.send(new GetObjectCommand({ Bucket: bucket, Key: path, ...range }), { abortSignal });
      return (await answer.Body?.transformToByteArray()) ?? new Uint8Array();
    });
  }

  async *#pages(folder: string) {
    const { client, bucket } = this.#deps;
    let token: string | undefined;
    do {
      const list = new ListObjectsV2Command({
        Bucket: bucket,
        Prefix: folder,
        Delimiter: '/',
        ...(token !== undefined && { ContinuationToken: token }),
      });
      const page = await retry(this.#retryPolicy, `list ${folder}`, () => client.send(list));
      yield page;
      token = page.NextContinuationToken;
    } while (token !== undefined);
  }
}
