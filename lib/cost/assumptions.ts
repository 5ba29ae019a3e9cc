import { FUNCTION_MEMORY_MB } from '../cdk/deployment-defaults.ts';
import { ALARM_CATALOGUE } from '../cdk/monitoring/alarm-catalogue.ts';
import { METRIC_CATALOGUE, type MetricDefinition } from '../pipeline/metric-catalogue.ts';

/** Values of a dimension that are written month by month; refusals have one status as a rule. */
const VALUES = { decision: 3, policy: 3, status: 1 };

/** Each value of a dimension is a metric to pay for. */
function paidMetrics(): number {
  const definitions: readonly MetricDefinition[] = METRIC_CATALOGUE;
  return definitions.reduce((sum, { dimension }) => sum + (dimension === undefined ? 1 : VALUES[dimension]), 0);
}

/**
 * What is not counted but assumed: times, which a laptop cannot measure for Lambda, and what depends on a deployment.
 * The report and docs/cost.md print them.
 */
export const ASSUMPTIONS = {
  /** Memory of both functions: one vCPU. */
  memoryGb: FUNCTION_MEMORY_MB / 1024,
  ingest: {
    /** Of one request: parsing, one round trip to SQS. */
    msPerRequest: 12,
    msPerSpan: 0.05,
    msPerFragment: 0.25,
    /** Of one BatchWriteItem of up to 25 fragments; eight are under way at once. */
    msPerBatchWrite: 1.5,
  },
  decide: {
    /** Of one batch: what overlaps with nothing, the last read, the claim and the PUT. */
    msPerBatch: 80,
    /** Of one look at one trace; sixteen are under way at once. */
    msPerLook: 0.9,
    /** Of one fragment in a look. */
    msPerFragment: 0.05,
  },
  /** What Lambda itself logs of an invocation: START, END and REPORT. */
  platformLogBytes: 350,
  /** The metrics of an invocation, as a log line in the embedded metric format. */
  metricLogBytes: 600,
  /** Around the fields of a log line: level, message, time, request ID. */
  logEnvelopeBytes: 150,
  /** All of the catalogue, with three decisions and three policies. */
  metrics: paidMetrics(),
  alarms: ALARM_CATALOGUE.filter((alarm) => !('onlyWith' in alarm)).length,
  dashboards: 1,
  /** Days that a fragment is in the table: a day of buffer TTL, and what DynamoDB takes to delete it. */
  fragmentDays: 2,
  /** The same of a decision record. */
  recordDays: 9,
  /** Bytes that DynamoDB adds to each item, for storage only. */
  itemOverheadBytes: 100,
  /** Messages that one receive of a poller brings: with a long poll, the first one that is there. */
  messagesPerReceive: 1,
  messagesPerDelete: 10,
  /** Without messages a poller asks again after so long. */
  longPollSeconds: 20,
  /** Of provisioned capacity that is used on average. */
  utilisation: 0.7,
} as const;

export const HOURS_PER_MONTH = 730;
export const DAYS_PER_MONTH = HOURS_PER_MONTH / 24;
/** The services count in GiB; this is 7 % on the dear side. */
export const BYTES_PER_GB = 1e9;
