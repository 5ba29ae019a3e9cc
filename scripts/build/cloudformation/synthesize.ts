import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  App,
  Duration,
  type FileAssetLocation,
  type FileAssetSource,
  Fn,
  type IStackSynthesizer,
  type ISynthesisSession,
  Stack,
  StackSynthesizer,
  Token,
} from 'aws-cdk-lib';
import { Topic } from 'aws-cdk-lib/aws-sns';
import type { TailSamplingPipelineProps } from '../../../lib/cdk/pipeline-props.ts';
import { Policies } from '../../../lib/cdk/policies.ts';
import { TailgateStack } from '../../../lib/cdk/tailgate-stack.ts';
import { FUNCTIONS } from '../handlers.ts';
import { parsedJson } from './json-text.ts';
import { mergeTemplates } from './merge.ts';
import { withRetention } from './retention.ts';
import { ALARM_TOPIC_CONDITION, CHOICES, type Choice, DEFAULT_RETENTION_DAYS, reference } from './settings.ts';
import {
  intrinsicOf,
  isList,
  isObject,
  type Json,
  type JsonObject,
  NO_VALUE,
  type Resource,
  type Template,
} from './template.ts';

/** Name of the zip of each function. */
export type ZipNames = Readonly<Record<(typeof FUNCTIONS)[number], string>>;

/** Stands for the policies until the template has a parameter for them. */
const SOME_POLICIES = 'policies: [{ name: stands for the parameter, type: always_sample }]';

/**
 * The stack of `lib/cdk` as one template for every choice of settings: {@link CHOICES} become conditions, the other settings
 * references. Its JSON texts are structures (`Fn::ToJsonString`).
 */
export function pipelineTemplate(zips: ZipNames): Template {
  const everything = Object.fromEntries(CHOICES.map(({ condition }) => [condition, true]));
  return withRetention(mergedOver(CHOICES, {}, zips), (days) => templateFor(everything, zips, days));
}

/** The template of one choice: with the options of `chosen`, by condition. */
export function templateFor(
  chosen: Readonly<Record<string, boolean>>,
  zips: ZipNames,
  retentionDays: number = DEFAULT_RETENTION_DAYS,
): Template {
  const props = CHOICES.map(({ condition, on, off }) => (chosen[condition] ? on : off));
  return synthesize(Object.assign({ archiveRetention: Duration.days(retentionDays) }, ...props), zips);
}

function mergedOver(choices: readonly Choice[], chosen: Readonly<Record<string, boolean>>, zips: ZipNames): Template {
  const [choice, ...others] = choices;
  if (choice === undefined) return templateFor(chosen, zips);
  const { condition } = choice;
  const [on, off] = [true, false].map((value) => mergedOver(others, { ...chosen, [condition]: value }, zips));
  if (on === undefined || off === undefined) throw new Error('there are two');
  return mergeTemplates(condition, on, off);
}

function synthesize(props: Partial<TailSamplingPipelineProps>, zips: ZipNames): Template {
  const outdir = mkdtempSync(join(tmpdir(), 'tailgate-template-'));
  try {
    const app = new App({
      outdir,
      treeMetadata: false,
      // It would miss the parameters and conditions, which the templates are given later.
      builtinCloudFormationValidation: false,
      context: { 'aws:cdk:disable-asset-staging': true },
    });
    const policies = Policies.fromText(SOME_POLICIES);
    // An element of a list of actions, which then is empty.
    const topicArn = { 'Fn::If': [ALARM_TOPIC_CONDITION, reference('AlarmTopicArn'), NO_VALUE] };
    const alarmTopic = Topic.fromTopicArn(new Stack(app, 'Imports'), 'AlarmTopic', Token.asString(topicArn));
    const stack = new TailgateStack(app, 'Tailgate', {
      // The AWS library is not written for exactOptionalPropertyTypes.
      synthesizer: new ZipsInBucket(zips) as IStackSynthesizer,
      description: 'Tailgate: tail sampling for OpenTelemetry traces',
      pipeline: { policies, pipelineName: Token.asString(reference('PipelineName')), alarmTopic, ...props },
    });
    const template = app.synth().getStackByName(stack.stackName).template as SynthesisedTemplate;
    return cleaned(template, policies.parameterValue);
  } finally {
    rmSync(outdir, { recursive: true, force: true });
  }
}

/** Functions come from zips in a bucket that the user names: nothing has to be bootstrapped, and nothing is uploaded. */
class ZipsInBucket extends StackSynthesizer {
  readonly #zips: ZipNames;

  constructor(zips: ZipNames) {
    super();
    this.#zips = zips;
  }

  override addFileAsset({ displayName = '' }: FileAssetSource): FileAssetLocation {
    const handler = FUNCTIONS.find((name) => displayName.toLowerCase().includes(`/${name}/`));
    if (handler === undefined) throw new Error(`an asset that is not the zip of a function: ${displayName}`);
    const bucketName = Fn.ref('AssetsBucket');
    const objectKey = Fn.join('', [Fn.ref('AssetsPrefix'), this.#zips[handler]]);
    return { bucketName, objectKey, httpUrl: '', s3ObjectUrl: `s3://${bucketName}/${objectKey}` };
  }

  override addDockerImageAsset(): never {
    throw new Error('a template without a registry has no images');
  }

  override synthesize(session: ISynthesisSession): void {
    this.synthesizeTemplate(session);
    this.emitArtifact(session);
  }
}

interface SynthesisedTemplate {
  readonly Resources: Readonly<
    Record<string, Omit<Resource, 'DependsOn'> & { DependsOn?: string | string[]; Metadata?: Json }>
  >;
  readonly Outputs: Template['Outputs'];
}

/** The stack's own says how to make a key with the command, for a stack whose name is known. */
const INGEST_HEADERS = { Value: 'x-api-key=<an ingest key>', Description: 'OTEL_EXPORTER_OTLP_HEADERS' };

/** Without what only the CDK reads, and with the policies as a reference. */
function cleaned(template: SynthesisedTemplate, policies: string): Template {
  const resources = Object.entries(template.Resources).map(([id, { Metadata, DependsOn, ...resource }]) => {
    if (!resource.Type.startsWith('AWS::') || resource.Type.startsWith('AWS::CDK::')) {
      throw new Error(
        `${id}: ${resource.Type} needs a function of the CDK, which a template without Node.js does not have`,
      );
    }
    // A dependency on what the properties refer to is there without being said.
    const references = JSON.stringify(resource.Properties);
    const dependencies = [DependsOn ?? []].flat().filter((other) => !references.includes(`"${other}"`));
    const properties = structured(resource.Properties, policies) as JsonObject;
    const cleanedUp = {
      ...resource,
      Properties: properties,
      ...(dependencies.length > 0 && { DependsOn: dependencies }),
    };
    return [id, cleanedUp] as const;
  });
  return { Resources: Object.fromEntries(resources), Outputs: { ...template.Outputs, IngestHeaders: INGEST_HEADERS } };
}

/** With JSON texts as structures, and a reference in place of the policies. */
function structured(value: Json, policies: string, name = ''): Json {
  if (value === policies) return { Ref: 'Policies' };
  if (name === 'DashboardBody') return parsedJson(value);
  const intrinsic = intrinsicOf(value);
  if (intrinsic?.name === 'Fn::Base64') return { [intrinsic.name]: parsedJson(intrinsic.argument) };
  if (isList(value)) return value.map((element) => structured(element, policies));
  if (!isObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, structured(member, policies, key)]));
}
