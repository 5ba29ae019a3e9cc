import type { Duration } from 'aws-cdk-lib';
import type { IHttpApi } from 'aws-cdk-lib/aws-apigatewayv2';
import type { IAlarmAction } from 'aws-cdk-lib/aws-cloudwatch';
import type { ITable } from 'aws-cdk-lib/aws-dynamodb';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';

/**
 * Values from which on alarms fire. One that is left out keeps its default.
 *
 * @example
 * ```ts
 * new TailSamplingPipeline(stack, 'Tailgate', { policies, alarmThresholds: { decisionLag: Duration.minutes(15) } });
 * ```
 */
export interface AlarmThresholds {
  /** Age of the oldest wake-up. It may include a delay of up to 15 minutes. @default 30 minutes */
  readonly queueAge?: Duration;
  /** Wake-ups that were given up. @default 1 */
  readonly deadLetters?: number;
  /** From the time at which a trace is due to the look at it. @default 5 minutes */
  readonly decisionLag?: Duration;
  /** Requests answered with 5xx, in 5 minutes. @default 5 */
  readonly ingestServerErrors?: number;
  /** Invocations of a function that failed, in 5 minutes. @default 1 */
  readonly functionErrors?: number;
  /** Invocations of a function that were turned away, in 5 minutes. @default 1 */
  readonly functionThrottles?: number;
  /** Reads and writes of items that were throttled, in 5 minutes. @default 100 */
  readonly tableThrottles?: number;
  /** Share of the reserved concurrency of the ingest function that is in use, in percent. @default 80 */
  readonly ingestConcurrencyPercent?: number;
}

/** What is watched, and where alarms go. */
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
  /** Wake-ups that were given up. */
  readonly deadLetterQueue: IQueue;
  /** The buffer table. */
  readonly table: ITable;
  /** What the requests come through. @default the URL of the ingest function */
  readonly httpApi?: IHttpApi;
  /** Concurrency reserved for the ingest function. @default none is, and no alarm watches it */
  readonly ingestConcurrency?: number;
  /** Where alarms are reported, and that they are over. @default nowhere: alarms only change their state */
  readonly alarmTopic?: ITopic;
  /** What else happens when an alarm fires. @default nothing */
  readonly alarmActions?: readonly IAlarmAction[];
  /** Values from which on alarms fire. @default those of docs/operations.md */
  readonly thresholds?: AlarmThresholds;
  /** Where docs/operations.md is; alarms link to its headings. @default the path in the repository of Tailgate */
  readonly runbookUrl?: string;
  /** Whether there is a dashboard. @default true */
  readonly dashboard?: boolean;
}
