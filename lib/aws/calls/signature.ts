import { createHmac, createSecretKey, hash, type KeyObject } from 'node:crypto';

/** Keys of an AWS account. A role's are temporary: they have a session token. */
export interface AwsCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
  /** Not set: they do not expire. */
  readonly expiration?: Date;
}

export interface SignableRequest {
  readonly method: string;
  /** Of the URL, as {@link canonicalPath} gives it; for S3 as it is sent. */
  readonly path: string;
  /** As {@link canonicalQuery} gives it. @default none */
  readonly query?: string;
  /**
   * The headers to sign, by name in lower case, with `host` among them. Values have no line breaks, and no spaces at the ends or
   * two in a row. Headers that a proxy may change, such as `user-agent`, must not be here.
   */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array | string;
}

const ALGORITHM = 'AWS4-HMAC-SHA256';

/**
 * Signs requests to one service in one region with AWS Signature Version 4:
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
 *
 * The signing key is derived by four HMACs from the secret key, and is the same for a day: it is kept until either changes.
 */
export class Signer {
  readonly #region: string;
  readonly #service: string;
  #key: { readonly secret: string; readonly day: string; readonly bytes: KeyObject } | undefined;

  /** @param service its name in signatures, e.g. `dynamodb` */
  constructor(service: string, region: string) {
    this.#service = service;
    this.#region = region;
  }

  /** The headers of the request, signed ones and those that sign it. */
  sign(request: SignableRequest, credentials: AwsCredentials, nowMs: number): Record<string, string> {
    const time = compactTime(nowMs);
    const day = time.slice(0, 8);
    const headers: Record<string, string> = { ...request.headers, 'x-amz-date': time };
    if (credentials.sessionToken !== undefined) headers['x-amz-security-token'] = credentials.sessionToken;
    const names = Object.keys(headers).sort();
    let lines = '';
    for (const name of names) lines += `${name}:${headers[name]}\n`;
    const signed = names.join(';');
    const canonical = `${request.method}\n${request.path}\n${request.query ?? ''}\n${lines}\n${signed}\n${sha256(request.body)}`;
    const scope = `${day}/${this.#region}/${this.#service}/aws4_request`;
    const toSign = `${ALGORITHM}\n${time}\n${scope}\n${sha256(canonical)}`;
    const signature = createHmac('sha256', this.#keyOf(credentials.secretAccessKey, day)).update(toSign).digest('hex');
    headers['authorization'] =
      `${ALGORITHM} Credential=${credentials.accessKeyId}/${scope}, SignedHeaders=${signed}, Signature=${signature}`;
    return headers;
  }

  #keyOf(secret: string, day: string): KeyObject {
    if (this.#key?.day === day && this.#key.secret === secret) return this.#key.bytes;
    let key: Buffer | string = `AWS4${secret}`;
    for (const part of [day, this.#region, this.#service, 'aws4_request']) {
      key = createHmac('sha256', key).update(part).digest();
    }
    const bytes = createSecretKey(Buffer.from(key));
    this.#key = { secret, day, bytes };
    return bytes;
  }
}

/** `20151230T123600Z`: the time as signatures have it. */
function compactTime(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19).replaceAll(/[-:]/g, '')}Z`;
}

function sha256(content: Uint8Array | string): string {
  return hash('sha256', content);
}

/**
 * The path of a URL as signatures have it: without empty segments, and each segment, which is percent-encoded in the URL, encoded
 * once more. (S3 differs: it does neither.)
 */
export function canonicalPath({ pathname }: URL): string {
  const segments = pathname.split('/').filter((segment) => segment !== '');
  const end = segments.length > 0 && pathname.endsWith('/') ? '/' : '';
  return `/${segments.map(encodeSegment).join('/')}${end}`;
}

/** A query as signatures have it, which can be sent as it is: sorted, each name and value encoded. @param parameters `undefined`: left out */
export function canonicalQuery(parameters: Readonly<Record<string, string | number | undefined>>): string {
  const pairs: string[] = [];
  for (const name of Object.keys(parameters).sort()) {
    const value = parameters[name];
    if (value !== undefined) pairs.push(`${encodeSegment(name)}=${encodeSegment(String(value))}`);
  }
  return pairs.join('&');
}

/** Encodes all but the unreserved characters of RFC 3986. */
export function encodeSegment(segment: string): string {
  return encodeURIComponent(segment).replaceAll(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);
}
