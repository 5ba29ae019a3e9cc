import { type Duration, Token } from 'aws-cdk-lib';
import type { IHttpApi } from 'aws-cdk-lib/aws-apigatewayv2';
import { Alarm, ComparisonOperator, Dashboard, type IAlarmAction, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import type { ITable } from 'aws-cdk-lib/aws-dynamodb';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { ALARM_CATALOGUE, type AlarmDefinition, type AlarmId, anchorOf } from './monitoring/alarm-catalogue.ts';
import { ALARM_METRICS } from './monitoring/alarm-metric.ts';
import { dashboardWidgets } from './monitoring/dashboard-widgets.ts';

/** From where alarms fire. */
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

export interface PipelineMonitoringProps {
  /** The value of the dimension `pipeline`: `TAILGATE_PIPELINE` in the environment of both functions. */
  readonly pipelineName: string;
  readonly ingest: IFunction;
  readonly decide: IFunction;
  /** @default the archive is not compacted, and no alarm watches it */
  readonly compact?: IFunction;
  /** The wake-up queue. */
  readonly queue: IQueue;
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
  /** @default those of docs/operations.md */
  readonly thresholds?: AlarmThresholds;
  /** Where docs/operations.md is; alarms link to its headings. @default the path in the repository of Tailgate */
  readonly runbookUrl?: string;
  /** Whether there is a dashboard. @default true */
  readonly dashboard?: boolean;
}

const DEFAULT_RUNBOOK_URL = 'docs/operations.md';

/** A dashboard, and alarms for what a person has to do something about. Each alarm says what that is: docs/operations.md. */
export class PipelineMonitoring extends Construct {
  readonly alarms: ReadonlyMap<AlarmId, Alarm>;
  readonly dashboard: Dashboard | undefined;

  constructor(scope: Construct, id: string, props: PipelineMonitoringProps) {
    super(scope, id);
    const thresholds = thresholdsOf(props);
    const alarms = new Map<AlarmId, Alarm>();
    for (const [alarm, threshold] of Object.entries(thresholds)) {
      if (threshold === undefined || Token.isUnresolved(threshold) || threshold > 0) continue;
      throw new Error(`${this.node.path}: the threshold of alarm ${alarm} is ${threshold}: expected a number above 0`);
    }
    for (const definition of ALARM_CATALOGUE) {
      const threshold = thresholds[definition.id];
      if (threshold !== undefined) alarms.set(definition.id, this.#alarm(definition, threshold, props));
    }
    this.alarms = alarms;
    if (props.dashboard ?? true) {
      this.dashboard = new Dashboard(this, 'Dashboard', { widgets: dashboardWidgets(props, [...alarms.values()]) });
    }
  }

  #alarm(definition: AlarmDefinition & { readonly id: AlarmId }, threshold: number, props: PipelineMonitoringProps) {
    const { id, heading, description, evaluationPeriods, datapointsToAlarm, missingData } = definition;
    const alarm = new Alarm(this, id, {
      metric: ALARM_METRICS[id](props),
      alarmDescription: `${description} What to do: ${props.runbookUrl ?? DEFAULT_RUNBOOK_URL}#${anchorOf(heading)}`,
      threshold,
      comparisonOperator: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
      evaluationPeriods,
      datapointsToAlarm,
      treatMissingData: TREATMENTS[missingData],
    });
    for (const action of props.alarmActions ?? []) alarm.addAlarmAction(action);
    if (props.alarmTopic !== undefined) {
      const notify = new SnsAction(props.alarmTopic);
      alarm.addAlarmAction(notify);
      alarm.addOkAction(notify);
    }
    return alarm;
  }
}

const TREATMENTS: Readonly<Record<AlarmDefinition['missingData'], TreatMissingData>> = {
  notBreaching: TreatMissingData.NOT_BREACHING,
  breaching: TreatMissingData.BREACHING,
  ignore: TreatMissingData.IGNORE,
  missing: TreatMissingData.MISSING,
};

/** The thresholds in the units of the metrics. `undefined`: no alarm. */
function thresholdsOf({
  thresholds = {},
  ingestConcurrency,
  compact,
}: PipelineMonitoringProps): Record<AlarmId, number | undefined> {
  const byDefault = Object.fromEntries(ALARM_CATALOGUE.map(({ id, threshold }) => [id, threshold])) as Record<
    AlarmId,
    number
  >;
  const percent = thresholds.ingestConcurrencyPercent ?? byDefault.IngestConcurrency;
  return {
    QueueAge: thresholds.queueAge?.toSeconds() ?? byDefault.QueueAge,
    DeadLetters: thresholds.deadLetters ?? byDefault.DeadLetters,
    DecisionLag: thresholds.decisionLag?.toMilliseconds() ?? byDefault.DecisionLag,
    ConfigRefused: byDefault.ConfigRefused,
    IngestServerErrors: thresholds.ingestServerErrors ?? byDefault.IngestServerErrors,
    IngestErrors: thresholds.functionErrors ?? byDefault.IngestErrors,
    DecideErrors: thresholds.functionErrors ?? byDefault.DecideErrors,
    // It runs once an hour, so that a number for 5 minutes is not for it.
    CompactErrors: compact && byDefault.CompactErrors,
    IngestThrottles: thresholds.functionThrottles ?? byDefault.IngestThrottles,
    DecideThrottles: thresholds.functionThrottles ?? byDefault.DecideThrottles,
    TableThrottles: thresholds.tableThrottles ?? byDefault.TableThrottles,
    IngestConcurrency: ingestConcurrency && Math.max(1, Math.floor((ingestConcurrency * percent) / 100)),
  };
}
