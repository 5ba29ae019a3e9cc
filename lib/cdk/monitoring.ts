import { Token } from 'aws-cdk-lib';
import { Alarm, ComparisonOperator, Dashboard, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import { Construct } from 'constructs';
import { DEFAULT_BUFFER_TTL_MS } from '../pipeline/adapter-rules.ts';
import { ALARM_CATALOGUE, type AlarmDefinition, type AlarmId, anchorOf } from './monitoring/alarm-catalogue.ts';
import { ALARM_METRICS } from './monitoring/alarm-metric.ts';
import { dashboardWidgets } from './monitoring/dashboard-widgets.ts';
import type { PipelineMonitoringProps } from './monitoring/monitoring-props.ts';

const DEFAULT_RUNBOOK_URL = 'docs/operations.md';

/**
 * A dashboard, and alarms for everything that needs a person. Each alarm links to what to do: docs/operations.md.
 *
 * @example
 * ```ts
 * pipeline.monitoring.alarms.get('DeadLetters')?.addAlarmAction(new SnsAction(onCall));
 * ```
 */
export class PipelineMonitoring extends Construct {
  /** The alarms by the IDs of their constructs. */
  readonly alarms: ReadonlyMap<AlarmId, Alarm>;
  /** `undefined`: there is none. */
  readonly dashboard: Dashboard | undefined;

  constructor(scope: Construct, id: string, props: PipelineMonitoringProps) {
    super(scope, id);
    const thresholds = thresholdsOf(props);
    const alarms = new Map<AlarmId, Alarm>();
    for (const [alarm, threshold] of Object.entries(thresholds)) {
      if (threshold === undefined || Token.isUnresolved(threshold) || threshold > 0) continue;
      throw new Error(`${this.node.path}: the threshold of alarm ${alarm} is ${threshold}: expected a number above 0`);
    }
    const late = lateThresholds(props);
    if (late.length > 0) throw new Error([`${this.node.path}: alarms would come too late:`, ...late].join('\n  '));
    for (const definition of ALARM_CATALOGUE) {
      const threshold = thresholds[definition.id];
      if (threshold !== undefined) alarms.set(definition.id, this.#alarm(definition, threshold, props));
    }
    this.alarms = alarms;
    if (props.dashboard ?? true) {
      this.dashboard = new Dashboard(this, 'Dashboard', { widgets: dashboardWidgets(props, [...alarms.values()]) });
    }
  }

  #alarm(definition: AlarmDefinition, threshold: number, props: PipelineMonitoringProps) {
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

/** The longest threshold, in hours, of an alarm on the time that spans have waited: half of the time that the buffer keeps them. */
const LONGEST_WAIT_HOURS = DEFAULT_BUFFER_TTL_MS / 2 / 3_600_000;
/** The same for dead letters, whose spans may have waited for the longest decision wait and all attempts before. */
const LONGEST_DEAD_LETTER_HOURS = 8;

/** Thresholds that leave no time to act before spans leave the buffer, a line each. */
function lateThresholds({ thresholds = {} }: PipelineMonitoringProps): readonly string[] {
  const limits = [
    ['queueAge', LONGEST_WAIT_HOURS],
    ['decisionLag', LONGEST_WAIT_HOURS],
    ['deadLetterAge', LONGEST_DEAD_LETTER_HOURS],
  ] as const;
  return limits.flatMap(([name, most]) => {
    const threshold = thresholds[name];
    if (threshold === undefined || threshold.isUnresolved()) return [];
    const hours = threshold.toHours({ integral: false });
    if (hours <= most) return [];
    return [
      `thresholds.${name}: ${hours} hours: expected ${most} or less: spans leave the buffer ${DEFAULT_BUFFER_TTL_MS / 3_600_000} hours after they arrived`,
    ];
  });
}

/** The thresholds in the units of their metrics; `undefined`: no alarm. */
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
    DeadLetterAge: thresholds.deadLetterAge?.toSeconds() ?? byDefault.DeadLetterAge,
    SpansExpired: byDefault.SpansExpired,
    DecisionLag: thresholds.decisionLag?.toMilliseconds() ?? byDefault.DecisionLag,
    ConfigRefused: byDefault.ConfigRefused,
    IngestServerErrors: thresholds.ingestServerErrors ?? byDefault.IngestServerErrors,
    IngestErrors: thresholds.functionErrors ?? byDefault.IngestErrors,
    DecideErrors: thresholds.functionErrors ?? byDefault.DecideErrors,
    // Compaction runs once an hour, so a threshold for 5 minutes does not apply.
    CompactErrors: compact && byDefault.CompactErrors,
    IngestThrottles: thresholds.functionThrottles ?? byDefault.IngestThrottles,
    DecideThrottles: thresholds.functionThrottles ?? byDefault.DecideThrottles,
    TableThrottles: thresholds.tableThrottles ?? byDefault.TableThrottles,
    IngestConcurrency: ingestConcurrency && Math.max(1, Math.floor((ingestConcurrency * percent) / 100)),
  };
}
