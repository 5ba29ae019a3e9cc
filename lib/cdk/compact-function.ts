import { Duration, Stack } from 'aws-cdk-lib';
import { Rule, RuleTargetInput, Schedule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction as LambdaTarget } from 'aws-cdk-lib/aws-events-targets';
import type { IRole, Role } from 'aws-cdk-lib/aws-iam';
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import type { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { COMPACTED_HOURS_VIEW } from '../archive/compaction/compacted-hours-view.ts';
import { PARTS_PREFIX, TRACES_PREFIX } from '../archive/layout.ts';
import { acknowledgeWildcard } from './acknowledge.ts';
import { allow, PipelineFunction, useOfKey } from './pipeline-function.ts';
import type { PipelineResources } from './pipeline-resources.ts';

/** What a part needs: the default limit of `lib/archive/compaction/compact-folder.ts` is made for it. */
const MEMORY_MB = 2048;

export interface CompactFunctionProps {
  readonly resources: Pick<PipelineResources, 'bucket' | 'tenants' | 'encryptionKey'>;
  readonly databaseName: string;
  readonly logRetention: RetentionDays;
}

/** Copies settled hours of the archive to Parquet, each hour. */
export class CompactFunction extends Construct {
  readonly function: LambdaFunction;
  readonly role: Role;
  readonly logGroup: LogGroup;

  constructor(scope: Construct, id: string, { resources, databaseName, logRetention }: CompactFunctionProps) {
    super(scope, id);
    const { bucket, encryptionKey } = resources;
    const traces = bucket.arnForObjects(`${TRACES_PREFIX}*`);
    const parts = bucket.arnForObjects(`${PARTS_PREFIX}*`);
    const glue = (resource: string) => Stack.of(this).formatArn({ service: 'glue', resource });
    const compact = new PipelineFunction(this, 'Compact', {
      folder: 'compact',
      description: 'Tailgate: copies settled hours of the archive to Parquet',
      timeout: Duration.minutes(15),
      memoryMb: MEMORY_MB,
      environment: {
        TAILGATE_BUCKET: bucket.bucketName,
        TAILGATE_DATABASE: databaseName,
        ...(resources.tenants && { TAILGATE_TENANTS: '1' }),
      },
      statements: [
        allow(['s3:ListBucket'], bucket.bucketArn),
        allow(['s3:GetObject'], traces),
        allow(['s3:GetObject', 's3:PutObject'], parts),
        // Glue asks for the right to a table in all that it is in.
        allow(
          ['glue:GetTable', 'glue:UpdateTable'],
          glue('catalog'),
          glue(`database/${databaseName}`),
          glue(`table/${databaseName}/${COMPACTED_HOURS_VIEW}`),
        ),
        ...useOfKey(this, encryptionKey),
      ],
      logRetention,
    });
    acknowledgeWildcard(compact.role, traces, 'the keys of archive objects are made of the time and a random number');
    acknowledgeWildcard(compact.role, parts, 'the keys of parts are made of the hours that they are of');
    new Rule(this, 'Hourly', {
      description: 'Tailgate: compaction of the archive',
      schedule: Schedule.cron({ minute: '20' }),
      targets: [
        new LambdaTarget(compact.function, {
          // The next run does what one left, so that nothing has to be tried again or set aside.
          retryAttempts: 0,
          maxEventAge: Duration.minutes(30),
          event: RuleTargetInput.fromObject({}),
        }),
      ],
    });
    this.function = compact.function;
    this.role = compact.role;
    this.logGroup = compact.logGroup;
  }
}

/** The roles whose rights to delete are taken. */
export function rolesOf(...owners: readonly ({ readonly role: IRole } | undefined)[]): readonly IRole[] {
  return owners.flatMap((owner) => (owner === undefined ? [] : [owner.role]));
}
