import { text } from 'node:stream/consumers';
import type {
  GetParameterRequest,
  GetParameterResult,
  GetParametersByPathRequest,
  GetParametersByPathResult,
} from '@aws-sdk/client-ssm';
import { Sha256 } from '@smithy/core/checksum';
import { HttpRequest } from '@smithy/core/protocols';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import { SignatureV4 } from '@smithy/signature-v4';
import { awsClientConfig } from '../aws-client-options.ts';
import type { ParameterReads } from './parameter-reads.ts';
import { ParameterStoreError } from './parameter-store-error.ts';

type Credentials = ConstructorParameters<typeof SignatureV4>[0]['credentials'];

export interface SignedParameterReadsDeps {
  readonly region: string;
  /** Base URL of the service. */
  readonly endpoint: string;
  readonly credentials: Credentials;
}

/**
 * The two calls on the AWS JSON 1.1 protocol, out of the parts of the SDK that the other clients are made of:
 * https://smithy.io/2.0/aws/protocols/aws-json-1_1-protocol.html
 *
 * The SDK's own client brings the schemas and errors of all 150 operations of SSM into a function's bundle, which no bundler can leave out.
 */
export class SignedParameterReads implements ParameterReads {
  readonly #endpoint: URL;
  readonly #signer: SignatureV4;
  readonly #http = new NodeHttpHandler(awsClientConfig({}).requestHandler);

  constructor({ region, endpoint, credentials }: SignedParameterReadsDeps) {
    this.#endpoint = new URL(endpoint);
    this.#signer = new SignatureV4({ service: 'ssm', region, credentials, sha256: Sha256 });
  }

  async getParameter(input: GetParameterRequest): Promise<GetParameterResult> {
    return this.#call('GetParameter', input);
  }

  async getParametersByPath(input: GetParametersByPathRequest): Promise<GetParametersByPathResult> {
    return this.#call('GetParametersByPath', input);
  }

  /** The answer as it comes: times are seconds in it, not a `Date`. */
  async #call(operation: string, input: object): Promise<object> {
    const { protocol, hostname, port, host, pathname } = this.#endpoint;
    const request = new HttpRequest({
      method: 'POST',
      protocol,
      hostname,
      ...(port !== '' && { port: Number(port) }),
      path: pathname,
      headers: { host, 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': `AmazonSSM.${operation}` },
      body: JSON.stringify(input),
    });
    const { response } = await this.#http.handle(HttpRequest.clone(await this.#signer.sign(request)));
    const body = await text(response.body);
    if (response.statusCode !== 200) throw ParameterStoreError.of(response.statusCode, response.headers, body);
    return JSON.parse(body);
  }
}
