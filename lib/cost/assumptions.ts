import { FUNCTION_MEMORY_MB } from '../cdk/deployment-defaults.ts';
import { ALARM_CATALOGUE } from '../cdk/monitoring/alarm-catalogue.ts';
import { METRIC_CATALOGUE, type MetricDefinition } from '../pipeline/metrics.ts';

/** Values per dimension that occur in a typical month. Refusals usually have one status. */
const VALUES = { decision: 3, policy: 3, status: 1 };

/** CloudWatch charges for each value of a dimension as for a metric. */
function paidMetrics(): number {
  const definitions: readonly MetricDefinition[] = METRIC_CATALOGUE;
  return definitions.reduce((sum, { dimension }) => sum + (dimension === undefined ? 1 : VALUES[dimension]), 0);
}

const ALARMS = ALARM_CATALOGUE.filter(({ onlyWith }) => onlyWith === undefined);

/**
 * Figures that are assumed and not counted: times, which a laptop cannot measure for Lambda, and what depends on the
 * deployment. The report and docs/cost.md print them.
 */
export const ASSUMPTIONS = {
  /** Memory of each function; it gives the function one vCPU. */
  memoryGb: FUNCTION_MEMORY_MB / 1024,
  ingest: {
    /** For one request: parsing, one round trip to SQS. */
    msPerRequest: 12,
    msPerSpan: 0.05,
    msPerFragment: 0.25,
    /** For one BatchWriteItem of up to 25 fragments; eight run concurrently. */
    msPerBatchWrite: 1.5,
  },
  decide: {
    /** For one batch: the work that overlaps with nothing else, the last read, the claim and the PUT. */
    msPerBatch: 80,
    /** For one evaluation of one trace; sixteen run concurrently. */
    msPerLook: 0.9,
    /** For one fragment in an evaluation. */
    msPerFragment: 0.05,
  },
  /** What Lambda itself logs for an invocation: START, END and REPORT. */
  platformLogBytes: 350,
  /** The metrics of an invocation, as a log line in the embedded metric format. */
  metricLogBytes: 600,
  /** Envelope of a log line: level, message, time, request ID. */
  logEnvelopeBytes: 150,
  /** The whole catalogue, with three decisions and three policies. */
  metrics: paidMetrics(),
  alarms: ALARMS.length,
  /** An alarm on the sum of two metrics is charged for twice. */
  alarmMetrics: ALARMS.reduce((sum, { metrics = 1 }) => sum + metrics, 0),
  dashboards: 1,
  /** Days that a fragment is in the table: one day of buffer TTL, and the time that DynamoDB takes to delete it. */
  fragmentDays: 2,
  /** Days that a decision record is in the table, computed in the same way. */
  recordDays: 9,
  /** Bytes that DynamoDB adds to each item for storage. They do not count for write units. */
  itemOverheadBytes: 100,
  /** Messages per receive. A long poll returns as soon as the first message is there. */
  messagesPerReceive: 1,
  messagesPerDelete: 10,
  /** A poller without messages asks again after this time. */
  longPollSeconds: 20,
  /** Average utilisation of provisioned capacity. */
  utilisation: 0.7,
} as const;

export const HOURS_PER_MONTH = 730;
export const DAYS_PER_MONTH = HOURS_PER_MONTH / 24;
/** AWS bills GiB; counting in GB overestimates by 7 %. */
export const BYTES_PER_GB = 1e9;
