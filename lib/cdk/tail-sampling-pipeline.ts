import { Duration, Size } from 'aws-cdk-lib';
import type { IHttpApi } from 'aws-cdk-lib/aws-apigatewayv2';
import { type Metric, type MetricOptions, Stats } from 'aws-cdk-lib/aws-cloudwatch';
import type { ITable } from 'aws-cdk-lib/aws-dynamodb';
import type { Grant, IGrantable } from 'aws-cdk-lib/aws-iam';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { IBucket } from 'aws-cdk-lib/aws-s3';
import { Construct, type IConstruct } from 'constructs';
import { ArchiveBucket } from './archive-bucket.ts';
import { ArchiveDatabase, ArchiveWorkGroup, SavedQueries } from './archive-database.ts';
import { type GrantedArchive, grantQueryOfArchive, grantReadOfArchive } from './archive-grants.ts';
import { BufferTable } from './buffer-table.ts';
import { CompactFunction, rolesOf } from './compact-function.ts';
import { DecideFunction, visibilityTimeout } from './decide-function.ts';
import { WAKE_UP_BATCH_SIZE, WAKE_UP_BATCH_WINDOW_SECONDS } from './deployment-defaults.ts';
import { createIngestEndpoint, type FunctionUrlEndpoint, HttpApiEndpoint } from './ingest-endpoint.ts';
import { IngestFunction } from './ingest-function.ts';
import { pipelineMetric } from './monitoring/catalogue-metric.ts';
import { PipelineMonitoring } from './monitoring.ts';
import { databaseNameOf } from './pipeline-name.ts';
import { checkedPipelineName } from './pipeline-problems.ts';
import type { TailSamplingPipelineProps } from './pipeline-props.ts';
import type { PipelineResources } from './pipeline-resources.ts';
import { PoliciesParameter, reportPolicies } from './policies.ts';
import { createReadFunction, type ReadFunction } from './read-function.ts';
import { WakeUpQueues } from './wake-up-queues.ts';

/**
 * Tail sampling for OpenTelemetry traces with no servers to run: takes OTLP/HTTP, applies the Collector's `tail_sampling` policies to
 * whole traces, and archives the sampled ones in S3, where Athena queries them.
 *
 * The IDs of its constructs are a contract: CloudFormation replaces a resource whose ID changes, so they stay the same between
 * versions. docs/contracts.md lists them.
 *
 * @example
 * ```ts
 * const pipeline = new TailSamplingPipeline(stack, 'Tailgate', { policies: Policies.fromFile('tailgate.yaml') });
 * new CfnOutput(stack, 'Endpoint', { value: pipeline.ingestUrl });
 * pipeline.grantQuery(analyst);
 * ```
 */
export class TailSamplingPipeline extends Construct {
  /** Name of the pipeline in its account and region. */
  readonly pipelineName: string;
  /** Base URL for exporters, without a slash at its end. */
  readonly ingestUrl: string;
  /** What takes the requests. */
  readonly ingestEndpoint: FunctionUrlEndpoint | HttpApiEndpoint;
  /** SSM path of the ingest keys; `undefined`: requests need none. */
  readonly keysPath: string | undefined;
  /** The policies as an SSM parameter. */
  readonly policies: PoliciesParameter;
  /** The table in which spans wait. */
  readonly buffer: BufferTable;
  /** The queue that decisions come from, and the one of what they gave up. */
  readonly wakeUps: WakeUpQueues;
  /** The bucket of the archive. */
  readonly archiveBucket: IBucket;
  /** The Glue database of the archive. */
  readonly database: ArchiveDatabase;
  /** The Athena workgroup of the archive. */
  readonly workGroup: ArchiveWorkGroup;
  /** The function that takes spans. */
  readonly ingest: IngestFunction;
  /** The function that decides traces. */
  readonly decide: DecideFunction;
  /** The function that compacts the archive; `undefined`: the archive is not compacted. */
  readonly compact: CompactFunction | undefined;
  /** The function that serves kept traces; `undefined`: they are not served. */
  readonly read: ReadFunction | undefined;
  /** Alarms and the dashboard. */
  readonly monitoring: PipelineMonitoring;
  readonly #archive: GrantedArchive;

