import type { Stack } from 'aws-cdk-lib';
import type { Template } from 'aws-cdk-lib/assertions';
import { Key } from 'aws-cdk-lib/aws-kms';
import { beforeAll, describe, expect, it } from 'vitest';
import { type PipelineOptions, resource, synthesise } from './support/synthesise.ts';

let template: Template;
beforeAll(() => {
  template = synthesise();
});

/** Everything a role may do, a line for each action and resource. */
function rightsOf(from: Template, role: 'Ingest' | 'Decide' | 'Compact' | 'Read'): readonly string[] {
  const properties: RoleProperties = resource(from, 'AWS::IAM::Role', `Tailgate${role}Role`)['Properties'];
  expect(properties.ManagedPolicyArns).toBeUndefined();
  expect(from.findResources('AWS::IAM::Policy')).toEqual({});
  return properties.Policies.flatMap(({ PolicyDocument }) => PolicyDocument.Statement.flatMap(lines)).sort();
}

interface RoleProperties {
  readonly ManagedPolicyArns?: unknown;
  readonly Policies: readonly { readonly PolicyDocument: { readonly Statement: readonly Statement[] } }[];
}

interface Statement {
  readonly Effect: string;
  readonly Action: string | readonly string[];
  readonly Resource: string | Reference | readonly (string | Reference)[];
  readonly Condition?: unknown;
}

function lines({ Effect, Action, Resource, Condition }: Statement): readonly string[] {
  const condition = Condition === undefined ? '' : ` if ${JSON.stringify(Condition)}`;
  const resources = [Resource].flat() as readonly (string | Reference)[];
  return [Action]
    .flat()
    .flatMap((action) => resources.map((one) => `${Effect} ${action} on ${inWords(one)}${condition}`));
}

interface Reference {
  readonly Ref?: string;
  readonly 'Fn::GetAtt'?: readonly [string, string];
  readonly 'Fn::Join'?: readonly [string, readonly (string | Reference)[]];
}

/** An ARN with the logical IDs in it cut down to what they name. */
function inWords(arn: string | Reference): string {
  if (typeof arn === 'string') return arn;
  if (arn.Ref !== undefined) return arn.Ref === 'AWS::Partition' ? 'aws' : named(arn.Ref);
  if (arn['Fn::GetAtt'] !== undefined) return named(arn['Fn::GetAtt'][0]);
  if (arn['Fn::Join'] !== undefined) return arn['Fn::Join'][1].map(inWords).join('');
  throw new Error(`not an ARN: ${JSON.stringify(arn)}`);
}

function named(logicalId: string): string {
  return logicalId.replace(/^Tailgate/, '').replace(/[0-9A-F]{8}$/, '');
}

const KEY_ARN = 'arn:aws:kms:eu-west-1:111111111111:key/0c1a2b3c-0000-4000-8000-000000000000';
const PARAMETERS = 'arn:aws:ssm:eu-west-1:111111111111:parameter/tailgate/tailgate';

const INGEST_RIGHTS = [
  'Allow dynamodb:BatchWriteItem on BufferTable',
  'Allow dynamodb:Query on BufferTable if {"ForAllValues:StringLike":{"dynamodb:LeadingKeys":["dictionary","*/dictionary"]}}',
  'Allow logs:CreateLogStream on IngestLogs',
  'Allow logs:PutLogEvents on IngestLogs',
  'Allow s3:PutObject on ArchiveBucket/spill/*',
  'Allow sqs:SendMessage on WakeUpsQueue',
  `Allow ssm:GetParameter on ${PARAMETERS}/policies`,
  `Allow ssm:GetParameter on ${PARAMETERS}/policies:*`,
  `Allow ssm:GetParametersByPath on ${PARAMETERS}/keys`,
];

const DECIDE_RIGHTS = [
  'Allow dynamodb:BatchGetItem on BufferTable',
  'Allow dynamodb:GetItem on BufferTable',
  'Allow dynamodb:PutItem on BufferTable',
  'Allow dynamodb:Query on BufferTable',
  'Allow dynamodb:UpdateItem on BufferTable',
  'Allow logs:CreateLogStream on DecideLogs',
  'Allow logs:PutLogEvents on DecideLogs',
  'Allow s3:GetObject on ArchiveBucket/spill/*',
  'Allow s3:GetObject on ArchiveBucket/traces/*',
  'Allow s3:ListBucket on ArchiveBucket',
  'Allow s3:PutObject on ArchiveBucket/traces/*',
  'Allow sqs:DeleteMessage on WakeUpsQueue',
  'Allow sqs:GetQueueAttributes on WakeUpsQueue',
  'Allow sqs:ReceiveMessage on WakeUpsQueue',
  'Allow sqs:SendMessage on WakeUpsDeadLetterQueue',
  'Allow sqs:SendMessage on WakeUpsQueue',
  `Allow ssm:GetParameter on ${PARAMETERS}/policies`,
  `Allow ssm:GetParameter on ${PARAMETERS}/policies:*`,
];

const GLUE = 'arn:aws:glue:eu-west-1:111111111111';

const COMPACT_RIGHTS = [
  ...['GetTable', 'UpdateTable'].flatMap((action) =>
    ['catalog', 'database/Database', 'table/Database/compacted_hours'].map(
      (resource) => `Allow glue:${action} on ${GLUE}:${resource}`,
    ),
  ),
  'Allow logs:CreateLogStream on CompactLogs',
  'Allow logs:PutLogEvents on CompactLogs',
  'Allow s3:GetObject on ArchiveBucket/spans/*',
  'Allow s3:GetObject on ArchiveBucket/traces/*',
  'Allow s3:ListBucket on ArchiveBucket',
  'Allow s3:PutObject on ArchiveBucket/spans/*',
];

