import { Readable } from 'node:stream';
import {
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  type ListObjectsV2CommandInput,
  type ListObjectsV2CommandOutput,
  NoSuchKey,
  PutObjectCommand,
  S3Client,
  S3ServiceException,
} from '@aws-sdk/client-s3';
import type { Folder, ObjectAttributes, ObjectHead, ObjectStore, StoredObject } from '../../archive/ports.ts';
import type { Clock } from '../../pipeline/ports.ts';
import { type AwsClientOptions, awsClientConfig, withoutLogging } from '../clients.ts';
import { type RetryPolicy, retry, retryPolicy } from '../retry.ts';

// In this file and not with the other clients, because functions load what is here on demand.
/** Objects are large: an attempt gets 10 s by default. */
export function createS3Client(options: AwsClientOptions = {}): S3Client {
  return withoutLogging(
    new S3Client({
      ...awsClientConfig({ requestTimeoutMs: 10_000, ...options }),
      forcePathStyle: options.endpoint !== undefined,
    }),
  );
}

export interface S3ObjectStoreDeps {
  readonly client: S3Client;
  readonly bucket: string;
  readonly clock: Clock;
  /**
   * Whether calls may take long, because no request waits for them, as in compaction and replay: they are tried again for
   * 30 s, and the body of an answer may take as long. Otherwise: 4 s, and 10 s for a body. @default false
   */
  readonly isPatient?: boolean;
  /** @default as `isPatient` says, with full jitter */
  readonly retryPolicy?: RetryPolicy;
  /** Keys asked for at once. @default 1000, the most that S3 gives */
  readonly pageSize?: number;
}

const BODY_TIMEOUT_MS = 10_000;
const PATIENCE_MS = 30_000;

/**
 * A bucket of S3. Needs `s3:GetObject`, `s3:PutObject` for those who write, and `s3:ListBucket` also for those who only look
 * at single objects: without it S3 answers 403 for a key that is not there.
 */
export class S3ObjectStore implements ObjectStore {
  readonly #deps: S3ObjectStoreDeps;
  readonly #retryPolicy: RetryPolicy;
  readonly #bodyTimeoutMs: number;

  constructor(deps: S3ObjectStoreDeps) {
    const { clock, isPatient = false } = deps;
    this.#deps = deps;
    this.#retryPolicy = deps.retryPolicy ?? (isPatient ? retryPolicy(clock, PATIENCE_MS) : retryPolicy(clock));
    this.#bodyTimeoutMs = isPatient ? PATIENCE_MS : BODY_TIMEOUT_MS;
  }

