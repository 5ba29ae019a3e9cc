import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { crc32, inflateRawSync } from 'node:zlib';
import { afterAll, describe, expect, it } from 'vitest';
import {
  MAX_TEMPLATE_BYTES,
  TEMPLATE_FILE,
  writeCloudFormation,
} from '../../../scripts/build/cloudformation/write-cloudformation.ts';
import { zip } from '../../../scripts/build/cloudformation/zip.ts';
import { HANDLERS } from '../../../scripts/build/handlers.ts';

const out = mkdtempSync(join(tmpdir(), 'tailgate-cloudformation-'));
afterAll(() => rmSync(out, { recursive: true }));
writeCloudFormation({ handlersFolder: HANDLERS, out });

describe('the CloudFormation template', () => {
  const text = readFileSync(join(out, TEMPLATE_FILE), 'utf8');
  const template = JSON.parse(text);

  it('needs no bootstrap, no function of the CDK and no metadata', () => {
    expect(text).not.toMatch(/BootstrapVersion|cdk-hnb659fds|CDKMetadata|Custom::|aws:cdk|AWS::CDK/);
    expect(Object.keys(template)).toEqual([
      'AWSTemplateFormatVersion',
      'Description',
      'Parameters',
      'Mappings',
      'Conditions',
      'Resources',
      'Outputs',
    ]);
  });

  it('refers only to what is in it', () => {
    const refs = [...text.matchAll(/"Ref": "([^"]+)"/g)]
      .map(([, name = '']) => name)
      .filter((name) => !name.startsWith('AWS::'));
    const attributes = [...text.matchAll(/"Fn::GetAtt": \[\s*"([^"]+)"/g)].map(([, name = '']) => name);
    const known = new Set([...Object.keys(template.Parameters), ...Object.keys(template.Resources)]);
    expect(new Set([...refs, ...attributes].filter((name) => !known.has(name)))).toEqual(new Set());
    const conditions = [
      ...[...text.matchAll(/"Fn::If": \[\s*"([^"]+)"/g)].map(([, name = '']) => name),
      ...[...text.matchAll(/"Condition": "([^"]+)"/g)].map(([, name = '']) => name),
    ];
    expect(new Set(conditions)).toEqual(new Set(Object.keys(template.Conditions)));
  });

  it('uses every parameter', () => {
    const uses = JSON.stringify([template.Resources, template.Conditions]);
    expect(Object.keys(template.Parameters).filter((name) => !uses.includes(`{"Ref":"${name}"}`))).toEqual([]);
  });

  it('has its parameters in a table of docs/deploy.md, in order and with their defaults', () => {
    const [, chapter = ''] = readFileSync('docs/deploy.md', 'utf8').split('### CloudFormation\n');
    const rows = [...(chapter.split('\n#')[0] ?? '').matchAll(/^\| `(\w+)` \| (.*?) ?\| /gm)].map(([, name, value]) => [
      name,
      value,
    ]);
    const told = (name: string, value: unknown) => {
      if (name === 'Policies') return 'those of `tailgate.yaml`';
      return value === undefined ? '' : value === '' ? 'none' : `\`${value}\``;
    };
    const parameters: [string, { Default?: unknown }][] = Object.entries(template.Parameters);
    expect(rows).toEqual(parameters.map(([name, { Default }]) => [name, told(name, Default)]));
  });

  it('starts with the policies of the repository, which fit into a parameter', () => {
    expect(template.Parameters.Policies.Default).toBe(readFileSync('tailgate.yaml', 'utf8'));
    expect(Buffer.byteLength(template.Parameters.Policies.Default)).toBeLessThanOrEqual(4096);
  });

  it('is small enough for CloudFormation', () => {
    expect(Buffer.byteLength(text)).toBeLessThan(MAX_TEMPLATE_BYTES / 2);
  });

  it('has the logical IDs of the stack that the CDK deploys, so that one can take over from the other', async () => {
    const { pipelineStack } = await import('../../cdk/support/synthesise.ts');
    const { Template } = await import('aws-cdk-lib/assertions');
    const deployed = Template.fromStack(pipelineStack({ compaction: true, read: true })).toJSON();
    const ids = (resources: object) => Object.keys(resources).sort();
    expect(ids(template.Resources)).toEqual(ids(deployed['Resources']));
  });

  it('takes the functions from zips whose names are hashes of their bytes', () => {
    const zips = readdirSync(out).filter((name) => name.endsWith('.zip'));
    expect(zips).toHaveLength(4);
    for (const name of zips) {
      const hash = createHash('sha256')
        .update(readFileSync(join(out, name)))
        .digest('hex');
      expect(name).toMatch(new RegExp(`^(ingest|decide|compact|read)-${hash.slice(0, 16)}\\.zip$`));
      expect(text).toContain(`"${name}"`);
    }
  });
});

describe('zip', () => {
  const files = [
    { name: 'index.mjs', bytes: Buffer.from('export const a = 1;\n'.repeat(100)) },
    { name: 'ü.map', bytes: Buffer.from('{}') },
  ];

  it('gives the same bytes for the same files', () => {
    expect(zip(files).equals(zip(files.map((file) => ({ ...file }))))).toBe(true);
  });

  it('has each file behind a header that says its size and checksum', () => {
    const bytes = zip(files);
    let offset = 0;
    for (const file of files) {
      expect(bytes.readUInt32LE(offset)).toBe(0x04034b50);
      expect(bytes.readUInt32LE(offset + 14)).toBe(crc32(file.bytes));
      const size = bytes.readUInt32LE(offset + 18);
      expect(bytes.readUInt32LE(offset + 22)).toBe(file.bytes.length);
      const name = bytes.readUInt16LE(offset + 26);
      expect(bytes.toString('utf8', offset + 30, offset + 30 + name)).toBe(file.name);
      const start = offset + 30 + name + bytes.readUInt16LE(offset + 28);
      expect(inflateRawSync(bytes.subarray(start, start + size)).equals(file.bytes)).toBe(true);
      offset = start + size;
    }
    expect(bytes.readUInt32LE(offset)).toBe(0x02014b50);
  });
});
