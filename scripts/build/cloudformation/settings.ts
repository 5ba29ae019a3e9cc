import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Token } from 'aws-cdk-lib';
import { MAX_PIPELINE_NAME_LENGTH, PIPELINE_NAME } from '../../../lib/cdk/pipeline-name.ts';
import type { TailSamplingPipelineProps } from '../../../lib/cdk/pipeline-props.ts';
import { ROOT } from '../root.ts';
import type { Json } from './template.ts';

/** What a user of the CloudFormation template or of the Terraform module may set. */
export interface Setting {
  /** Name of the CloudFormation parameter; Terraform's variable is the same in snake case. */
  readonly name: string;
  readonly type: 'text' | 'number' | 'switch' | 'list';
  /** One line; `\n` never. */
  readonly description: string;
  /** Absent: the user has to say. */
  readonly default?: string | number | boolean | readonly string[];
  /** The only values that it may have. */
  readonly allowed?: readonly number[];
  readonly pattern?: RegExp;
  readonly maxLength?: number;
  /** What must hold besides, in Terraform's words. */
  readonly terraformTest?: string;
  /** What a value that is refused should have been. */
  readonly expected?: string;
  /** For which formats it is. @default both */
  readonly only?: 'cloudformation' | 'terraform';
  /** Where the default is for one format only: a module has no file of policies. */
  readonly terraformDefault?: 'none';
}

/** A choice that changes more than a value: the pipeline is synthesised with it and without it. */
export interface Choice {
  /** Name of the condition in the templates. */
  readonly condition: string;
  /** Name of its setting. */
  readonly setting: string;
  /** The properties of the pipeline where it holds, and where it does not. */
  readonly on: Partial<TailSamplingPipelineProps>;
  readonly off: Partial<TailSamplingPipelineProps>;
}

/** Neither format computes, so that the days are taken from a list, with what follows from each beside it. */
export const RETENTION_DAYS: readonly number[] = [14, 30, 90, 180, 400, 1095];
/** That of the constructs. */
export const DEFAULT_RETENTION_DAYS = 400;

const SETTINGS: readonly Setting[] = [
  {
    name: 'AssetsBucket',
    type: 'text',
    only: 'cloudformation',
    description: 'Bucket, in the region of the stack, with the zips of the functions',
    pattern: /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/,
    expected: 'the name of an S3 bucket',
  },
  {
    name: 'AssetsPrefix',
    type: 'text',
    only: 'cloudformation',
    description: 'Folder of the zips in that bucket, with a slash at its end; empty: they are not in a folder',
    default: '',
    pattern: /^(.*\/)?$/,
    expected: 'nothing, or a folder with a slash at its end, such as tailgate/',
  },
  {
    name: 'HandlersFolder',
    type: 'text',
    only: 'terraform',
    description: 'Folder with the zips of the functions: dist/cloudformation of a build',
    terraformTest:
      // biome-ignore lint/suspicious/noTemplateCurlyInString: it is Terraform's
      'alltrue([for name in ["ingest", "decide", "compact", "read"] : length(fileset(var.handlers_folder, "${name}-*.zip")) == 1])',
    expected: 'a folder with one zip of each function, as "npm run build" writes it to dist/cloudformation',
  },
  {
    name: 'PipelineName',
    type: 'text',
    description:
      'Name of the pipeline in its account and region: part of its SSM paths, and the name of its Athena workgroup and, with _ for -, of its database',
    default: 'tailgate',
    pattern: PIPELINE_NAME,
    maxLength: MAX_PIPELINE_NAME_LENGTH,
    expected: `at most ${MAX_PIPELINE_NAME_LENGTH} lower-case letters, digits and single hyphens, a letter first`,
  },
  {
    name: 'Policies',
    type: 'text',
    description: 'The tail_sampling configuration, as YAML',
    default: readFileSync(join(ROOT, 'tailgate.yaml'), 'utf8'),
    terraformDefault: 'none',
    // Of both a parameter and the standard tier of Parameter Store.
    maxLength: 4096,
    expected: 'at most 4096 characters',
  },
  {
    name: 'ArchiveRetentionDays',
    type: 'number',
    description: 'Days that kept traces stay',
    default: DEFAULT_RETENTION_DAYS,
    allowed: RETENTION_DAYS,
    expected: `one of ${RETENTION_DAYS.join(', ')}`,
  },
  {
    name: 'Compaction',
    type: 'switch',
    description: 'Whether settled hours of the archive are copied to Parquet, for cheaper queries',
    default: false,
  },
  {
    name: 'Read',
    type: 'switch',
    description:
      'Whether kept traces are served, at a URL of their own: a page, and the APIs that Jaeger and Grafana read',
    default: false,
  },
  {
    name: 'Tenants',
    type: 'switch',
    description: 'Whether each ingest key has a tenant, whose spans are kept apart; never changed after the first span',
    default: false,
  },
  {
    name: 'ReserveConcurrency',
    type: 'switch',
    description:
      'Whether 50 concurrent executions are reserved for ingest, 10 for decide and 5 for read; false where the limit of the account is too low',
    default: true,
  },
  {
    name: 'CorsOrigins',
    type: 'list',
    description: 'Origins of the web pages that may send spans, such as https://shop.example; empty: none',
    default: [],
  },
  {
    name: 'AlarmTopicArn',
    type: 'text',
    description: 'ARN of the SNS topic that alarms are reported to; empty: none',
    default: '',
  },
];

export function settingsFor(format: 'cloudformation' | 'terraform'): readonly Setting[] {
  return SETTINGS.filter(({ only }) => only === undefined || only === format);
}

/** A value that the deployment fills in. */
export function reference(setting: 'PipelineName' | 'CorsOrigins' | 'AlarmTopicArn'): Json {
  return { Ref: setting };
}

/** Whether there is a topic; it only decides about an element of lists, so that no second synthesis is needed. */
export const ALARM_TOPIC_CONDITION = 'WithAlarmTopic';

export const CHOICES: readonly Choice[] = [
  { condition: 'WithCompaction', setting: 'Compaction', on: { compaction: true }, off: { compaction: false } },
  { condition: 'WithRead', setting: 'Read', on: { read: true }, off: { read: false } },
  { condition: 'WithTenants', setting: 'Tenants', on: { tenants: true }, off: { tenants: false } },
  {
    condition: 'WithReservedConcurrency',
    setting: 'ReserveConcurrency',
    on: {},
    off: { ingestConcurrency: 'unreserved' },
  },
  {
    condition: 'WithCorsOrigins',
    setting: 'CorsOrigins',
    on: { corsOrigins: Token.asList(reference('CorsOrigins')) },
    off: {},
  },
];

/** Each condition and the setting that it comes from. */
export function conditions(): readonly (readonly [condition: string, setting: Setting])[] {
  const pairs = [...CHOICES, { condition: ALARM_TOPIC_CONDITION, setting: 'AlarmTopicArn' }];
  return pairs.map(({ condition, setting: name }) => {
    const setting = SETTINGS.find((one) => one.name === name);
    if (setting === undefined) throw new Error(`condition ${condition}: there is no setting ${name}`);
    return [condition, setting] as const;
  });
}
