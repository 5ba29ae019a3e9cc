import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { HeadObjectCommand, PutObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import { scopedKey, type TenantScope } from '../../archive/layout.ts';
import type { Clock, TraceArchive } from '../../pipeline/ports.ts';
import { type RetryPolicy, retry, retryPolicy } from '../retry.ts';
import { hasStatus } from './object-store.ts';

const compress = promisify(gzip);

/** Metadata that tells a fence from kept traces; S3 gives it the prefix `x-amz-meta-`. */
const FENCE_METADATA = 'tailgate-fence';

export interface S3TraceArchiveDeps extends TenantScope {
  readonly client: S3Client;
  readonly bucket: string;
  readonly clock: Clock;
  /** @default 4 s with full jitter */
  readonly retryPolicy?: RetryPolicy;
}

/**
 * Kept traces as gzip objects of a bucket, without Content-Encoding: the name tells the compression, and a download stays
 * what it is. Needs `s3:ListBucket`, or S3 answers `inspect` on an absent key with 403.
 */
export class S3TraceArchive implements TraceArchive {
  readonly #deps: S3TraceArchiveDeps;
  readonly #retryPolicy: RetryPolicy;

  constructor(deps: S3TraceArchiveDeps) {
    this.#deps = deps;
    this.#retryPolicy = deps.retryPolicy ?? retryPolicy(deps.clock);
  }

  /** @throws {UnavailableError} when it is not known whether the object has been created */
  async create(key: string, lines: readonly Uint8Array[]): Promise<'created' | 'exists'> {
    return this.#createOnly(key, await compress(Buffer.concat(lines), { level: 6 }), {});
  }

  /** @throws {UnavailableError} when it is not known whether the fence has been created */
  async fence(key: string): Promise<'created' | 'exists'> {
    return this.#createOnly(key, await compress(''), { [FENCE_METADATA]: '1' });
  }

  /** @throws {UnavailableError} */
  async inspect(key: string): Promise<'absent' | 'data' | 'fence'> {
    return retry(this.#retryPolicy, `inspect ${key}`, async () => {
      try {
        const head = await this.#deps.client.send(
          new HeadObjectCommand({ Bucket: this.#deps.bucket, Key: this.#objectKey(key) }),
        );
        return head.Metadata?.[FENCE_METADATA] === '1' ? 'fence' : 'data';
      } catch (error) {
        if (hasStatus(error, 404)) return 'absent';
        throw error;
      }
    });
  }

  /**
   * One conditional PUT. 412: there is an object. 409: another PUT to the key was under way and S3 decided nothing; the
   * next attempt finds its result. https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html
   */
  async #createOnly(key: string, body: Uint8Array, metadata: Record<string, string>): Promise<'created' | 'exists'> {
    const { client, bucket } = this.#deps;
    return retry(this.#retryPolicy, `create ${key}`, async () => {
      const put = new PutObjectCommand({
        Bucket: bucket,
        Key: this.#objectKey(key),
        Body: body,
        ContentType: 'application/gzip',
        Metadata: metadata,
        IfNoneMatch: '*',
      });
      try {
        await client.send(put);
        return 'created';
      } catch (error) {
        if (hasStatus(error, 412)) return 'exists';
        throw error;
      }
    });
  }

  #objectKey(key: string): string {
    return scopedKey(key, this.#deps);
  }
}
