import { text } from 'node:stream/consumers';
import { Sha256 } from '@smithy/core/checksum';
import { HttpRequest } from '@smithy/core/protocols';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import { SignatureV4 } from '@smithy/signature-v4';
import { awsClientConfig } from './clients.ts';
import { ServiceError } from './service-error.ts';

export interface SignedCallsDeps {
  readonly region: string;
  /** Base URL of the service. */
  readonly endpoint: string;
  readonly credentials: ConstructorParameters<typeof SignatureV4>[0]['credentials'];
}

/**
 * Calls of a service on the AWS JSON 1.1 protocol, out of the parts of the SDK that the other clients are made of:
 * https://smithy.io/2.0/aws/protocols/aws-json-1_1-protocol.html
 *
 * The SDK's own client of a large service brings the schemas and errors of all its operations into a function's bundle, which no
 * bundler can leave out.
 */
export class SignedCalls {
  readonly #endpoint: URL;
  readonly #target: string;
  readonly #signer: SignatureV4;
  readonly #http = new NodeHttpHandler(awsClientConfig({}).requestHandler);

  /** @param service as in signatures @param target what comes before the operation in `x-amz-target` */
  constructor(service: string, target: string, { region, endpoint, credentials }: SignedCallsDeps) {
    this.#endpoint = new URL(endpoint);
    this.#target = target;
    this.#signer = new SignatureV4({ service, region, credentials, sha256: Sha256 });
  }

  /** The answer as it comes: times are seconds in it, not a `Date`. @throws {ServiceError} */
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
