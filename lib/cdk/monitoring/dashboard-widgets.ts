import {
  AlarmStatusWidget,
  GraphWidget,
  type IAlarm,
  type IMetric,
  type IWidget,
  type Metric,
  Stats,
  TextWidget,
} from 'aws-cdk-lib/aws-cloudwatch';
import type { PlainMetricName } from '../../pipeline/metrics.ts';
import { ALARM_METRICS } from './alarm-metric.ts';
import { catalogueMetric, PERIOD, splitMetric } from './catalogue-metric.ts';
import type { PipelineMonitoringProps } from './monitoring-props.ts';

const WIDTH = 24;
const PER_ROW = 4;
const SUM = { statistic: Stats.SUM, period: PERIOD };
const MAXIMUM = { statistic: Stats.MAXIMUM, period: PERIOD };

/** The rows of the dashboard: every metric of the catalogue, beside those of the services that explain it. */
export function dashboardWidgets(props: PipelineMonitoringProps, alarms: readonly IAlarm[]): IWidget[][] {
  const { pipelineName, ingest, decide, queue, table, httpApi } = props;
  const sum = (...names: readonly PlainMetricName[]) => names.map((name) => catalogueMetric(pipelineName, name));
  const spread = (name: PlainMetricName) =>
    ['p50', 'p99', 'Maximum'].map((stat) => named(catalogueMetric(pipelineName, name, stat), stat));
  const requests = httpApi?.metricCount(SUM) ?? ingest.metric('UrlRequestCount', SUM);
  return [
    [new AlarmStatusWidget({ title: 'Alarms', width: WIDTH, height: 3, alarms: [...alarms] })],
    heading('What comes in'),
    [
      graph('Spans', sum('receiver_accepted_spans', 'rejected_spans')),
      graph('Requests', [requests, ALARM_METRICS.IngestServerErrors(props)]),
      graph('Refused requests by status', [splitMetric(pipelineName, 'refused_requests')]),
      graph('Bytes', sum('received_bytes')),
    ],
    heading('What becomes of it'),
    [
      graph('Decisions', [
        splitMetric(pipelineName, 'processor_tail_sampling_global_count_traces_sampled'),
        ...sum('processor_tail_sampling_new_trace_id_received'),
      ]),
      graph('Votes to sample, by policy', [splitMetric(pipelineName, 'processor_tail_sampling_count_traces_sampled')]),
      graph('Kept and late spans', sum('sampled_spans', 'late_spans', 'rescued_traces')),
      graph('Age of late spans', spread('processor_tail_sampling_sampling_late_span_age')),
    ],
    heading('Whether it keeps up'),
    [
      graph('Lag of decisions', spread('decision_lag')),
      graph('Age of the oldest wake-up and dead letter', [
        named(ALARM_METRICS.QueueAge(props) as Metric, 'wake-up'),
        named(ALARM_METRICS.DeadLetterAge(props) as Metric, 'dead letter'),
      ]),
      graph('Wake-ups: waiting, under way, delayed', [
        queue.metricApproximateNumberOfMessagesVisible(MAXIMUM),
        queue.metricApproximateNumberOfMessagesNotVisible(MAXIMUM),
        queue.metricApproximateNumberOfMessagesDelayed(MAXIMUM),
      ]),
      graph('Time that a batch takes', spread('processor_tail_sampling_sampling_decision_timer_latency')),
    ],
    heading('What goes wrong'),
    [
      graph('Not settled', [
        ...sum('continued_fragments', 'deferred_fragments', 'dead_lettered_fragments'),
        ...sum('fenced_claims', 'decision_failures'),
      ]),
      graph('Dead letters', [ALARM_METRICS.DeadLetters(props), ...sum('unreadable_wake_ups', 'expired_fragments')]),
      graph('Policies', [
        ...sum('processor_tail_sampling_sampling_policy_evaluation_error', 'config_refused'),
        ...sum('slow_evaluations'),
      ]),
      graph('Calls to services', [...sum('throttled_calls', 'failed_calls'), ALARM_METRICS.TableThrottles(props)]),
    ],
    heading('What it takes'),
    [
      graph('Invocations at once', [
        named(ingest.metric('ConcurrentExecutions', MAXIMUM), 'ingest'),
        named(decide.metric('ConcurrentExecutions', MAXIMUM), 'decide'),
      ]),
      graph('Duration of invocations, p99', [
        named(ingest.metricDuration({ statistic: Stats.percentile(99), period: PERIOD }), 'ingest'),
        named(decide.metricDuration({ statistic: Stats.percentile(99), period: PERIOD }), 'decide'),
      ]),
      graph('Failed and throttled invocations', [
        named(ingest.metricErrors(SUM), 'ingest errors'),
        named(decide.metricErrors(SUM), 'decide errors'),
        named(ingest.metricThrottles(SUM), 'ingest throttles'),
        named(decide.metricThrottles(SUM), 'decide throttles'),
      ]),
      graph('Units of the buffer table', [
        ...sum('consumed_write_units', 'consumed_read_units'),
        named(table.metricConsumedWriteCapacityUnits(SUM), 'all writes of the table'),
      ]),
    ],
    [graph('Archive objects', sum('archive_objects')), graph('Archive bytes before gzip', sum('archive_bytes'))],
  ];
}

function heading(title: string): IWidget[] {
  return [new TextWidget({ markdown: `## ${title}`, width: WIDTH, height: 1 })];
}

function graph(title: string, left: readonly IMetric[]): IWidget {
  return new GraphWidget({ title, left: [...left], leftYAxis: { min: 0 }, width: WIDTH / PER_ROW, period: PERIOD });
}

function named(metric: { with(props: { label: string }): IMetric }, label: string): IMetric {
  return metric.with({ label });
}
