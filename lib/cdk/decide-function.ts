import { Duration } from 'aws-cdk-lib';
import { EventSourceMapping, RecursiveLoop } from 'aws-cdk-lib/aws-lambda';
import type { RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';
import { SPILL_PREFIX, TRACES_PREFIX } from '../archive/layout.ts';
import { DECIDE_TIMEOUT_SECONDS } from '../aws/function-contract.ts';
import { acknowledgeWildcard } from './acknowledge.ts';
import { allow, PipelineFunction, useOfKey, versionsOf } from './pipeline-function.ts';
import { environmentOf, type PipelineResources } from './pipeline-resources.ts';

/** What AWS recommends for a queue that a function reads: six timeouts, plus the time in which a batch is collected. */
export function visibilityTimeout(batchWindow: Duration): Duration {
  return Duration.seconds(6 * DECIDE_TIMEOUT_SECONDS + batchWindow.toSeconds());
}

/** Properties of the decide function. */
export interface DecideFunctionProps {
  /** What the functions of the pipeline share. */
  readonly resources: PipelineResources;
  /** Concurrent invocations. */
  readonly concurrency: number;
  /** Whether they are reserved, so that no other function of the account can keep traces waiting. */
  readonly isReserved: boolean;
  /** Wake-ups for one invocation. */
  readonly batchSize: number;
  /** How long wake-ups are collected for one invocation. */
  readonly batchWindow: Duration;
  /** How long log lines are kept. */
  readonly logRetention: RetentionDays;
}

/**
 * The decide function: decides traces when their wait is over, and writes the sampled ones to the archive.
 *
 * @example
 * ```ts
 * pipeline.decide.function.metricDuration({ statistic: 'p99' });
 * ```
 */
export class DecideFunction extends PipelineFunction {
  constructor(scope: Construct, id: string, props: DecideFunctionProps) {
    const { resources } = props;
    const { table, bucket, queue, deadLetterQueue, policies, encryptionKey } = resources;
    const traces = bucket.arnForObjects(`${TRACES_PREFIX}*`);
    const spills = bucket.arnForObjects(`${SPILL_PREFIX}*`);
    super(scope, id, {
      handler: 'decide',
      description: 'Tailgate: decides traces by the policies and archives the sampled ones',
      timeout: Duration.seconds(DECIDE_TIMEOUT_SECONDS),
      environment: environmentOf(resources),
      statements: [
        allow(
          ['dynamodb:BatchGetItem', 'dynamodb:GetItem', 'dynamodb:PutItem', 'dynamodb:Query', 'dynamodb:UpdateItem'],
          table.tableArn,
        ),
        allow(['s3:GetObject', 's3:PutObject'], traces),
        allow(['s3:GetObject'], spills),
        // Without this right S3 answers 403, not 404, for a missing object, and a claim whose owner died would never be fenced.
        allow(['s3:ListBucket'], bucket.bucketArn),
        allow(['sqs:DeleteMessage', 'sqs:GetQueueAttributes', 'sqs:ReceiveMessage', 'sqs:SendMessage'], queue.queueArn),
        allow(['sqs:SendMessage'], deadLetterQueue.queueArn),
        allow(['ssm:GetParameter'], policies.parameterArn, versionsOf(policies.parameterArn)),
        ...useOfKey(scope, encryptionKey),
      ],
      reservedConcurrentExecutions: props.isReserved ? props.concurrency : undefined,
      // The function sends to its own queue on purpose: early wake-ups go back, unsettled fragments go into continuations. It
      // counts both, and stops.
      recursiveLoop: RecursiveLoop.ALLOW,
      logRetention: props.logRetention,
    });
    acknowledgeWildcard(this.role, traces, 'the keys of archive objects are made of the time and a random number');
    acknowledgeWildcard(this.role, spills, 'the keys of spilled fragments are made of trace IDs');
    acknowledgeWildcard(
      this.role,
      versionsOf(policies.parameterArn),
      'any version of the policies may be the last one without errors',
    );
    new EventSourceMapping(this, 'WakeUps', {
      target: this.function,
      eventSourceArn: queue.queueArn,
      batchSize: props.batchSize,
      maxBatchingWindow: props.batchWindow,
      maxConcurrency: props.concurrency,
      reportBatchItemFailures: true,
    });
  }
}
