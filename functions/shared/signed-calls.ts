import { environmentCredentials } from '../../lib/aws/calls/credentials.ts';
import { endpointOf } from '../../lib/aws/calls/endpoint.ts';
import type { SignedCallsDeps } from '../../lib/aws/calls/signed-calls.ts';
import { SystemClock } from '../../lib/aws/system.ts';
import { ENVIRONMENT, requiredVariable } from './variables.ts';

/** Calls of a service follow the variables that Lambda sets, and those that redirect clients of the SDK to another endpoint. */
export function signedCallsOf(service: 'dynamodb' | 'glue' | 'ssm'): SignedCallsDeps {
  const { region, credentials } = account();
  return { region, credentials, endpoint: endpointOf(service, region, ENVIRONMENT) };
}

/** The region and the credentials that Lambda has given to the function. */
export function account() {
  const region = requiredVariable('AWS_REGION', 'region of the stack; Lambda sets it');
  return { region, credentials: environmentCredentials(ENVIRONMENT, new SystemClock()) };
}
