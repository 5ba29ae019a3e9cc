/** The alarms of a pipeline, by the IDs of their constructs: docs/operations.md says what each means. */
export type AlarmId =
  | 'QueueAge'
  | 'DeadLetters'
  | 'DeadLetterAge'
  | 'SpansExpired'
  | 'DecisionLag'
  | 'ConfigRefused'
  | 'IngestServerErrors'
  | 'IngestErrors'
  | 'DecideErrors'
  | 'CompactErrors'
  | 'IngestThrottles'
  | 'DecideThrottles'
  | 'TableThrottles'
  | 'IngestConcurrency';

/** What every alarm is: its construct, its heading in docs/operations.md and its row there are made from this. */
export interface AlarmDefinition {
  /** ID of the construct. A change replaces the alarm. */
  readonly id: AlarmId;
  /** Its heading in docs/operations.md. */
  readonly heading: string;
  /** What it watches, for a reader. */
  readonly watches: string;
  /** How many metrics that is, where it is more than one. CloudWatch charges for each of them. */
  readonly metrics?: number;
  /** The default, or of a duration its milliseconds or seconds as the metric has them. */
  readonly threshold: number;
  /** The same for a reader. */
  readonly fires: string;
  /** In minutes. */
  readonly period: number;
  readonly evaluationPeriods: number;
  readonly datapointsToAlarm: number;
  readonly missingData: 'notBreaching' | 'breaching' | 'ignore' | 'missing';
  /** What it means when there is no data, and so why they are treated as they are. */
  readonly noDataMeans: string;
  /** What happened, as the description of the alarm says it. */
  readonly description: string;
  /** The option of the pipeline without which there is no such alarm. */
  readonly onlyWith?: 'compaction';
}

/** One value beyond the threshold is enough. */
const AT_ONCE = { period: 5, evaluationPeriods: 1, datapointsToAlarm: 1 } as const;
/** Not for what is over as soon as it is seen. */
const LASTING = { period: 5, evaluationPeriods: 3, datapointsToAlarm: 2 } as const;

const IDLE = 'the function was not called';

