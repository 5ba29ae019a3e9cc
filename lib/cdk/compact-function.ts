import { Duration, Stack } from 'aws-cdk-lib';
import { Rule, RuleTargetInput, Schedule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction as LambdaTarget } from 'aws-cdk-lib/aws-events-targets';
import type { IRole } from 'aws-cdk-lib/aws-iam';
import type { RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';
import { PARTS_PREFIX, TRACES_PREFIX } from '../archive/layout.ts';
import { COMPACTED_HOURS_VIEW } from '../archive/tables/compacted-hours.ts';
import { VARIABLES } from '../aws/function-contract.ts';
import { acknowledgeWildcard } from './acknowledge.ts';
import { allow, PipelineFunction, useOfKey } from './pipeline-function.ts';
import type { PipelineResources } from './pipeline-resources.ts';

/** The default limits in `lib/archive/compaction/compact-folder.ts` are made for this memory. */
const MEMORY_MB = 2048;

/** Properties of the compact function. */
export interface CompactFunctionProps {
  /** What the functions of the pipeline share. */
  readonly resources: PipelineResources;
  /** Name of the Glue database of the archive. */
  readonly databaseName: string;
  /** How long log lines are kept. */
  readonly logRetention: RetentionDays;
}

/**
 * The compact function: copies settled hours of the archive to Parquet, once an hour.
 *
 * @example
 * ```ts
 * pipeline.compact?.function.metricErrors();
 * ```
 */
export class CompactFunction extends PipelineFunction {
  constructor(scope: Construct, id: string, { resources, databaseName, logRetention }: CompactFunctionProps) {
    const { bucket, encryptionKey } = resources;
    const traces = bucket.arnForObjects(`${TRACES_PREFIX}*`);
    const parts = bucket.arnForObjects(`${PARTS_PREFIX}*`);
    const glue = (resource: string) => Stack.of(scope).formatArn({ service: 'glue', resource });
    super(scope, id, {
      handler: 'compact',
      description: 'Tailgate: copies settled hours of the archive to Parquet',
      timeout: Duration.minutes(15),
      memoryMb: MEMORY_MB,
      environment: {
        [VARIABLES.bucket]: bucket.bucketName,
        [VARIABLES.database]: databaseName,
        ...(resources.tenants && { [VARIABLES.tenants]: '1' }),
      },
      statements: [
        allow(['s3:ListBucket'], bucket.bucketArn),
        allow(['s3:GetObject'], traces),
        allow(['s3:GetObject', 's3:PutObject'], parts),
        // For a table, Glue also checks the rights on its database and on the catalog.
        allow(
          ['glue:GetTable', 'glue:UpdateTable'],
          glue('catalog'),
          glue(`database/${databaseName}`),
          glue(`table/${databaseName}/${COMPACTED_HOURS_VIEW}`),
        ),
        ...useOfKey(scope, encryptionKey),
      ],
      logRetention,
    });
    acknowledgeWildcard(this.role, traces, 'the keys of archive objects are made of the time and a random number');
    acknowledgeWildcard(this.role, parts, 'the keys of parts are made of the hours that they are of');
    new Rule(this, 'Hourly', {
      description: 'Tailgate: compaction of the archive',
      schedule: Schedule.cron({ minute: '20' }),
      targets: [
        new LambdaTarget(this.function, {
          // The next run does what this one left undone: no retries, no dead letters.
          retryAttempts: 0,
          maxEventAge: Duration.minutes(30),
          event: RuleTargetInput.fromObject({}),
        }),
      ],
    });
  }
}

/** The roles of those functions that exist. */
export function rolesOf(...owners: readonly ({ readonly role: IRole } | undefined)[]): readonly IRole[] {
  return owners.flatMap((owner) => (owner === undefined ? [] : [owner.role]));
}
