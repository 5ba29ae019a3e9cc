import {
  GetParameterCommand,
  type GetParameterRequest,
  type GetParameterResult,
  GetParametersByPathCommand,
  type GetParametersByPathRequest,
  type GetParametersByPathResult,
  type SSMClient,
} from '@aws-sdk/client-ssm';
import { SignedCalls, type SignedCallsDeps } from '../signed-calls.ts';

/** With the SDK's whole client, for programs that write parameters as well. */
export function sdkParameterReads(client: SSMClient): ParameterReads {
  return {
    getParameter: (input) => client.send(new GetParameterCommand(input)),
    getParametersByPath: (input) => client.send(new GetParametersByPathCommand(input)),
  };
}

/** The two calls without the SDK's client, which has 150 operations. */
export class SignedParameterReads implements ParameterReads {
  readonly #calls: SignedCalls;

  constructor(deps: SignedCallsDeps) {
    this.#calls = new SignedCalls('ssm', 'AmazonSSM', deps);
  }

  async getParameter(input: GetParameterRequest): Promise<GetParameterResult> {
    return this.#calls.call('GetParameter', input);
  }

  async getParametersByPath(input: GetParametersByPathRequest): Promise<GetParametersByPathResult> {
    return this.#calls.call('GetParametersByPath', input);
  }
}

/** The calls of SSM that a function makes. Errors have the name that the service gives them, e.g. `ParameterNotFound`. */
export interface ParameterReads {
  getParameter(input: GetParameterRequest): Promise<GetParameterResult>;
  getParametersByPath(input: GetParametersByPathRequest): Promise<GetParametersByPathResult>;
}
