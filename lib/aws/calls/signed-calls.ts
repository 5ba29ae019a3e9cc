import { crc32 } from 'node:zlib';
import type { Clock } from '../../pipeline/ports.ts';
import { SystemClock } from '../system.ts';
import { type ConnectionOptions, Connections, type HttpAnswer } from './connections.ts';
import { type CredentialSource, toCredentialSource } from './credentials.ts';
import { toJsonText } from './json-text.ts';
import { ServerTime } from './server-time.ts';
import type { Operation, ServiceCalls } from './service-calls.ts';
import { DamagedAnswerError, ServiceError } from './service-error.ts';
import { type AwsCredentials, canonicalPath, Signer } from './signature.ts';

/** A service that speaks AWS JSON. */
export interface JsonService {
  /** Its name in signatures, e.g. `ssm`. */
  readonly name: string;
  /** What comes before the operation in `x-amz-target`, e.g. `AmazonSSM`. */
  readonly target: string;
  readonly version: '1.0' | '1.1';
}

export interface SignedCallsDeps extends ConnectionOptions {
  readonly region: string;
  /** Base URL of the service. */
  readonly endpoint: string;
  readonly credentials: AwsCredentials | CredentialSource;
  /** @default that of the machine */
  readonly clock?: Clock;
}

/** AWS reads it in CloudTrail and in its own logs. */
export const USER_AGENT = 'tailgate';

/**
 * Calls of a service in the AWS JSON protocol, each one POST with the operation in a header:
 * https://smithy.io/2.0/aws/protocols/aws-json-1_0-protocol.html
 *
 * A call costs a quarter of what one costs with the SDK's client, which brings the schemas of all operations into a function's bundle
 * (docs/adr/0010-a-client-for-the-hot-path.md). What the SDK's client does for a call is done here as well: signature, open
 * connections, timeouts, correction of a wrong clock.
 */
export class SignedCalls<Offered extends Readonly<Record<keyof Offered, Operation>>> implements ServiceCalls<Offered> {
  readonly #service: JsonService;
  readonly #signer: Signer;
  readonly #credentials: CredentialSource;
  readonly #time: ServerTime;
  readonly #connections: Connections;
  readonly #host: string;
  readonly #path: string;

  constructor(service: JsonService, { region, endpoint, credentials, clock, ...options }: SignedCallsDeps) {
    const url = new URL(endpoint);
    this.#service = service;
    this.#signer = new Signer(service.name, region);
    this.#credentials = toCredentialSource(credentials);
    this.#time = new ServerTime(clock ?? new SystemClock());
    this.#connections = new Connections(url, options);
    this.#host = url.host;
    this.#path = canonicalPath(url);
  }

  /**
   * The answer as the service sends it: times are seconds, not a `Date`, and bytes are base64.
   *
   * @throws {ServiceError} when the service refuses
   * @throws {DamagedAnswerError} when its answer was damaged on the way
   * @throws what {@link Connections.send} throws
   */
  async call<Name extends keyof Offered & string>(
    operation: Name,
    input: Offered[Name]['input'],
  ): Promise<Offered[Name]['output']> {
    const body = Buffer.from(toJsonText(input));
    const credentials = this.#credentials();
    const headers = this.#signer.sign(
      {
        method: 'POST',
        path: this.#path,
        headers: {
          'content-length': String(body.length),
          'content-type': `application/x-amz-json-${this.#service.version}`,
          host: this.#host,
          'x-amz-target': `${this.#service.target}.${operation}`,
        },
        body,
      },
      credentials instanceof Promise ? await credentials : credentials,
      this.#time.now(),
    );
    const sent = ['user-agent', USER_AGENT];
    for (const name in headers) sent.push(name, headers[name] ?? '');
    const answer = await this.#connections.send({ method: 'POST', headers: sent, body });
    this.#time.learn(answer.headers);
    assertUndamaged(answer);
    if (answer.status !== 200) throw ServiceError.of(answer);
    return parse(answer.body);
  }

  /** Closes the connections. */
  destroy(): void {
    this.#connections.destroy();
  }
}

/** DynamoDB sends a checksum of each answer, and of each error. */
function assertUndamaged({ headers, body }: HttpAnswer): void {
  const expected = headers['x-amz-crc32'];
  if (expected === undefined) return;
  const found = crc32(body);
  if (found === Number(expected)) return;
  throw new DamagedAnswerError(`the answer has CRC-32 ${found}, its header says ${expected}`);
}

function parse(body: Buffer): object {
  const text = body.toString();
  try {
    return Object(JSON.parse(text));
  } catch (cause) {
    throw new DamagedAnswerError(`the answer is not JSON: ${text.slice(0, 200)}`, { cause });
  }
}
