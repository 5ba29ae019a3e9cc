import { SignedTableCalls } from '../../lib/aws/dynamodb/table-calls.ts';
import { VARIABLES } from '../../lib/aws/function-contract.ts';
import { meterCalls, meterParameterReads, meterSdkClient } from '../../lib/aws/meter-calls.ts';
import { deleteMessages } from '../../lib/aws/sqs/delete-messages.ts';
import { type QueueOperations, SignedQueueCalls } from '../../lib/aws/sqs/queue-calls.ts';
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
import { account, signedCallsOf } from './signed-calls.ts';
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

/** Reads of SSM parameters. */
export function parameterReadsFromEnvironment(metrics: Metrics): ParameterReads {
  return meterParameterReads(new SignedParameterReads(signedCallsOf('ssm')), metrics);
}

/** The services of the stack that the environment names, with metrics. @param dictionaries used where the environment says so */
export function servicesFromEnvironment(metrics: Metrics, dictionaries: DictionaryOptions): PerTenant<Services> {
  const { region, credentials } = account();
  const clients = metered(
    { dynamoDb: new SignedTableCalls(signedCallsOf('dynamodb')), sqs: new SignedQueueCalls({ region, credentials }) },
    metrics,
  );
  const bucket = requiredVariable(VARIABLES.bucket, 'name of the archive bucket');
  // Few requests of ingest have a fragment that is too large for the buffer, and a batch of decide may keep nothing. The client of S3
  // is as large as all else that a request needs.
  const store = new OnDemandObjectStore(async () => {
    const { createS3Client, S3ObjectStore } = await import('../../lib/aws/s3/object-store.ts');
    return new S3ObjectStore({ client: meterSdkClient(createS3Client(), metrics), bucket, clock: new SystemClock() });
  });
  const names = {
    tableName: requiredVariable(VARIABLES.table, 'name of the buffer table'),
    queueUrl: requiredVariable(VARIABLES.queueUrl, 'URL of the wake-up queue'),
    deadLetterQueueUrl: requiredVariable(VARIABLES.deadLetterQueueUrl, 'URL of the dead-letter queue'),
  };
  const used = isSwitchedOn(VARIABLES.trainedDictionaries) ? dictionaries : undefined;
  return createServices({ ...clients, store }, names, used);
}

/** Deletes messages of the wake-up queue by their receipt handles. */
export function acknowledgeFromEnvironment(metrics: Metrics): (receiptHandles: readonly string[]) => Promise<void> {
  const client = meterCalls<QueueOperations>(new SignedQueueCalls(account()), metrics);
  const queueUrl = requiredVariable(VARIABLES.queueUrl, 'URL of the wake-up queue');
  const clock = new SystemClock();
  return (receiptHandles) => deleteMessages(receiptHandles, { client, queueUrl, clock });
}
