import type { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { S3Client } from '@aws-sdk/client-s3';
import type { SQSClient } from '@aws-sdk/client-sqs';
import type { SSMClient } from '@aws-sdk/client-ssm';
import { type ExplainPorts, explainPortsOf } from '../../../functions/shared/explain-ports.ts';
import { LiveConfig } from '../../../functions/shared/live-config.ts';
import { LOCAL_ARCHIVE } from '../../archive/layout.ts';
import type { ObjectStore } from '../../archive/ports.ts';
import { createDynamoDbClient, createSqsClient, createSsmClient } from '../../aws/clients.ts';
import { sdkTableCalls } from '../../aws/dynamodb/sdk-table-calls.ts';
import { FilesystemObjectStore } from '../../aws/filesystem/object-store.ts';
import { createS3Client, S3ObjectStore } from '../../aws/s3/object-store.ts';
import { SqsDeadLetters } from '../../aws/sqs/dead-letters.ts';
import { findDeadLetters } from '../../aws/sqs/find-dead-letters.ts';
import { sdkQueueCalls } from '../../aws/sqs/queue-calls.ts';
import { SqsWakeUpQueue } from '../../aws/sqs/wake-up-queue.ts';
import { ConfigReader } from '../../aws/ssm/config-parameter.ts';
import { sdkParameterReads } from '../../aws/ssm/parameter-reads.ts';
import { SystemClock } from '../../aws/system.ts';
import { readConfigFile } from '../../local/config-file.ts';
import { bufferIn, notedPolicies } from '../../local/data-folder.ts';
import { explainPortsIn } from '../../local/local-services.ts';
import type { ExplainTraceDeps } from '../../pipeline/explain/explain-trace.ts';
import type { Clock, WakeUpQueue } from '../../pipeline/ports.ts';
import { UnusableDatabaseError } from '../../sqlite/database.ts';
import { openStore, type Store } from '../../sqlite/store.ts';
import { CommandError } from '../../terminal/errors.ts';
import { createCloudFormationClient, readStackOutputs } from '../stack.ts';

/** A pipeline that runs elsewhere: in another process on this machine, or on AWS. */
export interface OpenPipeline {
  readonly deps: ExplainPorts;
  /** Where it is woken. */
  readonly wakeUps: WakeUpQueue;
  /** The policies that it decides by now. @throws {CommandError} when they are not known */
  readonly policies: () => Promise<ExplainTraceDeps['config']>;
  /** The bucket, or the folder that stands for it. */
  readonly objects: ObjectStore;
  close(): Promise<void>;
}

export interface PipelineInput {
  /** Data folder of the local run, when there is no stack. */
  readonly data: string;
  readonly stack: string | undefined;
  readonly tenant: string | undefined;
}

export interface PipelineDeps {
  readonly clock: Clock;
  /** Called when there is a stack. */
  readonly clients: () => StackClients;
}

/** The clock of this machine, and the account and region of the shell. */
export const ON_THIS_MACHINE: PipelineDeps = { clock: new SystemClock(), clients: clientsOfTheShell };

/** @throws {CommandError} when there is no such pipeline */
export async function openPipeline({ data, stack, tenant }: PipelineInput, deps: PipelineDeps): Promise<OpenPipeline> {
  return stack === undefined ? openLocalPipeline(data, deps.clock) : openStackPipeline(stack, tenant, deps);
}

/** The pipeline of a data folder, whether it runs now or not. */
function openLocalPipeline(data: string, clock: Clock): OpenPipeline {
  const store = openExisting(bufferIn(data), clock);
  const objects = new FilesystemObjectStore(`${data}/${LOCAL_ARCHIVE}`);
  return {
    deps: explainPortsIn(store, objects),
    wakeUps: store.services().wakeUps,
    policies: async () => readConfigFile(policiesOf(data)).config,
    objects,
    close: () => store.close(),
  };
}

function policiesOf(data: string): string {
  const file = notedPolicies(data);
  if (file !== undefined) return file;
  throw new CommandError(
    `${data} does not say by which policies it is decided: an earlier version of Tailgate has made it; name their file with --config`,
  );
}

/** @throws {CommandError} for a database of another version */
function openExisting(path: string, clock: Clock): Store {
  try {
    return openStore({ path, clock, isAssisted: true });
  } catch (error) {
    if (error instanceof UnusableDatabaseError) throw new CommandError(error.message, { cause: error });
    throw error;
  }
}

export interface StackClients {
  readonly cloudFormation: CloudFormationClient;
  readonly dynamoDb: DynamoDBClient;
  readonly sqs: SQSClient;
  readonly s3: S3Client;
  readonly ssm: SSMClient;
}

function clientsOfTheShell(): StackClients {
  return {
    cloudFormation: createCloudFormationClient(),
    dynamoDb: createDynamoDbClient(),
    sqs: createSqsClient({ requestTimeoutMs: 10_000 }),
    s3: createS3Client(),
    ssm: createSsmClient(),
  };
}

const OUTPUTS = [
  'PoliciesParameter',
  'WakeUpQueueUrl',
  'DeadLetterQueueUrl',
  'BufferTable',
  'ArchiveBucket',
  'Tenants',
] as const;

/** The pipeline of a deployed stack. @throws {CommandError} when there is no such stack, or a tenant is missing or too many */
async function openStackPipeline(
  stack: string,
  tenant: string | undefined,
  { clients, clock }: PipelineDeps,
): Promise<OpenPipeline> {
  const { cloudFormation, dynamoDb, sqs, s3, ssm } = clients();
  const outputs = await readStackOutputs(cloudFormation, stack, OUTPUTS);
  if (outputs.Tenants === 'true' && tenant === undefined) {
    throw new CommandError(`stack ${stack} keeps tenants apart: name the tenant of the trace with --tenant`);
  }
  if (outputs.Tenants !== 'true' && tenant !== undefined) {
    throw new CommandError(`stack ${stack} has no tenants: leave out --tenant`);
  }
  const objects = new S3ObjectStore({ client: s3, bucket: outputs.ArchiveBucket, clock, isPatient: true });
  const table = { client: sdkTableCalls(dynamoDb), tableName: outputs.BufferTable, clock, tenant };
  const deadLetters = new SqsDeadLetters({ client: sqs, queueUrl: outputs.DeadLetterQueueUrl, clock });
  const parameter = new ConfigReader({ reads: sdkParameterReads(ssm), name: outputs.PoliciesParameter, clock });
  return {
    deps: {
      ...explainPortsOf({ ...table, store: objects }),
      deadLetters: { find: (traceId) => findDeadLetters(traceId, deadLetters, { tenant }) },
    },
    wakeUps: new SqsWakeUpQueue({
      client: sdkQueueCalls(sqs),
      queueUrl: outputs.WakeUpQueueUrl,
      deadLetterQueueUrl: outputs.DeadLetterQueueUrl,
      clock,
      tenant,
    }),
    // As the functions find them: the newest version that is valid.
    policies: () => new LiveConfig({ parameter, clock, log: SILENT }).current(),
    objects,
    close: async () => undefined,
  };
}

const ignore = () => undefined;
const SILENT = { debug: ignore, info: ignore, warn: ignore, error: ignore };
