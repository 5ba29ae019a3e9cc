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
 * Properties of a pipeline. Only the policies are required.
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
  /** Decide which traces are kept. To change them later without a deployment, run `tailgate policies put`. */
  readonly policies: Policies;

  /**
   * Name of the pipeline, unique in its account and region. It is part of the paths of the SSM parameters, the name of the Athena
   * workgroup and, with underscores for hyphens, the name of the Glue database.
   *
   * @default the name of the stack in lower case
   */
  readonly pipelineName?: string;

  /**
   * Accepts spans from everyone who finds the URL.
   *
   * @default false: a request needs an ingest key; until the first key exists, every request is refused
   */
  readonly allowUnauthenticated?: boolean;

  /**
   * Keeps the spans of several tenants apart: each ingest key belongs to a tenant, the tenant is part of the table's items and of
   * the archive's object keys, and each query names one.
   *
   * @default false: all spans belong to one owner
   */
  readonly tenants?: boolean;

  /**
   * Receives the requests: the function's own URL, which is free, or an API Gateway HTTP API, which adds your own domain and a
   * throttle.
   *
   * @default 'function-url'
   */
  readonly ingestEndpoint?: IngestEndpointType;

  /**
   * Origins of the web pages that may send spans, such as `https://shop.example`; `*` allows all.
   *
   * @default none: browsers refuse to send
   */
  readonly corsOrigins?: readonly string[];

  /**
   * Reserved concurrency of the ingest function. Requests above it are answered 429, and exporters retry them. It bounds what a
   * stranger can cost you, so use `'unreserved'` only where the account allows no reservation.
   *
   * @default 50, about 500 requests a second
   */
  readonly ingestConcurrency?: number | 'unreserved';

  /**
   * Concurrency of the decide function, from 2 to 1000. It is reserved unless `ingestConcurrency` is `'unreserved'`.
   *
   * @default 10
   */
  readonly decideConcurrency?: number;

  /**
   * Wake-ups per decide invocation, up to 10,000. Each export request sends one wake-up. The invocation must decide all their traces
   * within a minute: use 10 if your Collectors send several thousand spans per request.
   *
   * @default 25
   */
  readonly wakeUpBatchSize?: number;

  /**
   * Time to collect wake-ups for one invocation, up to 5 minutes. A longer window makes fewer, larger archive objects, and later
   * decisions.
   *
   * @default 20 seconds
   */
  readonly wakeUpBatchWindow?: Duration;

  /**
   * Provisions the buffer table, with autoscaling, instead of paying per request.
   *
   * @default on demand
   */
  readonly provisionedCapacity?: ProvisionedCapacity;

  /**
   * Compresses waiting spans with dictionaries that the decide function trains on them once a day: fragments cost up to a third fewer
   * write units. A dictionary is kept in the buffer table for eight days, and has only what several fragments have in common.
   * Switch it off and wait for a day before you go back to version 0.1, which cannot read such fragments.
   *
   * @default true
   */
  readonly trainedDictionaries?: boolean;

  /**
   * Your own bucket for the archive. You manage its policy and lifecycle rules; `docs/deploy.md` lists what to add.
   *
   * @default a new bucket
   */
  readonly archiveBucket?: IBucket;

  /**
   * Time until kept traces are deleted, in whole days from their decision. With your own bucket it only says how far back the tables
   * look.
   *
   * @default 400 days
   */
  readonly archiveRetention?: Duration;

  /**
   * What happens to the archive bucket when the stack is deleted.
   *
   * @default the bucket stays, unless the first deployment fails
   */
  readonly archiveRemovalPolicy?: RemovalPolicy;

  /**
   * Adds an hourly function that copies settled hours of the archive to Parquet, which the views then read: queries are faster and
   * read less. It pays off from a few gigabytes of kept traces a month: `docs/compaction.md`.
   *
   * @default false: queries read the JSON lines
   */
  readonly compaction?: boolean;

  /**
   * Adds a function that serves kept traces: a page, the APIs of Jaeger's page and of Grafana's data sources, and one of its own. It
   * has a URL of its own, or further routes of the HTTP API, and answers those who have a read key alone, also with
   * `allowUnauthenticated`: `docs/read.md`.
   *
   * @default false: kept traces are read with Athena, or as files
   */
  readonly read?: boolean;

  /**
   * Memory of the read function, from 1024 to 10,240 MB. A seventh of it is for what an instance remembers of the archive; more than
   * the default makes nothing faster but that.
   *
   * @default 1769 MB, which gives the function one whole processor
   */
  readonly readMemory?: Size;

  /**
   * Concurrency of the read function: instances that work at once, each of which reads what it is asked for by itself. Requests above
   * it are answered 429. It is reserved unless `ingestConcurrency` is `'unreserved'`.
   *
   * @default 5
   */
  readonly readConcurrency?: number;

  /**
   * Your own KMS key for the table, the bucket, the queues and the query results. Its key policy must delegate to the account's IAM
   * policies, as the policy of a new key does.
   *
   * @default keys that the services own, at no cost
   */
  readonly encryptionKey?: IKey;

  /**
   * The most that one Athena query may read, at least 10 MB.
   *
   * @default 10 GiB, about 5 cents
   */
  readonly scanLimit?: Size;

  /**
   * Retention of the functions' logs.
   *
   * @default one month
   */
  readonly logRetention?: RetentionDays;

  /**
   * SNS topic that is notified when an alarm fires and when it is over.
   *
   * @default none: alarms only change their state
   */
  readonly alarmTopic?: ITopic;

  /**
   * Thresholds of the alarms.
   *
   * @default those of docs/operations.md
   */
  readonly alarmThresholds?: AlarmThresholds;
}
