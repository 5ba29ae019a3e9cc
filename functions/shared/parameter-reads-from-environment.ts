import { partition } from '@aws-sdk/core/client';
import { defaultProvider } from '@aws-sdk/credential-provider-node';
import { meterParameterReads } from '../../lib/aws/ssm/meter-parameter-reads.ts';
import type { ParameterReads } from '../../lib/aws/ssm/parameter-reads.ts';
import { SignedParameterReads } from '../../lib/aws/ssm/signed-parameter-reads.ts';
import type { Metrics } from '../../lib/pipeline/metrics.ts';
import { optionalVariable, requiredVariable } from './environment.ts';

/** The variables that Lambda sets, and those by which the clients of the SDK find a service that is somewhere else. */
export function parameterReadsFromEnvironment(metrics: Metrics): ParameterReads {
  const region = requiredVariable('AWS_REGION', 'region of the SSM parameters; Lambda sets it');
  const regional = `https://ssm.${region}.${partition(region).dnsSuffix}`;
  const endpoint = optionalVariable('AWS_ENDPOINT_URL_SSM', optionalVariable('AWS_ENDPOINT_URL', regional));
  const reads = new SignedParameterReads({ region, endpoint, credentials: defaultProvider() });
  return meterParameterReads(reads, metrics);
}