const LISTED = '{"StringLikeIfExists":{"s3:prefix":["traces/*","spans/*"]}}';

const READ_RIGHTS = [
  'Allow dynamodb:BatchGetItem on BufferTable',
  'Allow dynamodb:GetItem on BufferTable',
  'Allow dynamodb:Query on BufferTable',
  'Allow logs:CreateLogStream on ReadLogs',
  'Allow logs:PutLogEvents on ReadLogs',
  'Allow s3:GetObject on ArchiveBucket/spans/*',
  'Allow s3:GetObject on ArchiveBucket/spill/*',
  'Allow s3:GetObject on ArchiveBucket/traces/*',
  `Allow s3:ListBucket on ArchiveBucket if ${LISTED}`,
  `Allow ssm:GetParameter on ${PARAMETERS}/policies`,
  `Allow ssm:GetParameter on ${PARAMETERS}/policies:*`,
  `Allow ssm:GetParametersByPath on ${PARAMETERS}/read-keys`,
];

/** What no function that only looks may do, in the words of every service. */
const WRITES = /:(?:\w*(?:Put|Write|Update|Delete|Create|Send|Receive|Tag|Restore|Abort|Encrypt|Generate|Grant)\w*|\*)/;

describe('the rights of the functions, in full', () => {
  it('ingest', () => {
    expect(rightsOf(template, 'Ingest')).toEqual(INGEST_RIGHTS);
  });

  it('decide', () => {
    expect(rightsOf(template, 'Decide')).toEqual(DECIDE_RIGHTS);
  });

  it('compact, where there is compaction', () => {
    const compacting = synthesise({ compaction: true });
    expect(rightsOf(compacting, 'Compact')).toEqual(COMPACT_RIGHTS);
    expect(rightsOf(compacting, 'Ingest')).toEqual(INGEST_RIGHTS);
    expect(rightsOf(compacting, 'Decide')).toEqual(DECIDE_RIGHTS);
    compacting.resourceCountIs('AWS::IAM::Role', 3);
  });

  it('read, where kept traces are served', () => {
    const reading = synthesise({ read: true });
    expect(rightsOf(reading, 'Read')).toEqual(READ_RIGHTS);
    expect(rightsOf(reading, 'Ingest')).toEqual(INGEST_RIGHTS);
    expect(rightsOf(reading, 'Decide')).toEqual(DECIDE_RIGHTS);
    reading.resourceCountIs('AWS::IAM::Role', 3);
  });

  it('read writes nothing but its log, also behind an HTTP API, for tenants, without ingest keys and with a key of yours', () => {
    const encrypted = (stack: Stack): PipelineOptions => ({
      read: true,
      tenants: true,
      ingestEndpoint: 'http-api',
      encryptionKey: Key.fromKeyArn(stack, 'Key', KEY_ARN),
    });
    for (const template of [synthesise(encrypted), synthesise({ read: true, allowUnauthenticated: true })]) {
      const rights = rightsOf(template, 'Read');
      expect(rights.filter((right) => WRITES.test(right.split(' on ')[0] ?? ''))).toEqual([
        'Allow logs:CreateLogStream on ReadLogs',
        'Allow logs:PutLogEvents on ReadLogs',
      ]);
      expect(rights.filter((right) => right.includes('kms:')).map((right) => right.split(' ')[1])).toEqual(
        rights.some((right) => right.includes('kms:')) ? ['kms:Decrypt', 'kms:DescribeKey'] : [],
      );
      expect(rights.join()).not.toContain('/keys');
    }
  });

  it('there is no third role without it', () => {
    template.resourceCountIs('AWS::IAM::Role', 2);
  });

  it('ingest without keys reads none', () => {
    const open = synthesise({ allowUnauthenticated: true });
    expect(rightsOf(open, 'Ingest')).toEqual(INGEST_RIGHTS.filter((right) => !right.includes('ByPath')));
    expect(rightsOf(open, 'Decide')).toEqual(DECIDE_RIGHTS);
  });

  it('ingest without trained dictionaries reads nothing from the table', () => {
    const plain = synthesise({ trainedDictionaries: false });
    expect(rightsOf(plain, 'Ingest')).toEqual(INGEST_RIGHTS.filter((right) => !right.includes('Query')));
    expect(rightsOf(plain, 'Decide')).toEqual(DECIDE_RIGHTS);
  });

  it('a key of yours may be used through the three services that hold the data, and in no other way', () => {
    const encrypted = synthesise((stack) => ({ encryptionKey: Key.fromKeyArn(stack, 'Key', KEY_ARN) }));
    for (const [role, rights] of [['Ingest', INGEST_RIGHTS] as const, ['Decide', DECIDE_RIGHTS] as const]) {
      const added = rightsOf(encrypted, role).filter((right) => !rights.includes(right));
      const actions = added.map((right) => right.split(' ')[1]);
      expect(actions).toEqual([
        'kms:Decrypt',
        'kms:DescribeKey',
        'kms:Encrypt',
        'kms:GenerateDataKey',
        'kms:ReEncryptFrom',
        'kms:ReEncryptTo',
      ]);
      for (const right of added) {
        expect(right).toContain('"kms:ViaService":');
        expect(right.match(/\w+(?=\.eu-west-1\.)/g)).toEqual(['dynamodb', 's3', 'sqs']);
        expect(right).not.toContain('*');
      }
    }
  });
});
