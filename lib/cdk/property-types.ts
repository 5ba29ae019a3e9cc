import { RemovalPolicy, Token } from 'aws-cdk-lib';
import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import { quotedExcerpt } from '../text/messages.ts';
import { didYouMean } from '../text/nearest-name.ts';
import type { ProvisionedCapacity } from './buffer-table.ts';
import type { AlarmThresholds } from './monitoring/monitoring-props.ts';
import type { TailSamplingPipelineProps } from './pipeline-props.ts';
import { Policies } from './policies.ts';

/** What a value must be. In plain JavaScript nothing else checks it, and the text `false` would count as true. */
interface Kind {
  readonly expected: string;
  readonly holds: (value: unknown) => boolean;
  /** The kinds of its own properties, where it is an object of them. */
  readonly members?: Readonly<Record<string, Kind>>;
  readonly required?: true;
}

/** Not by class: an app may have two copies of aws-cdk-lib. */
const having = (member: string, expected: string): Kind => ({
  expected,
  holds: (value) => typeof value === 'object' && value !== null && member in value,
});
const objectOf = <Props>(members: Readonly<Record<keyof Props & string, Kind>>): Kind => ({
  expected: `an object with ${Object.keys(members).join(', ')}`,
  holds: (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
  members,
});
const isText = (value: unknown) => typeof value === 'string';
const isNumber = (value: unknown) => typeof value === 'number';

const FLAG: Kind = { expected: 'true or false', holds: (value) => typeof value === 'boolean' };
const TEXT: Kind = { expected: 'a text', holds: isText };
const NUMBER: Kind = { expected: 'a number', holds: isNumber };
const REQUIRED_NUMBER: Kind = { ...NUMBER, required: true };
const THRESHOLD: Kind = {
  expected: 'a number of 0 or more',
  holds: (value) => isNumber(value) && (Token.isUnresolved(value) || Number(value) >= 0),
};
const DURATION = having('toSeconds', 'a Duration, such as Duration.minutes(5)');

const PIPELINE = objectOf<TailSamplingPipelineProps>({
  policies: {
    expected: 'Policies.fromFile(path) or Policies.fromText(yaml)',
    holds: (value) => value instanceof Policies,
    required: true,
  },
  pipelineName: TEXT,
  allowUnauthenticated: FLAG,
  tenants: FLAG,
  ingestEndpoint: {
    expected: '"function-url" or "http-api"',
    holds: (value) => value === 'function-url' || value === 'http-api',
  },
  corsOrigins: { expected: 'a list of texts', holds: (value) => Array.isArray(value) && value.every(isText) },
  ingestConcurrency: {
    expected: 'a number or "unreserved"',
    holds: (value) => isNumber(value) || value === 'unreserved',
  },
  decideConcurrency: NUMBER,
  wakeUpBatchSize: NUMBER,
  wakeUpBatchWindow: DURATION,
  provisionedCapacity: objectOf<ProvisionedCapacity>({
    minWriteUnits: REQUIRED_NUMBER,
    maxWriteUnits: REQUIRED_NUMBER,
    minReadUnits: REQUIRED_NUMBER,
    maxReadUnits: REQUIRED_NUMBER,
    targetUtilizationPercent: NUMBER,
  }),
  trainedDictionaries: FLAG,
  archiveBucket: having('bucketArn', 'a bucket, such as Bucket.fromBucketName(…)'),
  archiveRetention: DURATION,
  archiveRemovalPolicy: {
    expected: 'a RemovalPolicy',
    holds: (value) => Object.values<unknown>(RemovalPolicy).includes(value),
  },
  compaction: FLAG,
  read: FLAG,
  readMemory: having('toMebibytes', 'a Size, such as Size.mebibytes(1769)'),
  readConcurrency: NUMBER,
  encryptionKey: having('keyArn', 'a KMS key, such as Key.fromKeyArn(…)'),
  scanLimit: having('toBytes', 'a Size, such as Size.gibibytes(10)'),
  logRetention: {
    expected: 'one of RetentionDays, such as RetentionDays.ONE_MONTH',
    holds: (value) =>
      isNumber(value) && (Token.isUnresolved(value) || Object.values<unknown>(RetentionDays).includes(value)),
  },
  alarmTopic: having('topicArn', 'an SNS topic, such as Topic.fromTopicArn(…)'),
  alarmThresholds: objectOf<AlarmThresholds>({
    queueAge: DURATION,
    deadLetterAge: DURATION,
    deadLetters: THRESHOLD,
    decisionLag: DURATION,
    ingestServerErrors: THRESHOLD,
    functionErrors: THRESHOLD,
    functionThrottles: THRESHOLD,
    tableThrottles: THRESHOLD,
    ingestConcurrencyPercent: THRESHOLD,
  }),
});

/** The properties of a pipeline that have the right types, and a line for each that has not, is unknown or is missing. */
export function checkedTypes(props: unknown): {
  readonly usable: Partial<TailSamplingPipelineProps>;
  readonly problems: readonly string[];
} {
  if (!PIPELINE.holds(props)) {
    const example = '{ policies: Policies.fromFile("tailgate.yaml") }';
    const problem = `the properties of the pipeline: ${shown(props)}: expected an object, such as ${example}; a TailgateStack has it as "pipeline"`;
    return { usable: {}, problems: [problem] };
  }
  const given = props as Readonly<Record<string, unknown>>;
  const { members = {} } = PIPELINE;
  const usable = Object.keys(members).filter((name) => kindProblems(name, given[name], members[name]).length === 0);
  return {
    usable: Object.fromEntries(usable.map((name) => [name, given[name]])),
    problems: memberProblems('', given, members),
  };
}

function memberProblems(
  prefix: string,
  given: Readonly<Record<string, unknown>>,
  members: Readonly<Record<string, Kind>>,
): readonly string[] {
  const names = Object.keys(members);
  const unknown = Object.keys(given).filter((name) => !names.includes(name));
  return [
    ...unknown.map((name) => `${prefix}${name}: there is no such property${didYouMean(name, names)}`),
    ...names.flatMap((name) => kindProblems(`${prefix}${name}`, given[name], members[name])),
  ];
}

function kindProblems(path: string, value: unknown, kind: Kind | undefined): readonly string[] {
  if (kind === undefined || (value === undefined && kind.required === undefined)) return [];
  if (!kind.holds(value)) return [`${path}: ${shown(value)}: expected ${kind.expected}`];
  if (kind.members === undefined) return [];
  return memberProblems(`${path}.`, value as Readonly<Record<string, unknown>>, kind.members);
}

function shown(value: unknown): string {
  if (isText(value)) return quotedExcerpt(String(value));
  if (Array.isArray(value)) return 'a list';
  return typeof value === 'object' && value !== null
    ? 'an object'
    : typeof value === 'function'
      ? 'a function'
      : String(value);
}
