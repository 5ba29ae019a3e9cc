import { GetObjectCommand, NoSuchKey, PutObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import type { Clock, SpillStore } from '../../pipeline/ports.ts';
import { type RetryPolicy, retry, retryPolicy } from '../retry.ts';

const GET_TIMEOUT_MS = 10_000;

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
        const abortSignal = AbortSignal.timeout(GET_TIMEOUT_MS);
        const answer = await client.send(new GetObjectCommand({ Bucket: bucket, Key: key }), { abortSignal });
        return await answer.Body?.transformToByteArray();
      } catch (error) {
        if (error instanceof NoSuchKey) return undefined;
        throw error;
      }
    });
  }
}
