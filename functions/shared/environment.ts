import { partition } from '@aws-sdk/core/client';
import { defaultProvider } from '@aws-sdk/credential-provider-node';
import { createDynamoDbClient, createSqsClient } from '../../lib/aws/clients.ts';
import { VARIABLES } from '../../lib/aws/function-contract.ts';
import { meterCalls, meterParameterReads } from '../../lib/aws/meter-calls.ts';
import { ConfigReader } from '../../lib/aws/ssm/config-parameter.ts';
import { type ParameterReads, SignedParameterReads } from '../../lib/aws/ssm/parameter-reads.ts';
import { SystemClock } from '../../lib/aws/system.ts';
import type { Metrics } from '../../lib/pipeline/metrics.ts';
import type { DictionaryOptions } from './dictionaries.ts';
import { LiveConfig, type LiveConfigDeps, type LiveConfigOptions } from './live-config.ts';
import { EmfMetrics } from './metrics.ts';
import { OnDemandObjectStore } from './on-demand-object-store.ts';
import type { PerTenant, Services } from './per-tenant.ts';
import { createServices, metered } from './services.ts';
import { isSwitchedOn, optionalVariable, requiredVariable } from './variables.ts';

/**
 * What the entry points share: the parts of a deployed function, made from its environment. Handlers get them as `Deps` and know
 * no environment, so that they run on one machine and in tests as well.
 */

export interface EnvironmentConfigDeps extends Omit<LiveConfigDeps, 'parameter' | 'clock'> {
  readonly reads: ParameterReads;
}

/** The configuration in the parameter that the environment names. Starts to read it at once, during the cold start. */
export function liveConfigFromEnvironment(
  { reads, ...deps }: EnvironmentConfigDeps,
  options: LiveConfigOptions = {},
): LiveConfig {
  const name = requiredVariable(VARIABLES.configParameter, 'name of the SSM parameter with the policies');
  const clock = new SystemClock();
  const config = new LiveConfig({ ...deps, parameter: new ConfigReader({ reads, name, clock }), clock }, options);
  // The first invocation tries again, and reports a failure.
  config.current().catch(() => undefined);
  return config;
}

/** The metrics of the pipeline that the function belongs to. */
export function metricsFromEnvironment(): EmfMetrics {
  return new EmfMetrics(optionalVariable(VARIABLES.pipeline, 'tailgate'));
}

/** Reads of SSM parameters. Follows the variables that Lambda sets, and those that redirect the clients of the SDK to another endpoint. */
export function parameterReadsFromEnvironment(metrics: Metrics): ParameterReads {
  const region = requiredVariable('AWS_REGION', 'region of the SSM parameters; Lambda sets it');
  const regional = `https://ssm.${region}.${partition(region).dnsSuffix}`;
  const endpoint = optionalVariable('AWS_ENDPOINT_URL_SSM', optionalVariable('AWS_ENDPOINT_URL', regional));
  const reads = new SignedParameterReads({ region, endpoint, credentials: defaultProvider() });
  return meterParameterReads(reads, metrics);
}

/** The services of the stack that the environment names, with metrics. @param dictionaries used where the environment says so */
export function servicesFromEnvironment(metrics: Metrics, dictionaries: DictionaryOptions): PerTenant<Services> {
  const clients = metered({ dynamoDb: createDynamoDbClient(), sqs: createSqsClient() }, metrics);
  const bucket = requiredVariable(VARIABLES.bucket, 'name of the archive bucket');
  // Few requests of ingest have a fragment that is too large for the buffer, and a batch of decide may keep nothing. The client of S3
  // is as large as all else that a request needs of the SDK.
  const store = new OnDemandObjectStore(async () => {
    const { createS3Client, S3ObjectStore } = await import('../../lib/aws/s3/object-store.ts');
    return new S3ObjectStore({ client: meterCalls(createS3Client(), metrics), bucket, clock: new SystemClock() });
  });
  const names = {
    tableName: requiredVariable(VARIABLES.table, 'name of the buffer table'),
    queueUrl: requiredVariable(VARIABLES.queueUrl, 'URL of the wake-up queue'),
    deadLetterQueueUrl: requiredVariable(VARIABLES.deadLetterQueueUrl, 'URL of the dead-letter queue'),
  };
  const used = isSwitchedOn(VARIABLES.trainedDictionaries) ? dictionaries : undefined;
  return createServices({ ...clients, store }, names, used);
}
