import { readdirSync } from 'node:fs';
import { Match, type Template } from 'aws-cdk-lib/assertions';
import { beforeAll, describe, expect, it } from 'vitest';
import { DECIDE_TIMEOUT_SECONDS } from '../../lib/aws/function-contract.ts';
import { DEFAULT_BUFFER_TTL_MS } from '../../lib/pipeline/adapter-rules.ts';
import { DEFAULT_DECIDE_OPTIONS } from '../../lib/pipeline/decide/options.ts';
import { synthesise } from './support/synthesise.ts';

let template: Template;
beforeAll(() => {
  template = synthesise();
});

describe('the functions', () => {
  it.each([
    ['ingest', 20, 50],
    ['decide', DECIDE_TIMEOUT_SECONDS, 10],
  ])('%s runs on Node.js 24 and arm64 for at most %i s, %i at once', (name, timeout, concurrency) => {
    template.hasResourceProperties('AWS::Lambda::Function', {
      Description: Match.stringLikeRegexp(name === 'ingest' ? 'takes OTLP' : 'decides traces'),
      Runtime: 'nodejs24.x',
      Architectures: ['arm64'],
      Handler: 'index.handler',
      Timeout: timeout,
      ReservedConcurrentExecutions: concurrency,
      LoggingConfig: { LogGroup: { Ref: Match.anyValue() } },
    });
  });

  it('are all there is: nothing else runs', () => {
    template.resourceCountIs('AWS::Lambda::Function', 2);
  });

  it('read where everything is from their environment', () => {
    const common = {
      TAILGATE_PIPELINE: 'tailgate',
      TAILGATE_TABLE: { Ref: Match.stringLikeRegexp('BufferTable') },
      TAILGATE_BUCKET: { Ref: Match.stringLikeRegexp('ArchiveBucket') },
      TAILGATE_QUEUE_URL: { Ref: Match.stringLikeRegexp('WakeUpsQueue') },
      TAILGATE_DEAD_LETTER_QUEUE_URL: { Ref: Match.stringLikeRegexp('WakeUpsDeadLetterQueue') },
      TAILGATE_CONFIG_PARAMETER: { Ref: Match.stringLikeRegexp('Policies') },
      TAILGATE_TENANTS: Match.absent(),
    };
    template.hasResourceProperties('AWS::Lambda::Function', {
      Timeout: 20,
      Environment: { Variables: { ...common, TAILGATE_KEYS_PATH: '/tailgate/tailgate/keys' } },
    });
    template.hasResourceProperties('AWS::Lambda::Function', {
      Timeout: 60,
      Environment: { Variables: { ...common, TAILGATE_KEYS_PATH: Match.absent() } },
    });
  });

  it('keep their logs for a month, and take them along when they go', () => {
    template.allResources('AWS::Logs::LogGroup', { DeletionPolicy: 'Delete', Properties: { RetentionInDays: 30 } });
    template.resourceCountIs('AWS::Logs::LogGroup', 2);
  });
});

describe('decide', () => {
  it('may send to its own queue as often as it wants', () => {
    template.hasResourceProperties('AWS::Lambda::Function', { Timeout: 60, RecursiveLoop: 'Allow' });
  });

  it('reports failures message by message, in batches that are collected for 20 s', () => {
    template.hasResourceProperties('AWS::Lambda::EventSourceMapping', {
      BatchSize: 25,
      MaximumBatchingWindowInSeconds: 20,
      FunctionResponseTypes: ['ReportBatchItemFailures'],
      ScalingConfig: { MaximumConcurrency: 10 },
    });
  });

  it('is over before the owner of a claim counts as dead', () => {
    expect(DECIDE_TIMEOUT_SECONDS * 1000).toBeLessThan(DEFAULT_DECIDE_OPTIONS.claimTimeoutMs);
  });
});

