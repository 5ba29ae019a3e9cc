import { Duration } from 'aws-cdk-lib';
import { type IMetric, MathExpression, Metric, Stats } from 'aws-cdk-lib/aws-cloudwatch';
import type { AlarmId } from './alarm-catalogue.ts';
import { catalogueMetric, PERIOD } from './catalogue-metric.ts';
import type { PipelineMonitoringProps } from './monitoring-props.ts';

type Watched = Omit<PipelineMonitoringProps, 'alarmTopic' | 'alarmActions' | 'thresholds'>;

const SUM = { statistic: Stats.SUM, period: PERIOD };
const MAXIMUM = { statistic: Stats.MAXIMUM, period: PERIOD };

/** What each alarm watches. */
export const ALARM_METRICS: Readonly<Record<AlarmId, (watched: Watched) => IMetric>> = {
  QueueAge: ({ queue }) => queue.metricApproximateAgeOfOldestMessage(MAXIMUM),
  DeadLetters: ({ deadLetterQueue }) => deadLetterQueue.metricApproximateNumberOfMessagesVisible(MAXIMUM),
  DeadLetterAge: ({ deadLetterQueue }) => deadLetterQueue.metricApproximateAgeOfOldestMessage(MAXIMUM),
  SpansExpired: ({ pipelineName }) => catalogueMetric(pipelineName, 'expired_fragments'),
  DecisionLag: ({ pipelineName }) => catalogueMetric(pipelineName, 'decision_lag', Stats.MAXIMUM),
  ConfigRefused: ({ pipelineName }) => catalogueMetric(pipelineName, 'config_refused'),
  IngestServerErrors: serverErrors,
  IngestErrors: ({ ingest }) => ingest.metricErrors(SUM),
  DecideErrors: ({ decide }) => decide.metricErrors(SUM),
  CompactErrors: ({ compact, decide }) => (compact ?? decide).metricErrors({ ...SUM, period: Duration.hours(1) }),
  IngestThrottles: ({ ingest }) => ingest.metricThrottles(SUM),
  DecideThrottles: ({ decide }) => decide.metricThrottles(SUM),
  TableThrottles: tableThrottles,
  IngestConcurrency: ({ ingest }) => ingest.metric('ConcurrentExecutions', MAXIMUM),
};

/** Those of the platform are counted too: a function that does not start, or times out. */
function serverErrors({ ingest, httpApi }: Watched): IMetric {
  return httpApi?.metricServerError(SUM) ?? ingest.metric('Url5xxCount', SUM);
}

function tableThrottles({ table }: Watched): IMetric {
  const throttles = (metricName: string) =>
    new Metric({
      namespace: 'AWS/DynamoDB',
      metricName,
      dimensionsMap: { TableName: table.tableName },
      ...SUM,
    });
  return new MathExpression({
    // Each of them is missing while it is 0.
    expression: 'FILL(writes, 0) + FILL(reads, 0)',
    usingMetrics: { writes: throttles('WriteThrottleEvents'), reads: throttles('ReadThrottleEvents') },
    label: 'throttle events',
    period: PERIOD,
  });
}
