import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { pipelineTemplate } from '../../../scripts/build/cloudformation/synthesize.ts';
import type { Json, Resource, Template } from '../../../scripts/build/cloudformation/template.ts';
import {
  argument,
  block,
  Call,
  Conditional,
  ObjectExpression,
  printFile,
  Raw,
  Template as Text,
} from '../../../scripts/build/terraform/hcl.ts';
import { terraformModule, translate } from '../../../scripts/build/terraform/module.ts';

const FOLDER = 'examples/terraform';
const MODULE = terraformModule();

describe('the Terraform module', () => {
  it('is up to date; "npm run build" writes it', () => {
    const files = readdirSync(FOLDER).filter((name) => name.endsWith('.tf'));
    expect(Object.fromEntries(files.map((name) => [name, readFileSync(join(FOLDER, name), 'utf8')]))).toEqual(MODULE);
  });

  it('has a table for each of its variables in the README', () => {
    const readme = readFileSync(join(FOLDER, 'README.md'), 'utf8');
    const variables = [...(MODULE['variables.tf'] ?? '').matchAll(/^variable "(\w+)"/gm)].map(([, name]) => name);
    expect([...readme.matchAll(/^\| `(\w+)` \|/gm)].map(([, name]) => name)).toEqual(expect.arrayContaining(variables));
  });
});

describe('the translation to Terraform', () => {
  const template = pipelineTemplate({
    ingest: 'ingest.zip',
    decide: 'decide.zip',
    compact: 'compact.zip',
    read: 'read.zip',
  });

  it('refuses a type of resources that it does not know', () => {
    expect(() => translate(withResource({ Type: 'AWS::SNS::Topic', Properties: {} }))).toThrow(
      'Extra: no translation to Terraform for AWS::SNS::Topic',
    );
  });

  it.each(Object.keys(template.Resources).map((id) => [id]))('refuses a property of %s that it does not know', (id) => {
    expect(() => translate(changed(id, (properties) => ({ ...properties, Unknown: 1 })))).toThrow(
      `${id}: no translation to Terraform for Unknown`,
    );
  });

  it('refuses one that is nested', () => {
    const places = Object.entries(template.Resources).flatMap(([id, { Properties }]) =>
      nestedObjects(Properties).map((path) => [id, path] as const),
    );
    expect(places.length).toBeGreaterThan(100);
    const accepted = places.filter(([id, path]) => {
      try {
        translate(changed(id, (properties) => withUnknown(properties, path) as Resource['Properties']));
        return true;
      } catch {
        return false;
      }
    });
    expect(accepted).toEqual([]);
  });

  it('refuses another fate of the data', () => {
    const [id = ''] = Object.entries(template.Resources).find(([, { Type }]) => Type === 'AWS::S3::Bucket') ?? [];
    const { Properties, Type } = template.Resources[id] ?? { Type: '', Properties: {} };
    expect(() => translate(withResource({ Type, Properties, DeletionPolicy: 'Delete' }, id))).toThrow(
      /deletion and replacement policy: expected/,
    );
  });

  it('refuses a reference to an attribute and a function that it does not know', () => {
    const [id = ''] = Object.entries(template.Resources).find(([, { Type }]) => Type === 'AWS::SQS::Queue') ?? [];
    const ofParameter = (Value: Json): Resource => ({ Type: 'AWS::SSM::Parameter', Properties: { Value } });
    expect(() => translate(withResource(ofParameter({ 'Fn::GetAtt': [id, 'Color'] })))).toThrow(`Color of ${id}`);
    expect(() => translate(withResource(ofParameter({ 'Fn::Cidr': [] })))).toThrow('Fn::Cidr: no translation');
  });

  function withResource(resource: Resource, id = 'Extra'): Template {
    return { ...template, Resources: { ...template.Resources, [id]: resource } };
  }

  function changed(id: string, change: (properties: Resource['Properties']) => Resource['Properties']): Template {
    const resource = template.Resources[id] ?? { Type: '', Properties: {} };
    return withResource({ ...resource, Properties: change(resource.Properties) }, id);
  }
});

/** Documents that Terraform takes as they are, and maps whose keys are the user's. */
const AS_THEY_ARE = new Set([
  'PolicyDocument',
  'AssumeRolePolicyDocument',
  'RedrivePolicy',
  'Parameters',
  'Variables',
  'DashboardBody',
  'ViewOriginalText',
]);

/** Paths of the objects in a value that hold properties. */
function nestedObjects(value: Json, path: readonly string[] = []): readonly (readonly string[])[] {
  if (typeof value !== 'object' || value === null) return [];
  const keys = Object.keys(value);
  const isIntrinsic = keys.length === 1 && /^(Ref|Fn::)/.test(keys[0] ?? '');
  const nested = Object.entries(value)
    .filter(([key]) => !AS_THEY_ARE.has(key) && (!isIntrinsic || key === 'Fn::If'))
    .flatMap(([key, member]) => nestedObjects(member, [...path, key]));
  return Array.isArray(value) || isIntrinsic || path.length === 0 ? nested : [path, ...nested];
}

function withUnknown(value: Json, [key, ...rest]: readonly string[]): Json {
  if (key === undefined) return { ...(value as Record<string, Json>), Unknown: 1 };
  const copy = structuredClone(value) as Record<string, Json>;
  copy[key] = withUnknown(copy[key] ?? null, rest);
  return copy;
}

describe('the text of the module', () => {
  it.each([
    {
      what: 'aligns the arguments of one line, and none across one of several',
      body: [
        argument('a', 1),
        argument('long', 'x'),
        argument('map', new ObjectExpression([['k', 'v']])),
        argument('b', true),
      ],
      text: 'a    = 1\nlong = "x"\nmap = {\n  k = "v"\n}\nb = true',
    },
    {
      what: 'escapes what Terraform would fill in',
      body: [argument('a', new Text(['$' + '{dt} %' + '{x} "\\', new Raw('var.x')]))],
      // biome-ignore lint/suspicious/noTemplateCurlyInString: it is Terraform's
      text: 'a = "$${dt} %%{x} \\"\\\\${var.x}"',
    },
    {
      what: 'shows several lines as lines',
      body: [argument('a', 'SELECT 1\nFROM t'), argument('b', 'x\n\ny\n')],
      text: 'a = chomp(<<-EOT\n  SELECT 1\n  FROM t\nEOT\n)\nb = <<-EOT\n  x\n\n  y\nEOT',
    },
    {
      what: 'shows a choice in one line where it can',
      body: [argument('a', new Conditional('var.x', 1, new Raw('null'))), argument('b', new Call('concat', [1], [2]))],
      text: 'a = var.x ? 1 : null\nb = concat([1], [2])',
    },
  ])('$what', ({ body, text }) => {
    const indented = text.split('\n').map((line) => (line === '' ? '' : `  ${line}`));
    expect(printFile([block('resource', body, ['aws_x', 'y'])])).toBe(
      `resource "aws_x" "y" {\n${indented.join('\n')}\n}\n`,
    );
  });
});