describe('the queues', () => {
  it('hide a message for six timeouts and the window, and give it up after ten deliveries', () => {
    template.hasResourceProperties('AWS::SQS::Queue', {
      VisibilityTimeout: 6 * 60 + 20,
      MessageRetentionPeriod: 4 * 86_400,
      RedrivePolicy: {
        deadLetterTargetArn: { 'Fn::GetAtt': [Match.stringLikeRegexp('DeadLetterQueue'), 'Arn'] },
        maxReceiveCount: 10,
      },
    });
    template.hasResourceProperties('AWS::SQS::Queue', {
      MessageRetentionPeriod: 14 * 86_400,
      RedrivePolicy: Match.absent(),
    });
  });

  it('are encrypted and take TLS only', () => {
    template.allResourcesProperties('AWS::SQS::Queue', { SqsManagedSseEnabled: true });
    template.resourceCountIs('AWS::SQS::QueuePolicy', 2);
    template.allResourcesProperties('AWS::SQS::QueuePolicy', {
      PolicyDocument: {
        Statement: [Match.objectLike({ Effect: 'Deny', Condition: { Bool: { 'aws:SecureTransport': 'false' } } })],
      },
    });
  });
});

describe('the buffer table', () => {
  it('has the keys and the TTL attribute of docs/storage-schema.md, and is paid on demand', () => {
    template.hasResourceProperties('AWS::DynamoDB::Table', {
      KeySchema: [
        { AttributeName: 'traceId', KeyType: 'HASH' },
        { AttributeName: 'sk', KeyType: 'RANGE' },
      ],
      AttributeDefinitions: [
        { AttributeName: 'traceId', AttributeType: 'S' },
        { AttributeName: 'sk', AttributeType: 'S' },
      ],
      TimeToLiveSpecification: { AttributeName: 'expiresAt', Enabled: true },
      BillingMode: 'PAY_PER_REQUEST',
      GlobalSecondaryIndexes: Match.absent(),
      StreamSpecification: Match.absent(),
    });
  });
});

