import { Annotations, Duration, Size, Validations } from 'aws-cdk-lib';
import type { IHttpApi } from 'aws-cdk-lib/aws-apigatewayv2';
import type { ITable } from 'aws-cdk-lib/aws-dynamodb';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { IBucket } from 'aws-cdk-lib/aws-s3';
import { Construct, type IConstruct } from 'constructs';
import { ArchiveBucket } from './archive-bucket.ts';
import { ArchiveDatabase, ArchiveWorkGroup, SavedQueries } from './archive-database.ts';
import { BufferTable } from './buffer-table.ts';
import { CompactFunction, rolesOf } from './compact-function.ts';
import { DecideFunction, visibilityTimeout } from './decide-function.ts';
import { WAKE_UP_BATCH_SIZE, WAKE_UP_BATCH_WINDOW_SECONDS } from './deployment-defaults.ts';
import { FunctionUrlDoor, HttpApiDoor } from './ingest-endpoint.ts';
import { IngestFunction } from './ingest-function.ts';
import { PipelineMonitoring } from './monitoring.ts';
import { collisionProblems, defaultPipelineName, nameProblems } from './pipeline-name.ts';
import { InvalidPipelineError, pipelineProblems } from './pipeline-problems.ts';
import type { TailSamplingPipelineProps } from './pipeline-props.ts';
import type { PipelineResources } from './pipeline-resources.ts';
import type { Policies } from './policies.ts';
import { PoliciesParameter } from './policies.ts';
import { WakeUpQueues } from './wake-up-queues.ts';

/**
 * Tail sampling for OpenTelemetry traces with no servers to run: takes OTLP/HTTP, applies the Collector's `tail_sampling` policies to
 * whole traces, and archives the sampled ones in S3, where Athena queries them.
 *
 * @example
 * new TailSamplingPipeline(this, 'Tailgate', { policies: Policies.fromFile('tailgate.yaml') });
 */
export class TailSamplingPipeline extends Construct {
  readonly pipelineName: string;
  /** Base URL for exporters, without a slash at its end. */
  readonly ingestUrl: string;
  readonly frontDoor: FunctionUrlDoor | HttpApiDoor;
  /** SSM path of the ingest keys; `undefined`: requests need none. */
  readonly keysPath: string | undefined;
  readonly policies: PoliciesParameter;
  readonly buffer: BufferTable;
  readonly wakeUps: WakeUpQueues;
  readonly archiveBucket: IBucket;
  readonly database: ArchiveDatabase;
  readonly workGroup: ArchiveWorkGroup;
  readonly ingest: IngestFunction;
  readonly decide: DecideFunction;
  /** `undefined`: the archive is not compacted. */
  readonly compact: CompactFunction | undefined;
  /** Alarms and the dashboard. */
  readonly monitoring: PipelineMonitoring;

