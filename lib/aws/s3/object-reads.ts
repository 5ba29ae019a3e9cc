import { crc32 } from 'node:zlib';
import type { Folder, ObjectStore, StoredObject } from '../../archive/ports.ts';
import type { Clock } from '../../pipeline/ports.ts';
import { Connections, type HttpAnswer } from '../calls/connections.ts';
import { type CredentialSource, toCredentialSource } from '../calls/credentials.ts';
import { ServerTime } from '../calls/server-time.ts';
import { DamagedAnswerError, ServiceError } from '../calls/service-error.ts';
import { type AwsCredentials, canonicalQuery, encodeSegment, Signer } from '../calls/signature.ts';
import { USER_AGENT } from '../calls/signed-calls.ts';
import { type RetryPolicy, retry, retryPolicy } from '../retry.ts';
import { elementIn, elementsIn, textIn } from './xml.ts';

export interface SignedObjectReadsDeps {
  readonly region: string;
  /** What the keys are below, from `bucketUrl`. */
  readonly url: string;
  readonly credentials: AwsCredentials | CredentialSource;
  readonly clock: Clock;
  /** @default 4 s, with full jitter */
  readonly retryPolicy?: RetryPolicy;
  /** How long an answer may not begin, be silent in the middle, or take in all. @default 10 s */
  readonly requestTimeoutMs?: number;
  /** Keys asked for at once. @default 1000, the most that S3 gives */
  readonly pageSize?: number;
}

/** Objects are large. */
const REQUEST_TIMEOUT_MS = 10_000;

/** SHA-256 of nothing, which is what a GET sends. */
const HASH_OF_NOTHING = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';

/**
 * The objects of a bucket, for who reads hundreds of them for one request: GetObject and ListObjectsV2 in the REST protocol of S3, without
 * the SDK (docs/adr/0010-a-client-for-the-hot-path.md). What `S3ObjectStore` promises of these holds here as well; needs
 * `s3:GetObject` and `s3:ListBucket`.
 */
export class SignedObjectReads implements Pick<ObjectStore, 'listFolder' | 'get' | 'getRange'> {
  readonly #signer: Signer;
  readonly #credentials: CredentialSource;
  readonly #time: ServerTime;
  readonly #connections: Connections;
  readonly #retryPolicy: RetryPolicy;
  readonly #pageSize: number | undefined;
  readonly #host: string;
  /** Of the bucket, without a slash at the end. */
  readonly #path: string;

  constructor({ region, url, credentials, clock, ...options }: SignedObjectReadsDeps) {
    const { requestTimeoutMs = REQUEST_TIMEOUT_MS } = options;
    const base = new URL(url);
    this.#signer = new Signer('s3', region);
    this.#credentials = toCredentialSource(credentials);
    this.#time = new ServerTime(clock);
    // What an object may have is for those to say who unpack it.
    const maxAnswerBytes = Number.POSITIVE_INFINITY;
    this.#connections = new Connections(base, { requestTimeoutMs, answerTimeoutMs: requestTimeoutMs, maxAnswerBytes });
    this.#retryPolicy = options.retryPolicy ?? retryPolicy(clock);
    this.#pageSize = options.pageSize;
    this.#host = base.host;
    this.#path = base.pathname.replace(/\/+$/, '');
  }

