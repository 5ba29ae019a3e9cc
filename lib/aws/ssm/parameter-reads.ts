import {
  GetParameterCommand,
  type GetParameterRequest,
  type GetParameterResult,
  GetParametersByPathCommand,
  type GetParametersByPathRequest,
  type GetParametersByPathResult,
  type SSMClient,
} from '@aws-sdk/client-ssm';
import { SignedCalls, type SignedCallsDeps } from '../calls/signed-calls.ts';

/** The two calls of SSM that a function makes. Errors have the name that SSM gives them, e.g. `ParameterNotFound`. */
export interface ParameterReads {
  getParameter(input: GetParameterRequest): Promise<GetParameterResult>;
  getParametersByPath(input: GetParametersByPathRequest): Promise<GetParametersByPathResult>;
}

/** With the SDK's client, for programs that write parameters as well. */
export function sdkParameterReads(client: SSMClient): ParameterReads {
  return {
    getParameter: (input) => client.send(new GetParameterCommand(input)),
    getParametersByPath: (input) => client.send(new GetParametersByPathCommand(input)),
  };
}

interface ParameterOperations {
  readonly GetParameter: { readonly input: GetParameterRequest; readonly output: GetParameterResult };
  readonly GetParametersByPath: {
    readonly input: GetParametersByPathRequest;
    readonly output: GetParametersByPathResult;
  };
}

/** Without the SDK's client, whose 150 operations would be in the bundle of the function. */
export class SignedParameterReads implements ParameterReads {
  readonly #calls: SignedCalls<ParameterOperations>;

  constructor(deps: SignedCallsDeps) {
    this.#calls = new SignedCalls({ name: 'ssm', target: 'AmazonSSM', version: '1.1' }, deps);
  }

  async getParameter(input: GetParameterRequest): Promise<GetParameterResult> {
    return this.#calls.call('GetParameter', input);
  }

  async getParametersByPath(input: GetParametersByPathRequest): Promise<GetParametersByPathResult> {
    return this.#calls.call('GetParametersByPath', input);
  }
}
