import { Readable } from 'node:stream';
import {
  GetObjectCommand,
  ListObjectsV2Command,
  type ListObjectsV2CommandInput,
  NoSuchKey,
  type S3Client,
} from '@aws-sdk/client-s3';
import type { Clock } from '../../pipeline/ports.ts';
import {
  ARCHIVE_FOLDER,
  type ArchiveObject,
  type ArchiveObjects,
  type PartitionRange,
  partitionOfKey,
} from '../archive-objects.ts';
import { type RetryPolicy, retry, retryPolicy } from '../retry.ts';
import { folderOf, type TenantScope } from '../tenant-scope.ts';

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
    this.#prefix = ARCHIVE_FOLDER + folderOf(deps);
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
        if (partitionOfKey(Key, this.#prefix) === undefined) continue;
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
    const prefix = `${ARCHIVE_FOLDER}tenant=`;
    const { CommonPrefixes = [] } = await this.#page({ Prefix: prefix, Delimiter: '/' });
    return CommonPrefixes.map(({ Prefix = '' }) => Prefix.slice(prefix.length, -1));
  }

  #page(input: Omit<ListObjectsV2CommandInput, 'Bucket'>) {
    const { client, bucket, pageSize } = this.#deps;
    const list = new ListObjectsV2Command({ Bucket: bucket, ...input, ...(pageSize && { MaxKeys: pageSize }) });
    return retry(this.#retryPolicy, `list ${bucket}`, () => client.send(list));
  }
}
