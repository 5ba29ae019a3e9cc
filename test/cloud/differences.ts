import { conditions as conditionsOfSettings } from '../../scripts/build/cloudformation/settings.ts';
import { pipelineTemplate } from '../../scripts/build/cloudformation/synthesize.ts';
import {
  intrinsicOf,
  isList,
  isObject,
  type Json,
  type Resource,
  type Template,
} from '../../scripts/build/cloudformation/template.ts';
import { evaluatedTemplate } from '../scripts/build/evaluated.ts';
import { ACCOUNT, CHOICES_TO_TRY, type StateResource } from './terraform.ts';

/** Parameters as the module is applied with them. */
const PARAMETERS: Readonly<Record<string, Json>> = {
  AssetsBucket: 'bucket of the .zip',
  AssetsPrefix: '',
  PipelineName: 'shop-traces',
  Policies: 'policies: []',
  CorsOrigins: ['https://shop.example'],
  AlarmTopicArn: 'arn:aws:sns:eu-west-1:111111111111:alarms',
};

/** Types of resources in the state, by those of the template. */
const TYPES: Readonly<Record<string, string>> = {
  'AWS::Athena::WorkGroup': 'aws_athena_workgroup',
  'AWS::CloudWatch::Alarm': 'aws_cloudwatch_metric_alarm',
  'AWS::DynamoDB::Table': 'aws_dynamodb_table',
  'AWS::Events::Rule': 'aws_cloudwatch_event_rule',
  'AWS::Glue::Database': 'aws_glue_catalog_database',
  'AWS::IAM::Role': 'aws_iam_role',
  'AWS::Lambda::Function': 'aws_lambda_function',
  'AWS::Lambda::Url': 'aws_lambda_function_url',
  'AWS::Logs::LogGroup': 'aws_cloudwatch_log_group',
  'AWS::S3::Bucket': 'aws_s3_bucket',
  'AWS::SQS::Queue': 'aws_sqs_queue',
  'AWS::SSM::Parameter': 'aws_ssm_parameter',
};

/** What the two formats say in other words. */
const OTHER_WORDS: readonly RegExp[] = [
  // The code of a function is an object in a bucket there, a file here.
  /\.zip$/,
  // Keys of a table are arguments of their own here.
  /^(HASH|RANGE)$/,
  // The Glue catalogue of the account is the provider's default.
  new RegExp(`^${ACCOUNT}$`),
];

/**
 * What the template has and the state of the module does not: every string of a resource, every document of IAM and every text that is
 * JSON, with its references resolved. It is not asked where a string stands: `terraform validate` knows the arguments.
 */
export function differences(state: readonly StateResource[], choice: string): readonly string[] {
  const conditions = CHOICES_TO_TRY[choice]?.conditions ?? [];
  const chosen = Object.fromEntries(conditionsOfSettings().map(([name]) => [name, conditions.includes(name)]));
  const template = evaluatedTemplate(
    pipelineTemplate({ ingest: 'ingest.zip', decide: 'decide.zip', compact: 'compact.zip', read: 'read.zip' }),
    chosen,
    CHOICES_TO_TRY[choice]?.retentionDays,
  );
  const values = state.filter(({ mode }) => mode === 'managed').map((resource) => resource.values as Json);
  // Each may be found once.
  const found = new Map<string, number>();
  for (const leaf of values.flatMap((value) => [...leaves(value), ...keys(value)]))
    found.set(leaf, (found.get(leaf) ?? 0) + 1);
  const resolver = new Resolver(template, state);
  return Object.entries(template.Resources).flatMap(([id, { Properties }]) =>
    leaves(resolver.resolve(Properties))
      .filter((leaf) => {
        const left = found.get(leaf) ?? 0;
        found.set(leaf, left - 1);
        return left <= 0 && !OTHER_WORDS.some((pattern) => pattern.test(leaf));
      })
      .map((leaf) => `${id}: ${leaf}`),
  );
}

/** Strings and numbers; a text that is JSON, plainly or in base64, as its canonical form. */
function leaves(value: Json): readonly string[] {
  if (typeof value === 'string') return [canonicalText(value)];
  if (typeof value === 'number') return [String(value)];
  if (isList(value)) return value.flatMap(leaves);
  if (!isObject(value)) return [];
  // A document of IAM is an object in the template and a text in the state.
  if ('Statement' in value || 'deadLetterTargetArn' in value) return [canonical(value)];
  return Object.entries(value).flatMap(([, member]) => leaves(member));
}

