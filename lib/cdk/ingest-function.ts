import { Duration } from 'aws-cdk-lib';
import { Effect, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';
import { SPILL_PREFIX } from '../archive/layout.ts';
import { DICTIONARY_PARTITION, partitionPrefix } from '../aws/dynamodb/schema.ts';
import { NO_KEYS, VARIABLES } from '../aws/function-contract.ts';
import { acknowledgeWildcard } from './acknowledge.ts';
import { allow, PipelineFunction, parameterArn, useOfKey, versionsOf } from './pipeline-function.ts';
import { environmentOf, type PipelineResources } from './pipeline-resources.ts';

/** Exporters give up after 10 s. The retries of a request that no exporter waits for any more may still end. */
const TIMEOUT = Duration.seconds(20);

/** The dictionaries of the buffer table, and none of the spans in it. */
function readDictionaries(tableArn: string): PolicyStatement {
  return new PolicyStatement({
    effect: Effect.ALLOW,
    actions: ['dynamodb:Query'],
    resources: [tableArn],
    conditions: {
      'ForAllValues:StringLike': {
        'dynamodb:LeadingKeys': [DICTIONARY_PARTITION, partitionPrefix({ tenant: '*' }) + DICTIONARY_PARTITION],
      },
    },
  });
}

/** Properties of the ingest function. */
export interface IngestFunctionProps {
  /** What the functions of the pipeline share. */
  readonly resources: PipelineResources;
  /** SSM path of the hashes of the ingest keys; `undefined`: requests need no key. */
  readonly keysPath: string | undefined;
  /** Reserved concurrent invocations; `undefined`: none are reserved. */
  readonly concurrency: number | undefined;
  /** How long log lines are kept. */
  readonly logRetention: RetentionDays;
}

/**
 * The ingest function: takes OTLP export requests and makes their spans durable.
 *
 * @example
 * ```ts
 * // Traces of the function itself.
 * pipeline.ingest.function.addLayers(adotLayer);
 * ```
 */
export class IngestFunction extends PipelineFunction {
  constructor(scope: Construct, id: string, props: IngestFunctionProps) {
    const { resources, keysPath } = props;
    const { table, bucket, queue, policies, encryptionKey } = resources;
    const spills = bucket.arnForObjects(`${SPILL_PREFIX}*`);
    super(scope, id, {
      handler: 'ingest',
      description: 'Tailgate: takes OTLP export requests, buffers their spans and sends wake-ups',
      timeout: TIMEOUT,
      environment: { ...environmentOf(resources), [VARIABLES.keysPath]: keysPath ?? NO_KEYS },
      statements: [
        allow(['dynamodb:BatchWriteItem'], table.tableArn),
        ...(resources.trainedDictionaries ? [readDictionaries(table.tableArn)] : []),
        allow(['s3:PutObject'], spills),
        allow(['sqs:SendMessage'], queue.queueArn),
        allow(['ssm:GetParameter'], policies.parameterArn, versionsOf(policies.parameterArn)),
        ...(keysPath === undefined ? [] : [allow(['ssm:GetParametersByPath'], parameterArn(scope, keysPath))]),
        ...useOfKey(scope, encryptionKey),
      ],
      reservedConcurrentExecutions: props.concurrency,
      logRetention: props.logRetention,
    });
    acknowledgeWildcard(this.role, spills, 'the keys of spilled fragments are made of trace IDs');
    acknowledgeWildcard(
      this.role,
      versionsOf(policies.parameterArn),
      'any version of the policies may be the last one without errors',
    );
  }
}
