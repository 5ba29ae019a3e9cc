import type {
  GetParameterRequest,
  GetParameterResult,
  GetParametersByPathRequest,
  GetParametersByPathResult,
} from '@aws-sdk/client-ssm';
import { SignedCalls, type SignedCallsDeps } from '../signed-calls.ts';
import type { ParameterReads } from './parameter-reads.ts';

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