describe('the archive bucket', () => {
  it('is private and encrypted', () => {
    template.hasResourceProperties('AWS::S3::Bucket', {
      PublicAccessBlockConfiguration: {
        BlockPublicAcls: true,
        BlockPublicPolicy: true,
        IgnorePublicAcls: true,
        RestrictPublicBuckets: true,
      },
      OwnershipControls: { Rules: [{ ObjectOwnership: 'BucketOwnerEnforced' }] },
      BucketEncryption: {
        ServerSideEncryptionConfiguration: [{ ServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256' } }],
      },
    });
  });

  it('takes only new objects in traces/ and spans/, from anybody', () => {
    hasBucketStatement({
      Effect: 'Deny',
      Principal: { AWS: '*' },
      Action: 's3:PutObject',
      Resource: ['/traces/*', '/spans/*'].map((keys) => ({ 'Fn::Join': ['', [Match.anyValue(), keys]] })),
      Condition: { Null: { 's3:if-none-match': 'true' }, Bool: { 's3:ObjectCreationOperation': 'true' } },
    });
  });

  it('lets neither function delete', () => {
    hasBucketStatement({
      Effect: 'Deny',
      Principal: {
        AWS: [
          { 'Fn::GetAtt': [Match.stringLikeRegexp('IngestRole'), 'Arn'] },
          { 'Fn::GetAtt': [Match.stringLikeRegexp('DecideRole'), 'Arn'] },
        ],
      },
      Action: ['s3:DeleteObject', 's3:DeleteObjectVersion'],
      Resource: { 'Fn::Join': ['', [Match.anyValue(), '/*']] },
    });
  });

  it('takes TLS 1.2 and newer only', () => {
    hasBucketStatement({ Effect: 'Deny', Action: 's3:*', Condition: { Bool: { 'aws:SecureTransport': 'false' } } });
    hasBucketStatement({ Effect: 'Deny', Action: 's3:*', Condition: { NumericLessThan: { 's3:TlsVersion': 1.2 } } });
  });

  it('deletes old traces and their copies, spilled fragments after their items, results of queries and unfinished uploads', () => {
    template.hasResourceProperties('AWS::S3::Bucket', {
      LifecycleConfiguration: {
        Rules: [
          { Id: 'OldTraces', Prefix: 'traces/', ExpirationInDays: 400, Status: 'Enabled' },
          { Id: 'OldParts', Prefix: 'spans/', ExpirationInDays: 400, Status: 'Enabled' },
          { Id: 'SettledSpills', Prefix: 'spill/', ExpirationInDays: 3, Status: 'Enabled' },
          { Id: 'QueryResults', Prefix: 'query-results/', ExpirationInDays: 7, Status: 'Enabled' },
          { Id: 'UnfinishedUploads', AbortIncompleteMultipartUpload: { DaysAfterInitiation: 7 }, Status: 'Enabled' },
        ],
      },
    });
    expect(3 * 86_400_000).toBeGreaterThan(DEFAULT_BUFFER_TTL_MS);
  });

  function hasBucketStatement(statement: object): void {
    template.hasResourceProperties('AWS::S3::BucketPolicy', {
      PolicyDocument: { Statement: Match.arrayWith([Match.objectLike(statement)]) },
    });
  }
});

describe('the ingest endpoint', () => {
  it('is a function URL that everybody may call, and only as such', () => {
    template.hasResourceProperties('AWS::Lambda::Url', { AuthType: 'NONE', Cors: Match.absent() });
    template.resourceCountIs('AWS::Lambda::Permission', 2);
    template.hasResourceProperties('AWS::Lambda::Permission', {
      Action: 'lambda:InvokeFunctionUrl',
      FunctionUrlAuthType: 'NONE',
      Principal: '*',
    });
    template.hasResourceProperties('AWS::Lambda::Permission', {
      Action: 'lambda:InvokeFunction',
      InvokedViaFunctionUrl: true,
      Principal: '*',
    });
  });
});

describe('the policies', () => {
  it('are an SSM parameter', () => {
    template.hasResourceProperties('AWS::SSM::Parameter', {
      Name: '/tailgate/tailgate/policies',
      Type: 'String',
      Tier: 'Intelligent-Tiering',
      Value: 'policies: [{ name: all, type: always_sample }]',
    });
  });
});

describe('Athena', () => {
  it('has a workgroup whose limit and result location nobody can change', () => {
    template.hasResourceProperties('AWS::Athena::WorkGroup', {
      Name: 'tailgate',
      RecursiveDeleteOption: true,
      WorkGroupConfiguration: {
        EnforceWorkGroupConfiguration: true,
        BytesScannedCutoffPerQuery: 10 * 1024 ** 3,
        ResultConfiguration: {
          OutputLocation: {
            'Fn::Join': ['', ['s3://', { Ref: Match.stringLikeRegexp('ArchiveBucket') }, '/query-results/']],
          },
          EncryptionConfiguration: { EncryptionOption: 'SSE_S3' },
        },
      },
    });
  });

  it('has a database with the tables over the archive and the views', () => {
    template.hasResourceProperties('AWS::Glue::Database', { DatabaseInput: { Name: 'tailgate' } });
    const tables = Object.values(template.findResources('AWS::Glue::Table'));
    expect(tables.map(({ Properties }) => [Properties.TableInput.Name, Properties.TableInput.TableType])).toEqual([
      ['traces_otlp', 'EXTERNAL_TABLE'],
      ['traces_raw', 'EXTERNAL_TABLE'],
      ['traces', 'VIRTUAL_VIEW'],
      ['spans', 'VIRTUAL_VIEW'],
    ]);
  });

  it('reads the archive from its bucket, as far back as traces are kept', () => {
    template.hasResourceProperties('AWS::Glue::Table', {
      TableInput: {
        Name: 'traces_otlp',
        StorageDescriptor: {
          Location: { 'Fn::Join': ['', ['s3://', { Ref: Match.stringLikeRegexp('ArchiveBucket') }, '/traces/']] },
        },
        Parameters: { 'projection.dt.range': 'NOW-402DAYS,NOW+1DAYS' },
        PartitionKeys: [Match.objectLike({ Name: 'dt' }), Match.objectLike({ Name: 'hour' })],
      },
    });
  });

  it('knows a view by the document in its original text', () => {
    const tables = Object.values(template.findResources('AWS::Glue::Table'));
    const spans = tables.find(({ Properties }) => Properties.TableInput.Name === 'spans')?.['Properties'].TableInput;
    expect(spans).toMatchObject({
      Parameters: { presto_view: 'true' },
      PartitionKeys: [],
      ViewExpandedText: '/* Presto View */',
      StorageDescriptor: { SerdeInfo: {} },
    });
    const [, base64 = ''] = /^\/\* Presto View: (\S+) \*\/$/.exec(spans.ViewOriginalText) ?? [];
    const document = JSON.parse(Buffer.from(base64, 'base64').toString('utf8'));
    expect(document).toMatchObject({ catalog: 'awsdatacatalog', schema: 'tailgate' });
    expect(document.columns.map((column: { name: string }) => column.name)).toEqual(
      spans.StorageDescriptor.Columns.map((column: { Name: string }) => column.Name),
    );
  });
});

describe('the monitoring', () => {
  it('watches the functions, the queues and the table of the pipeline', () => {
    template.resourceCountIs('AWS::CloudWatch::Dashboard', 1);
    const alarms = Object.values(template.findResources('AWS::CloudWatch::Alarm'));
    const watched = new Set(
      alarms.flatMap(({ Properties }) => JSON.stringify(Properties).match(/Tailgate[A-Za-z]+(?=[0-9A-F]{8})/g) ?? []),
    );
    expect([...watched].sort()).toEqual([
      'TailgateBufferTable',
      'TailgateDecideFunction',
      'TailgateIngestFunction',
      'TailgateWakeUpsDeadLetterQueue',
      'TailgateWakeUpsQueue',
    ]);
  });
});

describe('the saved queries', () => {
  it('are those of the library, complete, in the workgroup', () => {
    const files = readdirSync('lib/archive/queries').filter((name) => name.endsWith('.sql'));
    const saved = Object.values(template.findResources('AWS::Athena::NamedQuery'));
    expect(saved.map(({ Properties }) => `${Properties.Name}.sql`).sort()).toEqual(files.sort());
    for (const { Properties } of saved) {
      expect(Properties).toMatchObject({ Database: { Ref: expect.stringContaining('Database') } });
      expect(Properties.WorkGroup).toEqual({ Ref: expect.stringContaining('WorkGroup') });
      expect(Properties.QueryString).toMatch(/dt BETWEEN/);
      expect(Properties.QueryString).not.toMatch(/:window/);
    }
    template.hasResourceProperties('AWS::Athena::NamedQuery', {
      Name: 'red',
      Description: 'Rate, errors and duration',
    });
  });
});

describe('the outputs', () => {
  it('say where to send, with which header, and where to query', () => {
    expect(Object.keys(template.findOutputs('*')).sort()).toEqual([
      'ArchiveBucket',
      'BufferTable',
      'Database',
      'DeadLetterQueueUrl',
      'IngestHeaders',
      'IngestUrl',
      'KeysPath',
      'PoliciesParameter',
      'RetentionDays',
      'Tenants',
      'WakeUpQueueUrl',
      'WorkGroup',
    ]);
    template.hasOutput('RetentionDays', { Value: '400' });
    template.hasOutput('Tenants', { Value: 'false' });
    template.hasOutput('KeysPath', { Value: '/tailgate/tailgate/keys' });
    template.hasOutput('IngestHeaders', { Value: Match.stringLikeRegexp('^x-api-key=') });
  });

  it('give the URL without the slash at its end, so that /v1/traces can be put after it', () => {
    const { FunctionUrl } = { FunctionUrl: { 'Fn::GetAtt': [Match.stringLikeRegexp('FunctionUrl'), 'FunctionUrl'] } };
    template.hasOutput('IngestUrl', {
      Value: { 'Fn::Join': ['', ['https://', { 'Fn::Select': [2, { 'Fn::Split': ['/', FunctionUrl] }] }]] },
    });
  });
});