  /** @throws InvalidPipelineError, which names everything that is wrong with the properties */
  constructor(scope: Construct, id: string, props: TailSamplingPipelineProps) {
    super(scope, id);
    this.pipelineName = checkedPipelineName(this, props, isPipeline);
    reportPolicies(this, props.policies);
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
      trainedDictionaries: props.trainedDictionaries ?? true,
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
    this.ingestEndpoint = createIngestEndpoint(this, props.ingestEndpoint ?? 'function-url', {
      ingest: this.ingest.function,
      corsOrigins: props.corsOrigins ?? [],
      concurrency,
      logRetention,
    });
    this.ingestUrl = this.ingestEndpoint.url;

    this.database = new ArchiveDatabase(this, 'Database', {
      databaseName: databaseNameOf(this.pipelineName),
      bucket: this.archiveBucket,
      tenants,
      retentionDays: retention.toDays(),
      compaction: props.compaction ?? false,
    });
    this.compact = props.compaction
      ? new CompactFunction(this, 'Compact', { resources, databaseName: this.database.databaseName, logRetention })
      : undefined;
    this.read = createReadFunction(this, props, { resources, ingestEndpoint: this.ingestEndpoint, logRetention });
    archive.denyDeletesBy(rolesOf(this.ingest, this.decide, this.compact, this.read));
    this.workGroup = new ArchiveWorkGroup(this, 'WorkGroup', {
      workGroupName: this.pipelineName,
      bucket: this.archiveBucket,
      scanLimit: props.scanLimit ?? Size.gibibytes(10),
      ...withKey,
    });
    this.#archive = {
      bucket: this.archiveBucket,
      databaseName: this.database.databaseName,
      workGroupName: this.workGroup.workGroupName,
      encryptionKey,
    };
    this.monitoring = this.#monitoring(props, concurrency);
    new SavedQueries(this, 'SavedQueries', {
      databaseName: this.database.databaseName,
      workGroupName: this.workGroup.workGroupName,
      tenants,
    });
  }

  /**
   * A metric of the pipeline.
   *
   * @param metricName - one of docs/operations.md
   * @param props - by default the sum of 5 minutes
   *
   * @example
   * ```ts
   * pipeline.metric('late_spans').createAlarm(stack, 'LateSpans', { threshold: 1000, evaluationPeriods: 1 });
   * ```
   */
  metric(metricName: string, props?: MetricOptions): Metric {
    return pipelineMetric(this.pipelineName, metricName, props);
  }

  /** Spans that were made durable: by default the sum of 5 minutes. */
  metricAcceptedSpans(props?: MetricOptions): Metric {
    return this.metric('receiver_accepted_spans', props);
  }

  /** Spans of sampled traces, late ones included, that were written to the archive: by default the sum of 5 minutes. */
  metricSampledSpans(props?: MetricOptions): Metric {
    return this.metric('sampled_spans', props);
  }

  /** Time from when a trace was due to the look at it, in milliseconds: by default the maximum of 5 minutes. */
  metricDecisionLag(props?: MetricOptions): Metric {
    return this.metric('decision_lag', { statistic: Stats.MAXIMUM, ...props });
  }

  /**
   * Lets a principal query the archive: run queries in the workgroup, read the tables and their objects, and write results, as
   * `tailgate query --stack` and Grafana do.
   *
   * @example
   * ```ts
   * pipeline.grantQuery(Role.fromRoleName(stack, 'Grafana', 'grafana'));
   * ```
   */
  grantQuery(grantee: IGrantable): Grant {
    return grantQueryOfArchive(this, grantee, this.#archive);
  }

  /**
   * Lets a principal read the files of kept traces, and their Parquet copies.
   *
   * @example
   * ```ts
   * pipeline.grantRead(exportJob);
   * ```
   */
  grantRead(grantee: IGrantable): Grant {
    return grantReadOfArchive(grantee, this.#archive);
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
      ...(this.ingestEndpoint instanceof HttpApiEndpoint && { httpApi: this.ingestEndpoint.api as IHttpApi }),
      ...(concurrency !== 'unreserved' && { ingestConcurrency: concurrency }),
      ...(alarmTopic !== undefined && { alarmTopic }),
      ...(alarmThresholds !== undefined && { thresholds: alarmThresholds }),
    });
  }
}

function isPipeline(construct: IConstruct): construct is TailSamplingPipeline {
  return construct instanceof TailSamplingPipeline;
}
