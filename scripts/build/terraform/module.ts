import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { conditions, type Setting, settingsFor } from '../cloudformation/settings.ts';
import { pipelineTemplate } from '../cloudformation/synthesize.ts';
import type { Resource, Template } from '../cloudformation/template.ts';
import { CATALOG } from './catalog.ts';
import { Expressions, type Names, snakeCase } from './expressions.ts';
import { FUNCTIONS } from './functions.ts';
import {
  argument,
  type Block,
  block,
  Conditional,
  type Entry,
  type Expression,
  NULL,
  ObjectExpression,
  printFile,
  Raw,
} from './hcl.ts';
import { MONITORING } from './monitoring.ts';
import { Properties } from './properties.ts';
import type { Translator } from './resources.ts';
import { STORAGE } from './storage.ts';
import { TRIGGERS } from './triggers.ts';

const TRANSLATORS: Readonly<Record<string, Translator>> = {
  ...STORAGE,
  ...FUNCTIONS,
  ...TRIGGERS,
  ...CATALOG,
  ...MONITORING,
};

/** The first release with `invoked_via_function_url` of a permission, without which a function URL answers 403. */
const PROVIDER = '>= 6.29.0, < 7.0.0';
/** The oldest release whose language has all that the module uses; it is checked with a later one. */
const TERRAFORM = '>= 1.5.0';

const HEADER = '# Generated from the constructs in lib/cdk by "npm run build"; do not edit.\n\n';

/** The files of the Terraform module, by name: the resources of the CloudFormation template in the terms of the AWS provider. */
export function terraformModule(): Readonly<Record<string, string>> {
  return translate(
    pipelineTemplate({ ingest: 'ingest.zip', decide: 'decide.zip', compact: 'compact.zip', read: 'read.zip' }),
  );
}

/** Writes the Terraform module to a folder. Files of Terraform that are no longer part of it are deleted; others, such as its README, stay. */
export function writeTerraform({ out }: { readonly out: string }): void {
  mkdirSync(out, { recursive: true });
  for (const file of readdirSync(out)) if (file.endsWith('.tf')) rmSync(join(out, file));
  for (const [file, text] of Object.entries(terraformModule())) writeFileSync(join(out, file), text);
}

/** @throws {Error} for a type of resources, a property, an attribute or a function without a translation */
export function translate(template: Template): Readonly<Record<string, string>> {
  const names = new ModuleNames(template);
  const expressions = new Expressions(names);
  const files = new Map<string, Block[]>([
    ['versions.tf', [versions()]],
    ['variables.tf', settingsFor('terraform').map(variable)],
    [
      'data.tf',
      ['aws_caller_identity', 'aws_partition', 'aws_region'].map((type) => block('data', [], [type, 'current'])),
    ],
  ]);
  for (const [logicalId, resource] of Object.entries(template.Resources)) {
    const { file, translate: translateResource } = translatorOf(logicalId, resource);
    if (resource.DependsOn !== undefined) throw new Error(`${logicalId}: no translation to Terraform for DependsOn`);
    const properties = new Properties(logicalId, resource.Properties);
    const blocks = translateResource({
      logicalId,
      resource,
      properties,
      name: names.nameOf(logicalId),
      expressions,
      count:
        resource.Condition === undefined
          ? []
          : [argument('count', new Raw(`${names.test(resource.Condition)} ? 1 : 0`))],
      address: (other, type) => names.address(other, type),
    });
    properties.done();
    files.set(file, [...(files.get(file) ?? []), ...blocks]);
  }
  files.set('locals.tf', locals(template));
  files.set('outputs.tf', outputs(template, expressions));
  return Object.fromEntries([...files].map(([file, blocks]) => [file, `${HEADER}${printFile(blocks)}`]));
}

function translatorOf(logicalId: string, { Type }: Resource): Translator {
  const translator = TRANSLATORS[Type];
  if (translator !== undefined) return translator;
  throw new Error(`${logicalId}: no translation to Terraform for ${Type}; add it to the translators`);
}

function versions(): Block {
  const aws = new ObjectExpression([
    ['source', 'hashicorp/aws'],
    ['version', PROVIDER],
  ]);
  return block('terraform', [
    argument('required_version', TERRAFORM),
    block('required_providers', [argument('aws', aws)]),
  ]);
}