export const ALARM_CATALOGUE: readonly AlarmDefinition[] = [
  {
    id: 'QueueAge',
    heading: 'Wake-ups wait too long',
    watches: 'AWS/SQS `ApproximateAgeOfOldestMessage` of the wake-up queue',
    threshold: 30 * 60,
    fires: 'over 30 minutes, in 2 of 3 periods of 5 minutes',
    ...LASTING,
    missingData: 'notBreaching',
    noDataMeans: 'the queue has been empty for hours',
    description: 'The oldest wake-up is older than any delay explains: decisions stand still, or do not keep up.',
  },
  {
    id: 'DeadLetters',
    heading: 'Dead letters',
    watches: 'AWS/SQS `ApproximateNumberOfMessagesVisible` of the dead-letter queue',
    threshold: 1,
    fires: 'from 1',
    ...AT_ONCE,
    missingData: 'notBreaching',
    noDataMeans: 'the queue has been empty for hours',
    description: 'Wake-ups were given up: their traces are undecided, and their spans leave the buffer after its TTL.',
  },
  {
    id: 'DeadLetterAge',
    heading: 'Dead letters become too late',
    watches: 'AWS/SQS `ApproximateAgeOfOldestMessage` of the dead-letter queue',
    threshold: 6 * 3600,
    fires: 'from 6 hours',
    ...AT_ONCE,
    missingData: 'notBreaching',
    noDataMeans: 'the queue has been empty for hours',
    description: 'Nobody has moved dead letters back for hours: soon their spans leave the buffer, and are lost.',
  },
  {
    id: 'SpansExpired',
    heading: 'Spans expire undecided',
    watches: '`expired_fragments`, the sum',
    threshold: 1,
    fires: 'from 1',
    ...AT_ONCE,
    missingData: 'notBreaching',
    noDataMeans: 'nothing has expired, or nothing was decided; the age of the queue shows whether anything waits',
    description: 'Wake-ups came so late that their spans had left the buffer: these spans are lost.',
  },
  {
    id: 'DecisionLag',
    heading: 'Decisions come late',
    watches: '`decision_lag`, the maximum',
    threshold: 5 * 60_000,
    fires: 'over 5 minutes, in 2 of 3 periods of 5 minutes',
    ...LASTING,
    missingData: 'notBreaching',
    noDataMeans: 'nothing was decided; the age of the queue shows whether anything waits',
    description: 'Wake-ups are looked at long after their time: decisions do not keep up with what comes in.',
  },
  {
    id: 'ConfigRefused',
    heading: 'Policies are refused',
    watches: '`config_refused`, the sum',
    threshold: 1,
    fires: 'from 1 in 5 minutes, until 15 minutes without',
    period: 5,
    evaluationPeriods: 3,
    datapointsToAlarm: 1,
    missingData: 'notBreaching',
    noDataMeans: 'nothing was refused, or no function ran that could have read the configuration',
    description: 'The newest version of the policies has errors. The last good one stays in use.',
  },
  {
    id: 'IngestServerErrors',
    heading: 'Exporters get 5xx',
    watches: 'AWS/Lambda `Url5xxCount`, or AWS/ApiGateway `5xx` of the HTTP API',
    threshold: 5,
    fires: 'from 5 in 5 minutes, in 2 of 3 such periods',
    ...LASTING,
    missingData: 'notBreaching',
    noDataMeans: 'there were no requests',
    description: 'Requests were answered with 5xx: spans could not be made durable. Exporters try again, for a while.',
  },
  {
    id: 'IngestErrors',
    heading: 'The ingest function fails',
    watches: 'AWS/Lambda `Errors` of the ingest function',
    threshold: 1,
    fires: 'from 1 in 5 minutes, in 2 of 3 such periods',
    ...LASTING,
    missingData: 'notBreaching',
    noDataMeans: IDLE,
    description: 'The ingest function crashed, ran out of memory or timed out.',
  },
  {
    id: 'DecideErrors',
    heading: 'The decide function fails',
    watches: 'AWS/Lambda `Errors` of the decide function',
    threshold: 1,
    fires: 'from 1 in 5 minutes, in 2 of 3 such periods',
    ...LASTING,
    missingData: 'notBreaching',
    noDataMeans: IDLE,
    description: 'The decide function crashed, ran out of memory or timed out. Its wake-ups come back.',
  },
  {
    id: 'CompactErrors',
    heading: 'The compact function fails',
    watches: 'AWS/Lambda `Errors` of the compact function',
    threshold: 1,
    fires: 'from 1 in an hour, in 2 of 3 hours; there is no alarm without compaction',
    period: 60,
    evaluationPeriods: 3,
    datapointsToAlarm: 2,
    missingData: 'notBreaching',
    noDataMeans: IDLE,
    description:
      'The compact function crashed, ran out of memory or timed out. Queries read lines meanwhile; nothing is lost.',
    onlyWith: 'compaction',
  },
  {
    id: 'IngestThrottles',
    heading: 'The ingest function is throttled',
    watches: 'AWS/Lambda `Throttles` of the ingest function',
    threshold: 1,
    fires: 'from 1 in 5 minutes, in 2 of 3 such periods',
    ...LASTING,
    missingData: 'notBreaching',
    noDataMeans: IDLE,
    description: 'Requests were turned away because all concurrency of the ingest function was in use.',
  },
  {
    id: 'DecideThrottles',
    heading: 'The decide function is throttled',
    watches: 'AWS/Lambda `Throttles` of the decide function',
    threshold: 1,
    fires: 'from 1 in 5 minutes, in 2 of 3 such periods',
    ...LASTING,
    missingData: 'notBreaching',
    noDataMeans: IDLE,
    description:
      'Batches of wake-ups were turned away, which uses up their deliveries: in the end they are dead letters.',
  },
  {
    id: 'TableThrottles',
    heading: 'The buffer table is throttled',
    watches: 'AWS/DynamoDB `WriteThrottleEvents` + `ReadThrottleEvents` of the buffer table',
    metrics: 2,
    threshold: 100,
    fires: 'from 100 in 5 minutes, in 2 of 3 such periods',
    ...LASTING,
    missingData: 'notBreaching',
    noDataMeans: 'nothing was throttled: DynamoDB reports no zeros',
    description: 'The buffer table takes less than it is given. Calls are tried again; then requests are answered 503.',
  },
  {
    id: 'IngestConcurrency',
    heading: 'Ingest is close to its concurrency',
    watches: 'AWS/Lambda `ConcurrentExecutions` of the ingest function, the maximum',
    threshold: 80,
    fires: 'from 80 % of what is reserved, in 2 of 3 periods of 5 minutes; there is no alarm without a reservation',
    ...LASTING,
    missingData: 'notBreaching',
    noDataMeans: IDLE,
    description: 'The ingest function uses most of its reserved concurrency: it will soon turn requests away.',
  },
];

/** The anchor that a heading gets on GitHub, and in most other renderers of Markdown. */
export function anchorOf(heading: string): string {
  return heading
    .toLowerCase()
    .replace(/[^\w\- ]/g, '')
    .replaceAll(' ', '-');
}
