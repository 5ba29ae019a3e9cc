import { Duration } from 'aws-cdk-lib';
import type { Role } from 'aws-cdk-lib/aws-iam';
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import type { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { SPILL_PREFIX } from '../archive/layout.ts';
import { acknowledgeWildcard } from './acknowledge.ts';
import { allow, PipelineFunction, parameterArn, useOfKey } from './pipeline-function.ts';
import { environmentOf, type PipelineResources } from './pipeline-resources.ts';

/** Exporters give up after 10 s; the retries of a request that nobody waits for any more may still end. */
const TIMEOUT = Duration.seconds(20);

export interface IngestFunctionProps {
  readonly resources: PipelineResources;
  /** SSM path of the hashes of the ingest keys; `undefined`: requests need no key. */
  readonly keysPath: string | undefined;
  /** `undefined`: not reserved. */
  readonly concurrency: number | undefined;
  readonly logRetention: RetentionDays;
}

/** Takes export requests and makes their spans durable. */
export class IngestFunction extends Construct {
  readonly function: LambdaFunction;
  readonly role: Role;
  readonly logGroup: LogGroup;

  constructor(scope: Construct, id: string, { resources, ...props }: IngestFunctionProps) {
    super(scope, id);
    const { table, bucket, queue, policies, encryptionKey } = resources;
    const { keysPath } = props;
    const spills = bucket.arnForObjects(`${SPILL_PREFIX}*`);
    const ingest = new PipelineFunction(this, 'Ingest', {
      folder: 'ingest',
      description: 'Tailgate: takes OTLP export requests, buffers their spans and sends wake-ups',
      timeout: TIMEOUT,
      environment: { ...environmentOf(resources), TAILGATE_KEYS_PATH: keysPath ?? 'none' },
      statements: [
        allow(['dynamodb:BatchWriteItem'], table.tableArn),
        allow(['s3:PutObject'], spills),
        allow(['sqs:SendMessage'], queue.queueArn),
        allow(['ssm:GetParameter'], policies.parameterArn),
        ...(keysPath === undefined ? [] : [allow(['ssm:GetParametersByPath'], parameterArn(this, keysPath))]),
        ...useOfKey(this, encryptionKey),
      ],
      reservedConcurrentExecutions: props.concurrency,
      logRetention: props.logRetention,
    });
    acknowledgeWildcard(ingest.role, spills, 'the keys of spilled fragments are made of trace IDs');
    this.function = ingest.function;
    this.role = ingest.role;
    this.logGroup = ingest.logGroup;
  }
}