  /** @throws {InvalidPipelineError} which names everything that is wrong with the properties */
  constructor(scope: Construct, id: string, props: TailSamplingPipelineProps) {
    super(scope, id);
    this.pipelineName = checkedName(this, props);
    report(this, props.policies);
    this.keysPath = props.allowUnauthenticated ? undefined : `/tailgate/${this.pipelineName}/keys`;
    const { encryptionKey, tenants = false, logRetention = RetentionDays.ONE_MONTH } = props;
    const retention = props.archiveRetention ?? Duration.days(400);
    const withKey = encryptionKey !== undefined && { encryptionKey };

    this.policies = new PoliciesParameter(this, 'Policies', {
      policies: props.policies,
      parameterName: `/tailgate/${this.pipelineName}/policies`,
    });
    const batchWindow = props.wakeUpBatchWindow ?? Duration.seconds(WAKE_UP_BATCH_WINDOW_SECONDS);
    this.buffer = new BufferTable(this, 'Buffer', {
      ...(props.provisionedCapacity !== undefined && { provisionedCapacity: props.provisionedCapacity }),
      ...withKey,
    });
    this.wakeUps = new WakeUpQueues(this, 'WakeUps', { visibilityTimeout: visibilityTimeout(batchWindow), ...withKey });
    const archive = new ArchiveBucket(this, 'Archive', {
      retention,
      ...(props.archiveBucket !== undefined && { existing: props.archiveBucket }),
      ...(props.archiveRemovalPolicy !== undefined && { removalPolicy: props.archiveRemovalPolicy }),
      ...withKey,
    });
    this.archiveBucket = archive.bucket;

    const resources: PipelineResources = {
      pipelineName: this.pipelineName,
      table: this.buffer.table,
      bucket: this.archiveBucket,
      queue: this.wakeUps.queue,
      deadLetterQueue: this.wakeUps.deadLetterQueue,
      policies: this.policies,
      tenants,
      encryptionKey,
    };
    const concurrency = props.ingestConcurrency ?? 50;
    this.ingest = new IngestFunction(this, 'Ingest', {
      resources,
      keysPath: this.keysPath,
      concurrency: concurrency === 'unreserved' ? undefined : concurrency,
      logRetention,
    });
    this.decide = new DecideFunction(this, 'Decide', {
      resources,
      concurrency: props.decideConcurrency ?? 10,
      isReserved: concurrency !== 'unreserved',
      batchSize: props.wakeUpBatchSize ?? WAKE_UP_BATCH_SIZE,
      batchWindow,
      logRetention,
    });
    this.frontDoor = this.#frontDoor(props, concurrency, logRetention);
    this.ingestUrl = this.frontDoor.url;

    this.database = new ArchiveDatabase(this, 'Database', {
      databaseName: this.pipelineName.replaceAll('-', '_'),
      bucket: this.archiveBucket,
      tenants,
      retentionDays: retention.toDays(),
      compaction: props.compaction ?? false,
    });
    this.compact = props.compaction
      ? new CompactFunction(this, 'Compact', { resources, databaseName: this.database.databaseName, logRetention })
      : undefined;
    archive.denyDeletesBy(rolesOf(this.ingest, this.decide, this.compact));
    this.workGroup = new ArchiveWorkGroup(this, 'Queries', {
      workGroupName: this.pipelineName,
      bucket: this.archiveBucket,
      scanLimit: props.scanLimit ?? Size.gibibytes(10),
      ...withKey,
    });
    this.monitoring = this.#monitoring(props, concurrency);
    new SavedQueries(this, 'SavedQueries', {
      databaseName: this.database.databaseName,
      workGroupName: this.workGroup.workGroupName,
      tenants,
    });
  }

  #monitoring(props: TailSamplingPipelineProps, concurrency: number | 'unreserved'): PipelineMonitoring {
    const { alarmTopic, alarmThresholds } = props;
    return new PipelineMonitoring(this, 'Monitoring', {
      pipelineName: this.pipelineName,
      ingest: this.ingest.function,
      decide: this.decide.function,
      ...(this.compact !== undefined && { compact: this.compact.function as IFunction }),
      queue: this.wakeUps.queue,
      deadLetterQueue: this.wakeUps.deadLetterQueue,
      // The AWS library is not written for exactOptionalPropertyTypes.
      table: this.buffer.table as ITable,
      ...(this.frontDoor instanceof HttpApiDoor && { httpApi: this.frontDoor.api as IHttpApi }),
      ...(concurrency !== 'unreserved' && { ingestConcurrency: concurrency }),
      ...(alarmTopic !== undefined && { alarmTopic }),
      ...(alarmThresholds !== undefined && { thresholds: alarmThresholds }),
    });
  }

  #frontDoor(
    { frontDoor, corsOrigins = [] }: TailSamplingPipelineProps,
    concurrency: number | 'unreserved',
    logRetention: RetentionDays,
  ): FunctionUrlDoor | HttpApiDoor {
    const common = { ingest: this.ingest.function, corsOrigins };
    if (frontDoor !== 'http-api' || concurrency === 'unreserved')
      return new FunctionUrlDoor(this, 'FunctionUrl', common);
    return new HttpApiDoor(this, 'HttpApi', { ...common, concurrency, logRetention });
  }
}

/** The name of the pipeline, when there is nothing wrong with anything. */
function checkedName(pipeline: TailSamplingPipeline, props: TailSamplingPipelineProps): string {
  const name = props.pipelineName ?? defaultPipelineName(pipeline);
  const problems = [
    ...props.policies.problems,
    ...nameProblems(name),
    ...collisionProblems(name, pipeline, isPipeline),
    ...pipelineProblems(props),
  ];
  if (name === undefined || problems.length > 0) throw new InvalidPipelineError(pipeline.node.path, problems);
  return name;
}

function isPipeline(construct: IConstruct): construct is TailSamplingPipeline {
  return construct instanceof TailSamplingPipeline;
}

function report(pipeline: TailSamplingPipeline, { warnings, notes }: Policies): void {
  for (const [i, warning] of warnings.entries()) Validations.of(pipeline).addWarning(`tailgate:policies-${i}`, warning);
  for (const note of notes) Annotations.of(pipeline).addInfo(note);
}