function variable(setting: Setting): Block {
  const { name, type, description, allowed, pattern, maxLength, expected, terraformDefault, terraformTest } = setting;
  const reference = `var.${snakeCase(name)}`;
  const tests = [
    ...(pattern === undefined ? [] : [`can(regex(${JSON.stringify(pattern.source)}, ${reference}))`]),
    ...(terraformTest === undefined ? [] : [terraformTest]),
    ...(allowed === undefined ? [] : [`contains([${allowed.join(', ')}], ${reference})`]),
    ...(maxLength === undefined ? [] : [`length(${reference}) <= ${maxLength}`]),
  ];
  const hasDefault = setting.default !== undefined && terraformDefault !== 'none';
  const entries: Entry[] = [
    argument('description', description),
    argument('type', new Raw({ text: 'string', number: 'number', switch: 'bool', list: 'list(string)' }[type])),
    ...(hasDefault ? [argument('default', setting.default as Expression)] : []),
    ...(tests.length === 0
      ? []
      : [
          block('validation', [
            argument('condition', new Raw(tests.join(' && '))),
            argument('error_message', `${snakeCase(name)}: expected ${expected}.`),
          ]),
        ]),
  ];
  return block('variable', entries, [snakeCase(name)]);
}

/** What a variable that has a few values stands for, by value. */
function locals({ Mappings = {} }: Template): Block[] {
  const tables = Object.entries(Mappings).map(([name, rows]) => {
    const members = Object.entries(rows).map(([key, row]): [string, Expression] => {
      const values = Object.entries(row).map(([column, value]): [string, Expression] => [
        snakeCase(column),
        value as Expression,
      ]);
      return [key, new ObjectExpression(values)];
    });
    return argument(snakeCase(name), new ObjectExpression(members));
  });
  return tables.length === 0 ? [] : [block('locals', tables)];
}

function outputs({ Outputs }: Template, expressions: Expressions): Block[] {
  return Object.entries(Outputs).map(([name, { Value, Description, Condition }]) => {
    const value = expressions.of(Value);
    return block(
      'output',
      [
        argument('description', Description),
        argument('value', Condition === undefined ? value : new Conditional(expressions.test(Condition), value, NULL)),
      ],
      [snakeCase(name)],
    );
  });
}

/** What parts of the template are called in the module. */
class ModuleNames implements Names {
  readonly #resources: Template['Resources'];
  readonly #names: ReadonlyMap<string, string>;
  readonly #variables: ReadonlySet<string>;
  readonly #tests: ReadonlyMap<string, string>;

  constructor({ Resources }: Template) {
    this.#resources = Resources;
    this.#variables = new Set(settingsFor('terraform').map(({ name }) => name));
    this.#tests = new Map(conditions().map(([condition, setting]) => [condition, testOf(setting)]));
    const names = Object.entries(Resources).map(([id, resource]) => [id, nameOf(id, resource)] as const);
    this.#names = new Map(names);
    const addresses = names.map(([id, name]) => `${this.resource(id).Type} ${name}`);
    const twice = addresses.find((address, index) => addresses.indexOf(address) !== index);
    if (twice !== undefined) throw new Error(`two resources would be called ${twice}`);
  }

  variable(parameter: string): string | undefined {
    return this.#variables.has(parameter) ? `var.${snakeCase(parameter)}` : undefined;
  }

  test(condition: string): string {
    const test = this.#tests.get(condition);
    if (test === undefined) throw new Error(`condition ${condition}: there is none of that name`);
    return test;
  }

  nameOf(logicalId: string): string {
    const name = this.#names.get(logicalId);
    if (name === undefined) throw new Error(`${logicalId}: there is no such resource or parameter`);
    return name;
  }

  address(logicalId: string, type?: string): string {
    const resource = this.resource(logicalId);
    const index = resource.Condition === undefined ? '' : '[0]';
    return `${type ?? translatorOf(logicalId, resource).type}.${this.nameOf(logicalId)}${index}`;
  }

  resource(logicalId: string): Resource {
    const resource = this.#resources[logicalId];
    if (resource === undefined) throw new Error(`${logicalId}: there is no such resource or parameter`);
    return resource;
  }
}

function testOf({ name, type }: Setting): string {
  const reference = `var.${snakeCase(name)}`;
  if (type === 'switch') return reference;
  return type === 'list' ? `length(${reference}) > 0` : `${reference} != ""`;
}

/** Tables and queries are called as they are in the account, the others by the path of their construct. */
function nameOf(logicalId: string, { Type, Properties: properties }: Resource): string {
  const translator = translatorOf(logicalId, { Type, Properties: properties });
  const input = properties['TableInput'];
  if (Type === 'AWS::Glue::Table' && typeof input === 'object' && input !== null && 'Name' in input)
    return String(input['Name']);
  if (Type === 'AWS::Athena::NamedQuery') return String(properties['Name']).replaceAll('-', '_');
  let name = logicalId
    .replace(/^Tailgate/, '')
    .replaceAll(/[0-9A-F]{8}/g, '')
    .replace(/^Monitoring/, '');
  if (Type === 'AWS::Lambda::Permission') {
    const [owner = ''] = name.split('Function');
    return snakeCase(`${owner}${String(properties['Action']).replace('lambda:', '')}`);
  }
  const word = translator.words?.find((one) => name.endsWith(one));
  if (word !== undefined) name = name.slice(0, -word.length);
  return name === '' ? 'pipeline' : snakeCase(name);
}
