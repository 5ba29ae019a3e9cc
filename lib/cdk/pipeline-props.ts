import type { Duration, RemovalPolicy, Size } from 'aws-cdk-lib';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { IBucket } from 'aws-cdk-lib/aws-s3';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import type { ProvisionedCapacity } from './buffer-table.ts';
import type { IngestEndpointType } from './ingest-endpoint.ts';
import type { AlarmThresholds } from './monitoring/monitoring-props.ts';
import type { Policies } from './policies.ts';

/**
 * Properties of a pipeline. Only the policies are needed.
 *
 * @example
 * ```ts
 * const props: TailSamplingPipelineProps = {
 *   policies: Policies.fromFile('tailgate.yaml'),
 *   archiveRetention: Duration.days(90),
 *   alarmTopic: onCall,
 * };
 * ```
 */
export interface TailSamplingPipelineProps {
  /** Which traces are kept. Later changes need no deployment: `tailgate policies put`. */
  readonly policies: Policies;

  /**
   * Name of the pipeline in its account and region: part of the paths of its SSM parameters, and the name of its Athena workgroup
   * and, with underscores, of its Glue database.
   *
   * @default the name of the stack in lower case
   */
  readonly pipelineName?: string;

  /**
   * Takes spans from everybody who finds the URL.
   *
   * @default false: a request needs an ingest key, and as long as there is none, all requests are refused
   */
  readonly allowUnauthenticated?: boolean;

  /**
   * Keeps the spans of several tenants apart: an ingest key has a tenant, the tenant is part of the items and of the keys of the
   * archive, and each query names one.
   *
   * @default false: all spans are of one owner
   */
  readonly tenants?: boolean;

  /**
   * What takes the requests: the URL of the function, which is free, or an API Gateway HTTP API, for a domain of your own and a throttle.
   *
   * @default 'function-url'
   */
  readonly ingestEndpoint?: IngestEndpointType;

  /**
   * Origins of the web pages that may send spans, e.g. `https://shop.example`.
   *
   * @default none: browsers refuse to send
   */
  readonly corsOrigins?: readonly string[];

  /**
   * Ingest invocations at once, reserved for it; what comes above it is answered 429, and exporters send it again. It bounds
   * what a stranger can cost you, so that it is only left out (`'unreserved'`) where the account allows no reservation.
   *
   * @default 50, some 500 requests a second
   */
  readonly ingestConcurrency?: number | 'unreserved';

  /**
   * Decide invocations at once, from 2 to 1000; reserved for it unless ingest is `'unreserved'`.
   *
   * @default 10
   */
  readonly decideConcurrency?: number;

  /**
   * Wake-ups for one decide invocation, up to 10,000. There is a wake-up for each export request. All their traces must be decided within a
   * minute: take 10 if collectors send you several thousand spans a request.
   *
   * @default 25
   */
  readonly wakeUpBatchSize?: number;

  /**
   * How long wake-ups are collected for one invocation, up to 5 minutes. Longer makes fewer and larger archive objects, and later
   * decisions.
   *
   * @default 20 seconds
   */
  readonly wakeUpBatchWindow?: Duration;

  /**
   * Capacity of the buffer table that is paid by the hour and scales.
   *
   * @default on demand
   */
  readonly provisionedCapacity?: ProvisionedCapacity;

  /**
   * A bucket of yours for the archive. Its lifecycle rules and its policy are yours then: `docs/deploy.md` has those to add.
   *
   * @default a new bucket
   */
  readonly archiveBucket?: IBucket;

  /**
   * When kept traces are deleted, in whole days from their decision. With a bucket of yours, how far back the tables look.
   *
   * @default 400 days
   */
  readonly archiveRetention?: Duration;

  /**
   * What becomes of the archive bucket when the stack is deleted.
   *
   * @default it stays, unless the first deployment fails
   */
  readonly archiveRemovalPolicy?: RemovalPolicy;

  /**
   * Copies settled hours of the archive to Parquet, by a function that runs each hour, and lets the views read those: queries read less and
   * are faster. It pays from some gigabytes of kept traces a month on: `docs/compaction.md`.
   *
   * @default false: queries read the lines, and an idle pipeline costs nothing
   */
  readonly compaction?: boolean;

  /**
   * A KMS key of yours for the table, the bucket, the queues and the results of queries. Its policy must let the account's IAM policies decide,
   * as that of a new key does.
   *
   * @default encrypted with keys of the services, without cost
   */
  readonly encryptionKey?: IKey;

  /**
   * What one Athena query may read, at least 10 MB.
   *
   * @default 10 GiB, some 5 cents
   */
  readonly scanLimit?: Size;

  /**
   * How long the log lines of the functions are kept.
   *
   * @default a month
   */
  readonly logRetention?: RetentionDays;

  /**
   * Where alarms are reported, and that they are over.
   *
   * @default nowhere: alarms only change their state
   */
  readonly alarmTopic?: ITopic;

  /**
   * From where alarms fire.
   *
   * @default those of docs/operations.md
   */
  readonly alarmThresholds?: AlarmThresholds;
}