  async *list(prefix: string, after?: string): AsyncGenerator<StoredObject> {
    for await (const page of this.#pages({ Prefix: prefix, StartAfter: after })) yield* objectsOf(page);
  }

  async listFolder(folder: string): Promise<Folder> {
    const objects: StoredObject[] = [];
    const folders: string[] = [];
    for await (const page of this.#pages({ Prefix: folder, Delimiter: '/' })) {
      // Consoles show a folder by an object of its name.
      objects.push(...objectsOf(page).filter(({ key }) => key !== folder));
      for (const { Prefix = '' } of page.CommonPrefixes ?? []) folders.push(Prefix.slice(folder.length, -1));
    }
    return { objects, folders };
  }

  async get(key: string): Promise<Uint8Array | undefined> {
    return this.#read(key);
  }

  async getRange(key: string, begin: number, end: number): Promise<Uint8Array | undefined> {
    if (end <= begin) return new Uint8Array(0);
    try {
      return await this.#read(key, `bytes=${begin}-${end - 1}`);
    } catch (error) {
      // The range begins behind the end of the object.
      if (hasStatus(error, 416)) return new Uint8Array(0);
      throw error;
    }
  }

  async open(key: string): Promise<Readable | undefined> {
    return this.#get(key, async (get) => {
      const { Body } = await this.#deps.client.send(get);
      return Body instanceof Readable ? Body : undefined;
    });
  }

  async head(key: string): Promise<ObjectHead | undefined> {
    const { client, bucket } = this.#deps;
    const head = new HeadObjectCommand({ Bucket: bucket, Key: key });
    return retry(this.#retryPolicy, `inspect ${key}`, async () => {
      try {
        const { ContentLength = 0, Metadata = {} } = await client.send(head);
        return { byteLength: ContentLength, metadata: Metadata };
      } catch (error) {
        // A HEAD has no body, so that its error has no name.
        if (hasStatus(error, 404)) return undefined;
        throw error;
      }
    });
  }

  /**
   * One conditional PUT. 412: there is an object, maybe of an earlier attempt whose answer was lost. 409: another PUT to the
   * key was under way and S3 decided nothing; the next attempt finds its result.
   * https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html
   */
  async createOnly(key: string, bytes: Uint8Array, attributes: ObjectAttributes = {}): Promise<'created' | 'exists'> {
    const put = this.#putCommand(key, bytes, attributes, { IfNoneMatch: '*' });
    return retry(this.#retryPolicy, `create ${key}`, async () => {
      try {
        await this.#deps.client.send(put);
        return 'created';
      } catch (error) {
        if (hasStatus(error, 412)) return 'exists';
        throw error;
      }
    });
  }

  async put(key: string, bytes: Uint8Array): Promise<void> {
    const put = this.#putCommand(key, bytes, {}, {});
    await retry(this.#retryPolicy, `put ${key}`, () => this.#deps.client.send(put));
  }

  #putCommand(
    key: string,
    bytes: Uint8Array,
    { contentType = 'application/octet-stream', metadata }: ObjectAttributes,
    condition: { readonly IfNoneMatch?: '*' },
  ): PutObjectCommand {
    return new PutObjectCommand({
      Bucket: this.#deps.bucket,
      Key: key,
      Body: bytes,
      ContentType: contentType,
      ...(metadata !== undefined && { Metadata: { ...metadata } }),
      ...condition,
    });
  }

  #read(key: string, range?: string): Promise<Uint8Array | undefined> {
    return this.#get(
      key,
      async (get) => {
        // The client's timeout covers the headers; this one also covers a body that stops coming.
        const abortSignal = AbortSignal.timeout(this.#bodyTimeoutMs);
        const { Body } = await this.#deps.client.send(get, { abortSignal });
        return Body?.transformToByteArray();
      },
      range,
    );
  }

  #get<Answer>(
    key: string,
    send: (get: GetObjectCommand) => Promise<Answer | undefined>,
    range?: string,
  ): Promise<Answer | undefined> {
    const get = new GetObjectCommand({
      Bucket: this.#deps.bucket,
      Key: key,
      ...(range !== undefined && { Range: range }),
    });
    return retry(this.#retryPolicy, `get ${key}`, async () => {
      try {
        return await send(get);
      } catch (error) {
        // Not every 404: the bucket itself may be missing.
        if (error instanceof NoSuchKey) return undefined;
        throw error;
      }
    });
  }

  /** S3 lists keys in the order of their bytes. */
  async *#pages(
    query: Pick<ListObjectsV2CommandInput, 'Prefix' | 'Delimiter' | 'StartAfter'>,
  ): AsyncGenerator<ListObjectsV2CommandOutput> {
    const { client, bucket, pageSize } = this.#deps;
    let token: string | undefined;
    do {
      const { StartAfter, ...same } = query;
      const from = token === undefined ? { StartAfter } : { ContinuationToken: token };
      const list = new ListObjectsV2Command({ Bucket: bucket, ...same, ...from, MaxKeys: pageSize });
      const page = await retry(this.#retryPolicy, `list ${query.Prefix}`, () => client.send(list));
      yield page;
      token = page.NextContinuationToken;
    } while (token !== undefined);
  }
}

function objectsOf({ Contents = [] }: ListObjectsV2CommandOutput): StoredObject[] {
  return Contents.map(({ Key = '', Size = 0, LastModified }) => ({
    key: Key,
    byteLength: Size,
    createdAtMs: LastModified?.getTime() ?? 0,
  }));
}

function hasStatus(error: unknown, status: number): boolean {
  return error instanceof S3ServiceException && error.$metadata.httpStatusCode === status;
}