/** Names of members: what is a pair of a name and a value there is a member of a map here. */
function keys(value: Json): readonly string[] {
  if (isList(value)) return value.flatMap(keys);
  return isObject(value) ? [...Object.keys(value), ...Object.values(value).flatMap(keys)] : [];
}

function canonicalText(text: string): string {
  const view = /^\/\* Presto View: (.+) \*\/$/.exec(text)?.[1];
  const json = view === undefined ? text : Buffer.from(view, 'base64').toString();
  if (!json.startsWith('{')) return text;
  return canonical(JSON.parse(json));
}

function canonical(value: Json): string {
  return JSON.stringify(sorted(value));
}

function sorted(value: Json): Json {
  if (isList(value)) return value.map(sorted);
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.keys(value)
      .sort()
      .map((key) => [key, sorted(value[key] ?? null)]),
  );
}

/** Resolves references with the values of the state. */
class Resolver {
  readonly #template: Template;
  readonly #state: readonly StateResource[];

  constructor(template: Template, state: readonly StateResource[]) {
    this.#template = template;
    this.#state = state;
  }

  resolve(value: Json): Json {
    if (isList(value)) return value.map((element) => this.resolve(element));
    if (!isObject(value)) return value;
    const intrinsic = intrinsicOf(value);
    if (intrinsic !== undefined) return this.#intrinsic(intrinsic.name, intrinsic.argument);
    return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, this.resolve(member)]));
  }

  #intrinsic(name: string, argument: Json): Json {
    const args = isList(argument) ? argument : [];
    switch (name) {
      case 'Ref':
        return this.#ref(String(argument));
      case 'Fn::GetAtt':
        return this.#attribute(String(args[0]), String(args[1]));
      case 'Fn::Join': {
        const parts = this.resolve(args[1] ?? []);
        return isList(parts) ? parts.join(String(args[0])) : null;
      }
      case 'Fn::Split':
        return String(this.resolve(args[1] ?? '')).split(String(args[0]));
      case 'Fn::Base64':
        return Buffer.from(String(this.resolve(argument))).toString('base64');
      case 'Fn::ToJsonString':
        return JSON.stringify(this.resolve(argument));
      default:
        throw new Error(`${name} is not resolved here`);
    }
  }

  #ref(target: string): Json {
    const data: Readonly<Record<string, [type: string, attribute: string]>> = {
      'AWS::AccountId': ['aws_caller_identity', 'account_id'],
      'AWS::Partition': ['aws_partition', 'partition'],
      'AWS::Region': ['aws_region', 'region'],
    };
    const [type, attribute] = data[target] ?? [];
    if (type !== undefined && attribute !== undefined) return this.#valueOf(type, () => true, attribute);
    return PARAMETERS[target] ?? this.#attribute(target, 'Ref');
  }

  #attribute(id: string, attribute: string): Json {
    const resource = this.#template.Resources[id];
    const type = TYPES[resource?.Type ?? ''];
    if (resource === undefined || type === undefined) throw new Error(`${id} is not resolved here`);
    const isIt = ({ values, name }: StateResource) => isSame(id, resource, name, values);
    if (attribute === 'Arn') {
      const arn = this.#valueOf(type, isIt, 'arn');
      return type === 'aws_cloudwatch_log_group' ? `${arn}:*` : arn;
    }
    const byType: Readonly<Record<string, string>> = {
      aws_lambda_function: 'function_name',
      aws_s3_bucket: 'bucket',
      aws_sqs_queue: attribute === 'Ref' ? 'url' : 'name',
    };
    return this.#valueOf(type, isIt, byType[type] ?? 'name');
  }

  #valueOf(type: string, isIt: (resource: StateResource) => boolean, attribute: string): Json {
    const found = this.#state.filter((resource) => resource.type === type && isIt(resource));
    const [only] = found;
    if (only === undefined || found.length > 1) throw new Error(`${found.length} resources are the ${type}`);
    return only.values[attribute] as Json;
  }
}

/** Whether a resource of the state is that of the template: by what tells those of its type apart. */
function isSame(id: string, { Type, Properties }: Resource, name: string, values: StateResource['values']): boolean {
  if (Type === 'AWS::CloudWatch::Alarm') return values['alarm_description'] === Properties['AlarmDescription'];
  if (Type === 'AWS::Lambda::Function') return values['description'] === Properties['Description'];
  if (Type === 'AWS::IAM::Role') return values['description'] === Properties['Description'];
  if (Type === 'AWS::SQS::Queue') return values['message_retention_seconds'] === Properties['MessageRetentionPeriod'];
  if (Type === 'AWS::Logs::LogGroup') return id.toLowerCase().includes(`tailgate${name}`);
  return true;
}
