import { Readable } from 'node:stream';
import {
  GetObjectCommand,
  ListObjectsV2Command,
  type ListObjectsV2CommandInput,
  NoSuchKey,
  PutObjectCommand,
  type S3Client,
  S3ServiceException,
} from '@aws-sdk/client-s3';
import type { ArchiveObject, ArchiveObjects, PartitionRange } from '../../archive/archive-reader.ts';
import type { ArchiveFolders, ObjectEntry } from '../../archive/compaction/ports.ts';
import { type TenantScope, TRACES_PREFIX, tenantFolder, visiblePartition } from '../../archive/layout.ts';
import type { Clock, SpillStore } from '../../pipeline/ports.ts';
import { type RetryPolicy, retry, retryPolicy } from '../retry.ts';

/** A reader has more patience than a function that is waited for. */
const READ_BUDGET_MS = 30_000;

export interface S3ArchiveObjectsDeps extends TenantScope {
  readonly client: S3Client;
  readonly bucket: string;
  readonly clock: Clock;
  /** @default 30 s with full jitter */
  readonly retryPolicy?: RetryPolicy;
  /** Keys asked for at once. @default 1000, the most that S3 gives */
  readonly pageSize?: number;
}

/** The archive in its bucket. Needs `s3:ListBucket` and `s3:GetObject`. */
export class S3ArchiveObjects implements ArchiveObjects {
  readonly #deps: S3ArchiveObjectsDeps;
  readonly #retryPolicy: RetryPolicy;
  readonly #prefix: string;

  constructor(deps: S3ArchiveObjectsDeps) {
    this.#deps = deps;
    this.#retryPolicy = deps.retryPolicy ?? retryPolicy(deps.clock, READ_BUDGET_MS);
    this.#prefix = TRACES_PREFIX + tenantFolder(deps);
  }

  /** S3 lists keys in the order of their bytes, so that partitions come by time. @throws {UnavailableError} */
  async *list({ first, last }: PartitionRange): AsyncGenerator<ArchiveObject> {
    const prefix = `${this.#prefix}dt=`;
    const startAfter = first === undefined ? {} : { StartAfter: `${this.#prefix}${first}/` };
    let token: string | undefined;
    do {
      const page = await this.#page({
        Prefix: prefix,
        ...(token === undefined ? startAfter : { ContinuationToken: token }),
      });
      for (const { Key = '', Size = 0, LastModified } of page.Contents ?? []) {
        // The character behind the slash: the first key of no partition up to the last one.
        if (last !== undefined && Key.slice(this.#prefix.length) >= `${last}0`) return;
        if (visiblePartition(Key, this.#prefix) === undefined) continue;
        yield { key: Key, byteLength: Size, createdAtMs: LastModified?.getTime() ?? 0 };
      }
      token = page.NextContinuationToken;
    } while (token !== undefined);
  }

  /** @throws {UnavailableError} */
  async open(key: string): Promise<Readable | undefined> {
    const { client, bucket } = this.#deps;
    return retry(this.#retryPolicy, `get ${key}`, async () => {
      try {
        const { Body } = await client.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
        return Body instanceof Readable ? Body : undefined;
      } catch (error) {
        if (error instanceof NoSuchKey) return undefined;
        throw error;
      }
    });
  }

  async tenants(): Promise<readonly string[]> {
    const prefix = `${TRACES_PREFIX}tenant=`;
    const { CommonPrefixes = [] } = await this.#page({ Prefix: prefix, Delimiter: '/' });
    return CommonPrefixes.map(({ Prefix = '' }) => Prefix.slice(prefix.length, -1));
  }

  #page(input: Omit<ListObjectsV2CommandInput, 'Bucket'>) {
    const { client, bucket, pageSize } = this.#deps;
    const list = new ListObjectsV2Command({ Bucket: bucket, ...input, ...(pageSize && { MaxKeys: pageSize }) });
    return retry(this.#retryPolicy, `list ${bucket}`, () => client.send(list));
  }
}

const SPILL_GET_TIMEOUT_MS = 10_000;

export interface S3SpillStoreDeps {
  readonly client: S3Client;
  readonly bucket: string;
  readonly clock: Clock;
  /** @default 4 s with full jitter */
  readonly retryPolicy?: RetryPolicy;
}

/** Large fragments as objects. Nothing deletes them but the bucket's lifecycle rule, which must outlast the buffer TTL. */
export class S3SpillStore implements SpillStore {
  readonly #deps: S3SpillStoreDeps;
  readonly #retryPolicy: RetryPolicy;

  constructor(deps: S3SpillStoreDeps) {
    this.#deps = deps;
    this.#retryPolicy = deps.retryPolicy ?? retryPolicy(deps.clock);
  }

  async put(key: string, bytes: Uint8Array): Promise<void> {
    const { client, bucket } = this.#deps;
    const object = { Bucket: bucket, Key: key, Body: bytes, ContentType: 'application/octet-stream' };
    await retry(this.#retryPolicy, `put ${key}`, () => client.send(new PutObjectCommand(object)));
  }

  /** @throws {UnavailableError} */
  async get(key: string): Promise<Uint8Array | undefined> {
    const { client, bucket } = this.#deps;
    return retry(this.#retryPolicy, `get ${key}`, async () => {
      try {
        // The client's timeout covers the headers; this one also covers a body that stops coming.
        const abortSignal = AbortSignal.timeout(SPILL_GET_TIMEOUT_MS);
        const answer = await client.send(new GetObjectCommand({ Bucket: bucket, Key: key }), { abortSignal });
        return await answer.Body?.transformToByteArray();
      } catch (error) {
        if (error instanceof NoSuchKey) return undefined;
        throw error;
      }
    });
  }
}

/** Whether S3 answered with this HTTP status; a HEAD has no body, so that the status is all there is to go by. */
export function hasStatus(error: unknown, status: number): boolean {
  return error instanceof S3ServiceException && error.$metadata.httpStatusCode === status;
}

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
