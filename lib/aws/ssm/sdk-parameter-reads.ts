import { GetParameterCommand, GetParametersByPathCommand, type SSMClient } from '@aws-sdk/client-ssm';
import type { ParameterReads } from './parameter-reads.ts';

/** With the SDK's whole client, for programs that write parameters as well. */
export function sdkParameterReads(client: SSMClient): ParameterReads {
  return {
    getParameter: (input) => client.send(new GetParameterCommand(input)),
    getParametersByPath: (input) => client.send(new GetParametersByPathCommand(input)),
  };
}
