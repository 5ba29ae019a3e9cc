import { partition } from '@aws-sdk/core/client';

type Environment = Readonly<Record<string, string | undefined>>;

/** Names that can be a label of a host. One with points would not match the certificate of S3. */
const HOST_LABEL = /^[a-z\d][a-z\d-]{1,61}[a-z\d]$/;

/**
 * The URL that the keys of a bucket are below, from the variables that the SDK's clients follow (see `endpointOf`). The bucket is a part
 * of the host where its name allows it, and of the path elsewhere, as it is on any endpoint that is configured.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/VirtualHosting.html
 *
 * @param bucket its name, and not the ARN of an access point
 * @throws {Error} when the partition of the region has no such endpoint
 */
export function bucketUrl(bucket: string, region: string, env: Environment): string {
  const isTrue = (variable: string) => env[variable] === 'true';
  const configured = env['AWS_ENDPOINT_URL_S3'] || env['AWS_ENDPOINT_URL'];
  if (configured && !isTrue('AWS_IGNORE_CONFIGURED_ENDPOINT_URLS')) return pathStyleUrl(configured, bucket);
  const { name, dnsSuffix } = partition(region);
  const useFips = isTrue('AWS_USE_FIPS_ENDPOINT');
  if (useFips && name === 'aws-cn') {
    throw new Error(`S3 in region ${region} has no FIPS endpoint: unset AWS_USE_FIPS_ENDPOINT`);
  }
  const service = `s3${useFips ? '-fips' : ''}${isTrue('AWS_USE_DUALSTACK_ENDPOINT') ? '.dualstack' : ''}`;
  const host = `${service}.${region}.${dnsSuffix}`;
  return HOST_LABEL.test(bucket) ? `https://${bucket}.${host}` : pathStyleUrl(`https://${host}`, bucket);
}

/** The same at another implementation of S3. @param endpoint its base URL */
export function pathStyleUrl(endpoint: string, bucket: string): string {
  return `${endpoint.replace(/\/+$/, '')}/${bucket}`;
}
