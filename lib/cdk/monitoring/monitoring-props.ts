import type { Duration } from 'aws-cdk-lib';
import type { IHttpApi } from 'aws-cdk-lib/aws-apigatewayv2';
import type { IAlarmAction } from 'aws-cdk-lib/aws-cloudwatch';
import type { ITable } from 'aws-cdk-lib/aws-dynamodb';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';

/**
 * Thresholds of the alarms. A threshold that is left out keeps its default.
 *
 * @example
 * ```ts
 * new TailSamplingPipeline(stack, 'Tailgate', { policies, alarmThresholds: { decisionLag: Duration.minutes(15) } });
 * ```
 */
export interface AlarmThresholds {
  /** Age of the oldest wake-up, up to 12 hours; it includes a delivery delay of up to 15 minutes. @default 30 minutes */
  readonly queueAge?: Duration;
  /** Messages in the dead-letter queue. @default 1 */
  readonly deadLetters?: number;
  /** Age of the oldest dead letter, up to 8 hours: then its spans may leave the buffer. @default 6 hours */
  readonly deadLetterAge?: Duration;
  /** Time from when a trace is due until decide looks at it, up to 12 hours. @default 5 minutes */
  readonly decisionLag?: Duration;
  /** Requests answered with 5xx in 5 minutes. @default 5 */
  readonly ingestServerErrors?: number;
  /** Failed invocations of a function in 5 minutes. @default 1 */
  readonly functionErrors?: number;
  /** Throttled invocations of a function in 5 minutes. @default 1 */
  readonly functionThrottles?: number;
  /** Throttled reads and writes of the buffer table in 5 minutes. @default 100 */
  readonly tableThrottles?: number;
  /** Share of the ingest function's reserved concurrency that is in use, in percent. @default 80 */
  readonly ingestConcurrencyPercent?: number;
}

/** Properties of the monitoring: what it watches, and where alarms go. */
export interface PipelineMonitoringProps {
  /** Name of the pipeline: the value of the dimension `pipeline` of its metrics. */
  readonly pipelineName: string;
  /** The ingest function. */
  readonly ingest: IFunction;
  /** The decide function. */
  readonly decide: IFunction;
  /** The compact function. @default the archive is not compacted, and no alarm watches it */
  readonly compact?: IFunction;
  /** The wake-up queue. */
  readonly queue: IQueue;
  /** The dead-letter queue. */
  readonly deadLetterQueue: IQueue;
  /** The buffer table. */
  readonly table: ITable;
  /** The HTTP API that receives the requests. @default the ingest function's own URL */
  readonly httpApi?: IHttpApi;
  /** Reserved concurrency of the ingest function. @default none, and no alarm watches it */
  readonly ingestConcurrency?: number;
  /** SNS topic that is notified when an alarm fires and when it is over. @default none: alarms only change their state */
  readonly alarmTopic?: ITopic;
  /** Further actions of an alarm that fires. @default none */
  readonly alarmActions?: readonly IAlarmAction[];
  /** Thresholds of the alarms. @default those of docs/operations.md */
  readonly thresholds?: AlarmThresholds;
  /** URL of your copy of docs/operations.md; alarms link to its headings. @default its path in the repository */
  readonly runbookUrl?: string;
  /** Whether to create a dashboard. @default true */
  readonly dashboard?: boolean;
}