  /** https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectsV2.html */
  async listFolder(folder: string): Promise<Folder> {
    const objects: StoredObject[] = [];
    const folders: string[] = [];
    let token: string | undefined;
    do {
      const query = canonicalQuery({
        'list-type': 2,
        prefix: folder,
        delimiter: '/',
        'max-keys': this.#pageSize,
        'continuation-token': token,
      });
      const page = await retry(this.#retryPolicy, `list ${folder}`, async () =>
        pageOf(await this.#send(`${this.#path}/`, query, {})),
      );
      // Consoles show a folder by an object of its name.
      objects.push(...page.objects.filter(({ key }) => key !== folder));
      folders.push(...page.prefixes.map((prefix) => prefix.slice(folder.length, -1)));
      token = page.nextToken;
    } while (token !== undefined);
    return { objects, folders };
  }

  async get(key: string): Promise<Uint8Array | undefined> {
    // Asks for the checksum that the object was written with.
    const answer = await this.#get(key, { 'x-amz-checksum-mode': 'ENABLED' });
    return answer?.body;
  }

  async getRange(key: string, begin: number, end: number): Promise<Uint8Array | undefined> {
    if (end <= begin) return new Uint8Array(0);
    const answer = await this.#get(key, { range: `bytes=${begin}-${end - 1}` });
    // 416: the range begins behind the end of the object.
    return answer?.status === 416 ? new Uint8Array(0) : answer?.body;
  }

  /** Closes the connections. */
  destroy(): void {
    this.#connections.destroy();
  }

  /** https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html */
  #get(key: string, headers: Readonly<Record<string, string>>): Promise<HttpAnswer | undefined> {
    const path = `${this.#path}/${key.split('/').map(encodeSegment).join('/')}`;
    return retry(this.#retryPolicy, `get ${key}`, async () => {
      const answer = await this.#send(path, '', headers);
      const { status } = answer;
      if (status === 200) {
        assertUndamaged(answer);
        return answer;
      }
      if (headers['range'] !== undefined && (status === 206 || status === 416)) return answer;
      const error = errorOf(answer);
      // Not every 404: the bucket itself may be missing.
      if (error.name === 'NoSuchKey') return undefined;
      throw error;
    });
  }

  /** In signatures of S3, the path is the one that is sent. */
  async #send(path: string, query: string, headers: Readonly<Record<string, string>>): Promise<HttpAnswer> {
    const credentials = this.#credentials();
    const signed = this.#signer.sign(
      {
        method: 'GET',
        path,
        query,
        headers: { ...headers, host: this.#host, 'x-amz-content-sha256': HASH_OF_NOTHING },
        body: '',
      },
      credentials instanceof Promise ? await credentials : credentials,
      this.#time.now(),
    );
    const sent = ['user-agent', USER_AGENT];
    for (const name in signed) sent.push(name, signed[name] ?? '');
    const target = query === '' ? path : `${path}?${query}`;
    const answer = await this.#connections.send({ method: 'GET', path: target, headers: sent });
    this.#time.learn(answer.headers);
    return answer;
  }
}

/** The SDK writes each object with its CRC-32. One of a multipart upload has another form. */
function assertUndamaged({ headers, body }: HttpAnswer): void {
  const expected = headers['x-amz-checksum-crc32'];
  if (typeof expected !== 'string' || expected.includes('-')) return;
  const found = Buffer.alloc(4);
  found.writeUInt32BE(crc32(body));
  if (found.toString('base64') === expected) return;
  throw new DamagedAnswerError(`the object has CRC-32 ${found.toString('base64')}, its header says ${expected}`);
}

interface Page {
  readonly objects: readonly StoredObject[];
  readonly prefixes: readonly string[];
  readonly nextToken: string | undefined;
}

function pageOf(answer: HttpAnswer): Page {
  if (answer.status !== 200) throw errorOf(answer);
  const xml = answer.body.toString();
  // A listing that is cut off would hide objects.
  if (!xml.trimEnd().endsWith('</ListBucketResult>')) {
    throw new DamagedAnswerError(`the answer is not a list of objects: ${xml.slice(0, 200)}`);
  }
  const objects: StoredObject[] = [];
  for (const one of elementsIn(xml, 'Contents')) {
    objects.push({
      key: textIn(one, 'Key') ?? '',
      byteLength: Number(elementIn(one, 'Size') ?? 0),
      createdAtMs: Date.parse(elementIn(one, 'LastModified') ?? '') || 0,
    });
  }
  const prefixes = [...elementsIn(xml, 'CommonPrefixes')].map((one) => textIn(one, 'Prefix') ?? '');
  return { objects, prefixes, nextToken: textIn(xml, 'NextContinuationToken') };
}

/** https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html */
function errorOf({ status, headers, body }: HttpAnswer): ServiceError {
  const xml = body.toString();
  const name = textIn(xml, 'Code') ?? 'UnknownError';
  const message = textIn(xml, 'Message') ?? `status ${status}: ${xml.slice(0, 200)}`;
  const requestId = headers['x-amz-request-id']?.toString();
  return new ServiceError(name, message, { httpStatusCode: status, requestId });
}
