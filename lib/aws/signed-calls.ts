import { text } from 'node:stream/consumers';
import { Sha256 } from '@smithy/core/checksum';
import { HttpRequest } from '@smithy/core/protocols';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import { SignatureV4 } from '@smithy/signature-v4';
import { awsClientConfig } from './clients.ts';

export interface SignedCallsDeps {
  readonly region: string;
  /** Base URL of the service. */
  readonly endpoint: string;
  readonly credentials: ConstructorParameters<typeof SignatureV4>[0]['credentials'];
}

/**
 * Calls of a service in the AWS JSON 1.1 protocol, made of the parts that the SDK's own clients are made of:
 * https://smithy.io/2.0/aws/protocols/aws-json-1_1-protocol.html
 *
 * The SDK's client of a large service brings the schemas and errors of all its operations into a function's bundle: no
 * bundler can leave them out.
 */
export class SignedCalls {
  readonly #endpoint: URL;
  readonly #target: string;
  readonly #signer: SignatureV4;
  readonly #http = new NodeHttpHandler(awsClientConfig({}).requestHandler);

  /**
   * @param service its name in signatures, e.g. `ssm`
   * @param target what comes before the operation in `x-amz-target`, e.g. `AmazonSSM`
   */
  constructor(service: string, target: string, { region, endpoint, credentials }: SignedCallsDeps) {
    this.#endpoint = new URL(endpoint);
    this.#target = target;
    this.#signer = new SignatureV4({ service, region, credentials, sha256: Sha256 });
  }

  /** The answer as the service sends it: times are seconds, not a `Date`. @throws {ServiceError} */
  async call(operation: string, input: object): Promise<object> {
    const { protocol, hostname, port, host, pathname } = this.#endpoint;
    const request = new HttpRequest({
      method: 'POST',
      protocol,
      hostname,
      ...(port !== '' && { port: Number(port) }),
      path: pathname,
      headers: { host, 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': `${this.#target}.${operation}` },
      body: JSON.stringify(input),
    });
    const { response } = await this.#http.handle(HttpRequest.clone(await this.#signer.sign(request)));
    const body = await text(response.body);
    if (response.statusCode !== 200) throw ServiceError.of(response.statusCode, response.headers, body);
    return JSON.parse(body);
  }
}

/** The error that a service answered with. It has the members by which `retry.ts` recognizes errors of the SDK. */
class ServiceError extends Error {
  /** As the service names it, e.g. `ThrottlingException`. */
  override readonly name: string;
  readonly $metadata: { readonly httpStatusCode: number; readonly requestId: string | undefined };

  private constructor(name: string, message: string, metadata: ServiceError['$metadata']) {
    super(message);
    this.name = name;
    this.$metadata = metadata;
  }

  /** https://smithy.io/2.0/aws/protocols/aws-json-1_1-protocol.html#operation-error-serialization */
  static of(httpStatusCode: number, headers: Readonly<Record<string, string>>, body: string): ServiceError {
    const { __type, code, message, Message } = parse(body);
    const name = nameOf(headers['x-amzn-errortype'] ?? __type ?? code);
    const requestId = headers['x-amzn-requestid'];
    return new ServiceError(name, String(message ?? Message ?? `status ${httpStatusCode}`), {
      httpStatusCode,
      requestId,
    });
  }
}

/** Without the namespace before it and the URL after it. */
function nameOf(type: unknown): string {
  if (typeof type !== 'string') return 'UnknownError';
  return /^(?:[^:#]*#)?([^:#]+)/.exec(type)?.[1] ?? 'UnknownError';
}

/** A proxy on the way may answer with something that is not JSON. */
function parse(body: string): Readonly<Record<string, unknown>> {
  try {
    return Object(JSON.parse(body));
  } catch {
    return {};
  }
}
