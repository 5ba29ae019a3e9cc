import { environmentCredentials } from '../../lib/aws/calls/credentials.ts';
import { endpointOf } from '../../lib/aws/calls/endpoint.ts';
import type { SignedCallsDeps } from '../../lib/aws/calls/signed-calls.ts';
import { createS3Client } from '../../lib/aws/clients.ts';
import { SignedTableCalls } from '../../lib/aws/dynamodb/table-calls.ts';
import { VARIABLES } from '../../lib/aws/function-contract.ts';
import { meterParameterReads } from '../../lib/aws/meter-calls.ts';
import { SignedQueueCalls } from '../../lib/aws/sqs/queue-calls.ts';
import { ConfigReader } from '../../lib/aws/ssm/config-parameter.ts';
import { type ParameterReads, SignedParameterReads } from '../../lib/aws/ssm/parameter-reads.ts';
import { SystemClock } from '../../lib/aws/system.ts';
import type { Metrics } from '../../lib/pipeline/metrics.ts';
import { LiveConfig, type LiveConfigDeps, type LiveConfigOptions } from './live-config.ts';
import { EmfMetrics } from './metrics.ts';
import { createServices, metered, type PerTenant, type Services } from './services.ts';
import { ENVIRONMENT, optionalVariable, requiredVariable } from './variables.ts';

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

/** Reads of SSM parameters. */
export function parameterReadsFromEnvironment(metrics: Metrics): ParameterReads {
  return meterParameterReads(new SignedParameterReads(signedCallsOf('ssm')), metrics);
}

/** The services of the stack that the environment names, with metrics. */
export function servicesFromEnvironment(metrics: Metrics): PerTenant<Services> {
  const { region, credentials } = account();
  const clients = {
    dynamoDb: new SignedTableCalls(signedCallsOf('dynamodb')),
    sqs: new SignedQueueCalls({ region, credentials }),
    s3: createS3Client(),
  };
  return createServices(metered(clients, metrics), {
    tableName: requiredVariable(VARIABLES.table, 'name of the buffer table'),
    bucket: requiredVariable(VARIABLES.bucket, 'name of the archive bucket'),
    queueUrl: requiredVariable(VARIABLES.queueUrl, 'URL of the wake-up queue'),
    deadLetterQueueUrl: requiredVariable(VARIABLES.deadLetterQueueUrl, 'URL of the dead-letter queue'),
  });
}

/** Calls of a service follow the variables that Lambda sets, and those that redirect clients of the SDK to another endpoint. */
function signedCallsOf(service: 'dynamodb' | 'ssm'): SignedCallsDeps {
  const { region, credentials } = account();
  return { region, credentials, endpoint: endpointOf(service, region, ENVIRONMENT) };
}

function account() {
  const region = requiredVariable('AWS_REGION', 'region of the stack; Lambda sets it');
  return { region, credentials: environmentCredentials(ENVIRONMENT, new SystemClock()) };
}
