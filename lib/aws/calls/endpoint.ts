import { partition } from '@aws-sdk/core/client';

/** The services that are called without the SDK, and whether their plain endpoints in GovCloud are those for FIPS as well. */
const HAS_ONE_NAME_IN_GOV_CLOUD = { dynamodb: true, glue: false, ssm: true } as const;

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * The base URL of a service, from the variables that the SDK's clients follow: `AWS_ENDPOINT_URL_<SERVICE>`, `AWS_ENDPOINT_URL`,
 * `AWS_IGNORE_CONFIGURED_ENDPOINT_URLS`, `AWS_USE_FIPS_ENDPOINT`, `AWS_USE_DUALSTACK_ENDPOINT`. A shared configuration file, which
 * a function has not, is not read, and endpoints of single accounts are not used.
 * https://docs.aws.amazon.com/sdkref/latest/guide/feature-endpoints.html
 *
 * @throws {Error} when the partition of the region has no such endpoint
 */
export function endpointOf(service: keyof typeof HAS_ONE_NAME_IN_GOV_CLOUD, region: string, env: Environment): string {
  const isIgnored = isTrue(env, 'AWS_IGNORE_CONFIGURED_ENDPOINT_URLS');
  const configured = env[`AWS_ENDPOINT_URL_${service.toUpperCase()}`] || env['AWS_ENDPOINT_URL'];
  if (configured && !isIgnored) return configured;
  const { name, dnsSuffix, dualStackDnsSuffix, supportsFIPS, supportsDualStack } = partition(region);
  const useFips = isTrue(env, 'AWS_USE_FIPS_ENDPOINT');
  const useDualStack = isTrue(env, 'AWS_USE_DUALSTACK_ENDPOINT');
  if ((useFips && supportsFIPS !== true) || (useDualStack && supportsDualStack !== true)) {
    const wanted = [...(useFips ? ['FIPS'] : []), ...(useDualStack ? ['dual-stack'] : [])].join(' and ');
    throw new Error(`${service} in region ${region} has no ${wanted} endpoint: unset the variable that asks for it`);
  }
  const hasOneName = name === 'aws-us-gov' && !useDualStack && HAS_ONE_NAME_IN_GOV_CLOUD[service];
  const host = useFips && !hasOneName ? `${service}-fips` : service;
  return `https://${host}.${region}.${useDualStack ? dualStackDnsSuffix : dnsSuffix}`;
}

function isTrue(env: Environment, variable: string): boolean {
  return env[variable] === 'true';
}
