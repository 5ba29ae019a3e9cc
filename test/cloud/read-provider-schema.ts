// Writes provider-schema.json, the arguments and attributes that the AWS provider has for the resources of the Terraform module. By hand,
// for a new release of the provider, whose schema is in the npm package @cdktn/provider-aws (generated from the provider itself):
//   npm pack @cdktn/provider-aws && tar xzf cdktn-provider-aws-*.tgz
//   node bin/run.mjs test/cloud/read-provider-schema.ts package
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { terraformModule } from '../../scripts/build/terraform/module.ts';
import type { BlockSchema, ProviderSchema } from './provider-schema.ts';

const [folder] = process.argv.slice(2);
if (folder === undefined) throw new Error('expected the folder of the unpacked package');

const text = Object.values(terraformModule()).join('\n');
const used = (kind: string): string[] =>
  [...new Set([...text.matchAll(new RegExp(`^${kind} "(aws_\\w+)"`, 'gm'))].map(([, type = '']) => type))].sort();
const schema: ProviderSchema = {
  provider: `hashicorp/aws ${/hashicorp\/aws\/([\d.]+)/.exec(sources('lambda-function')[1])?.[1]}`,
  resources: Object.fromEntries(used('resource').map((type) => [type, read(type, '')])),
  dataSources: Object.fromEntries(used('data').map((type) => [type, read(type, 'data-aws-')])),
};
writeFileSync(join(import.meta.dirname, 'provider-schema.json'), `${JSON.stringify(schema, undefined, 1)}\n`);

/** A class of the package has the flags of its attributes in comments, their types in a function beside it. */
function read(type: string, prefix: string): BlockSchema {
  const [script] = sources(`${prefix}${type.slice('aws_'.length).replaceAll('_', '-')}`);
  const main = /class (\w+) extends cdktn\.Terraform(?:Resource|DataSource) /.exec(script)?.[1];
  if (main === undefined) throw new Error(`${type}: there is no class of it in the package`);
  return blockOf(script, main, /synthesizeHclAttributes\(\) \{[\s\S]*?\n {4}\}/.exec(script)?.[0] ?? '');
}

function blockOf(script: string, className: string, types: string): BlockSchema {
  const attributes: Record<string, string> = {};
  const blocks: Record<string, BlockSchema & { nesting: 'list' | 'set'; required: boolean }> = {};
  for (const { name, flags } of flagsOf(script, className)) {
    const pattern = `\\b${name}: \\{\\s*value: (.*?),\\s*isBlock: (true|false),\\s*type: "(\\w+)",\\s*storageClassType: "(\\w+)"`;
    const [, value = '', isBlock = 'false', collection = 'simple', storage = 'string'] =
      new RegExp(pattern, 's').exec(types) ?? [];
    const struct = [...value.matchAll(/(\w+)ToHclTerraform/g)].find(
      ([, one = '']) => !/^(string|number|boolean)$/.test(one),
    )?.[1];
    if (isBlock === 'true' && struct !== undefined && struct !== 'hashMapperHcl') {
      // Of the blocks, those that the module has: there are hundreds of others.
      if (!new RegExp(`^ *(${name} \\{|dynamic "${name}")`, 'm').test(text)) continue;
      const body =
        new RegExp(`function ${struct}ToHclTerraform\\(struct\\) \\{[\\s\\S]*?\\n\\}`).exec(script)?.[0] ?? '';
      const pascal = struct.charAt(0).toUpperCase() + struct.slice(1);
      const nested = blockOf(script, `${pascal}OutputReference`, body);
      blocks[name] = { nesting: collection === 'set' ? 'set' : 'list', required: flags === 'required', ...nested };
    } else attributes[name] = `${typeOf(collection, storage)} ${flags}`;
  }
  return { attributes, ...(Object.keys(blocks).length > 0 && { blocks }) };
}

function flagsOf(script: string, className: string): readonly { readonly name: string; readonly flags: string }[] {
  const body = new RegExp(`\\nclass ${className} extends[\\s\\S]*?\\n\\}`).exec(script)?.[0] ?? '';
  const comments = body.matchAll(
    /\/\/ (\w+) - computed: (true|false), optional: (true|false), required: (true|false)/g,
  );
  return [...comments].map(([, name = '', computed, optional, required]) => {
    const flags = [
      computed === 'true' && 'computed',
      optional === 'true' && 'optional',
      required === 'true' && 'required',
    ];
    return { name, flags: flags.filter((flag) => flag !== false).join(' ') };
  });
}

/** A type as Terraform's protocol spells it. */
function typeOf(collection: string, storage: string): string {
  const primitive = /^(string|number|boolean)/.exec(storage)?.[1]?.replace('boolean', 'bool') ?? 'string';
  if (storage.endsWith('Map')) return `map(${primitive})`;
  return collection === 'simple' || collection === 'any' ? primitive : `${collection}(${primitive})`;
}

function sources(name: string): readonly [script: string, types: string] {
  const path = join(folder ?? '', 'lib', name, 'index');
  return [readFileSync(`${path}.js`, 'utf8'), readFileSync(`${path}.d.ts`, 'utf8')];
}
