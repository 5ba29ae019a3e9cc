import { Duration } from 'aws-cdk-lib';
import type { Role } from 'aws-cdk-lib/aws-iam';
import { EventSourceMapping, type Function as LambdaFunction, RecursiveLoop } from 'aws-cdk-lib/aws-lambda';
import type { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { DECIDE_TIMEOUT_SECONDS } from '../../functions/decide/handler.ts';
import { SPILL_PREFIX, TRACES_PREFIX } from '../archive/layout.ts';
import { acknowledgeWildcard } from './acknowledge.ts';
import { allow, PipelineFunction, useOfKey } from './pipeline-function.ts';
import { environmentOf, type PipelineResources } from './pipeline-resources.ts';

export const DECIDE_TIMEOUT: Duration = Duration.seconds(DECIDE_TIMEOUT_SECONDS);

/** What AWS recommends for a queue that a function reads, and the time in which a batch is collected. */
export function visibilityTimeout(batchWindow: Duration): Duration {
  return Duration.seconds(6 * DECIDE_TIMEOUT.toSeconds() + batchWindow.toSeconds());
}

export interface DecideFunctionProps {
  readonly resources: PipelineResources;
  /** Invocations at once. */
  readonly concurrency: number;
  /** Whether they are reserved, so that no other function of the account can keep traces waiting. */
  readonly isReserved: boolean;
  /** Wake-ups for one invocation. */
  readonly batchSize: number;
  /** How long wake-ups are collected for one invocation. */
  readonly batchWindow: Duration;
  readonly logRetention: RetentionDays;
}

/** Decides traces when their wait is over, and writes the sampled ones to the archive. */
export class DecideFunction extends Construct {
  readonly function: LambdaFunction;
  readonly role: Role;
  readonly logGroup: LogGroup;

  constructor(scope: Construct, id: string, { resources, ...props }: DecideFunctionProps) {
    super(scope, id);
    const { table, bucket, queue, deadLetterQueue, policies, encryptionKey } = resources;
    const traces = bucket.arnForObjects(`${TRACES_PREFIX}*`);
    const spills = bucket.arnForObjects(`${SPILL_PREFIX}*`);
    const decide = new PipelineFunction(this, 'Decide', {
      folder: 'decide',
      description: 'Tailgate: decides traces by the policies and archives the sampled ones',
      timeout: DECIDE_TIMEOUT,
      environment: environmentOf(resources),
      statements: [
        allow(['dynamodb:GetItem', 'dynamodb:PutItem', 'dynamodb:Query', 'dynamodb:UpdateItem'], table.tableArn),
        allow(['s3:GetObject', 's3:PutObject'], traces),
        allow(['s3:GetObject'], spills),
        // Without it S3 answers 403 for an object that is not there, and a claim whose owner died is never fenced.
        allow(['s3:ListBucket'], bucket.bucketArn),
        allow(['sqs:DeleteMessage', 'sqs:GetQueueAttributes', 'sqs:ReceiveMessage', 'sqs:SendMessage'], queue.queueArn),
        allow(['sqs:SendMessage'], deadLetterQueue.queueArn),
        allow(['ssm:GetParameter'], policies.parameterArn),
        ...useOfKey(this, encryptionKey),
      ],
      reservedConcurrentExecutions: props.isReserved ? props.concurrency : undefined,
      // It sends to its own queue on purpose: long waits are hops, and what is open goes into continuations. Both are counted.
      recursiveLoop: RecursiveLoop.ALLOW,
      logRetention: props.logRetention,
    });
    acknowledgeWildcard(decide.role, traces, 'the keys of archive objects are made of the time and a random number');
    acknowledgeWildcard(decide.role, spills, 'the keys of spilled fragments are made of trace IDs');
    new EventSourceMapping(this, 'WakeUps', {
      target: decide.function,
      eventSourceArn: queue.queueArn,
      batchSize: props.batchSize,
      maxBatchingWindow: props.batchWindow,
      maxConcurrency: props.concurrency,
      reportBatchItemFailures: true,
    });
    this.function = decide.function;
    this.role = decide.role;
    this.logGroup = decide.logGroup;
  }
}
