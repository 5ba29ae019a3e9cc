import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { FUNCTIONS, handlerFiles } from '../handlers.ts';
import { joinedJson, TO_JSON_STRING } from './json-text.ts';
import { conditions, type Setting, settingsFor } from './settings.ts';
import { pipelineTemplate, type ZipNames } from './synthesize.ts';
import { intrinsicOf, isList, isObject, type Json, type JsonObject, type Template } from './template.ts';
import { zip } from './zip.ts';

/** Most bytes of a template that CloudFormation reads from a bucket. */
export const MAX_TEMPLATE_BYTES = 1_000_000;
export const TEMPLATE_FILE = 'tailgate.template.json';

export interface CloudFormationOptions {
  /** Folder with a folder for each function, which holds what is deployed of it. */
  readonly handlersFolder: string;
  /** Folder that is written: the template and the zips of the functions. Zips of another build that are in it are deleted. */
  readonly out: string;
}

/**
 * Writes what a deployment without Node.js needs: a CloudFormation template, and the zips of the functions, which the user puts into
 * a bucket. A zip has the hash of its bytes in its name: CloudFormation sees by the name that a function has changed.
 */
export function writeCloudFormation({ handlersFolder, out }: CloudFormationOptions): void {
  mkdirSync(out, { recursive: true });
  for (const file of readdirSync(out)) if (file.endsWith('.zip')) rmSync(join(out, file));
  const names = FUNCTIONS.map((handler) => {
    const bytes = zippedFolder(join(handlersFolder, handler));
    const name = `${handler}-${createHash('sha256').update(bytes).digest('hex').slice(0, 16)}.zip`;
    writeFileSync(join(out, name), bytes);
    return [handler, name] as const;
  });
  const template = asCloudFormation(pipelineTemplate(Object.fromEntries(names) as ZipNames));
  const text = `${JSON.stringify(template, undefined, 1)}\n`;
  if (Buffer.byteLength(text) > MAX_TEMPLATE_BYTES) {
    throw new Error(
      `the template has ${Buffer.byteLength(text)} bytes: CloudFormation takes ${MAX_TEMPLATE_BYTES} at most`,
    );
  }
  writeFileSync(join(out, TEMPLATE_FILE), text);
}

function zippedFolder(folder: string): Buffer {
  return zip(handlerFiles(folder).map((name) => ({ name, bytes: readFileSync(join(folder, name)) })));
}

/** The template as CloudFormation takes it: with parameters and conditions, and JSON texts spelled out. */
function asCloudFormation({ Resources, Outputs, Mappings = {} }: Template): JsonObject {
  const settings = settingsFor('cloudformation');
  return {
    AWSTemplateFormatVersion: '2010-09-09',
    Description: 'Tailgate: tail sampling for OpenTelemetry traces',
    Parameters: Object.fromEntries(settings.map((setting) => [setting.name, parameterOf(setting)])),
    Mappings,
    Conditions: Object.fromEntries(conditions().map(([name, setting]) => [name, conditionOf(setting)])),
    Resources: spelledOut(Resources as unknown as Json),
    Outputs: spelledOut(Outputs as unknown as Json),
  };
}

function parameterOf(setting: Setting): JsonObject {
  const { type, description, allowed, pattern, maxLength, expected } = setting;
  const value = setting.default;
  return {
    Type: { text: 'String', number: 'Number', switch: 'String', list: 'CommaDelimitedList' }[type],
    Description: description,
    ...(value !== undefined && {
      Default: isList(value) ? value.join(',') : typeof value === 'number' ? value : String(value),
    }),
    ...(type === 'switch' && { AllowedValues: ['true', 'false'] }),
    ...(allowed !== undefined && { AllowedValues: allowed }),
    ...(pattern !== undefined && { AllowedPattern: pattern.source }),
    ...(maxLength !== undefined && { MaxLength: maxLength }),
    ...(expected !== undefined && { ConstraintDescription: `expected ${expected}` }),
  };
}

function conditionOf({ name, type }: Setting): JsonObject {
  if (type === 'switch') return { 'Fn::Equals': [{ Ref: name }, 'true'] };
  const text: Json = type === 'list' ? { 'Fn::Join': ['', { Ref: name }] } : { Ref: name };
  return { 'Fn::Not': [{ 'Fn::Equals': [text, ''] }] };
}

function spelledOut(value: Json): Json {
  const intrinsic = intrinsicOf(value);
  if (intrinsic?.name === TO_JSON_STRING) return joinedJson(intrinsic.argument);
  if (isList(value)) return value.map(spelledOut);
  if (!isObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, spelledOut(member)]));
}
