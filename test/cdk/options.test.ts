import { App, Duration, Size, Stack } from 'aws-cdk-lib';
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import { Key } from 'aws-cdk-lib/aws-kms';
import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { describe, expect, it } from 'vitest';
import { throttleFor } from '../../lib/cdk/ingest-endpoint.ts';
import { Policies } from '../../lib/cdk/policies.ts';
import { TailSamplingPipeline } from '../../lib/cdk/tail-sampling-pipeline.ts';
import { TailgateStack } from '../../lib/cdk/tailgate-stack.ts';
import { ENV, POLICIES, pipelineStack, synthesise, unstagedApp } from './support/synthesise.ts';

describe('ingestEndpoint: http-api', () => {
  const template = synthesise({
    ingestEndpoint: 'http-api',
    corsOrigins: ['https://shop.example'],
    ingestConcurrency: 40,
  });

  it('replaces the function URL', () => {
    template.resourceCountIs('AWS::Lambda::Url', 0);
    template.hasOutput('IngestUrl', {
      Value: { 'Fn::GetAtt': [Match.stringLikeRegexp('HttpApi'), 'ApiEndpoint'] },
    });
  });

  it('has a route for spans and one to look whether it is there', () => {
    const routes = Object.values(template.findResources('AWS::ApiGatewayV2::Route'));
    expect(routes.map(({ Properties }) => Properties.RouteKey).sort()).toEqual(['GET /healthz', 'POST /v1/traces']);
    template.hasResourceProperties('AWS::ApiGatewayV2::Integration', { PayloadFormatVersion: '2.0' });
  });

  it('has a throttle below the concurrency of the function, and writes an access log', () => {
    template.hasResourceProperties('AWS::ApiGatewayV2::Stage', {
      StageName: '$default',
      DefaultRouteSettings: { ThrottlingBurstLimit: 20, ThrottlingRateLimit: 100 },
      AccessLogSettings: {
        DestinationArn: Match.anyValue(),
        Format: Match.stringLikeRegexp('integrationErrorMessage'),
      },
    });
  });

  it('may be called by the API only', () => {
    template.allResourcesProperties('AWS::Lambda::Permission', {
      Principal: 'apigateway.amazonaws.com',
      SourceArn: Match.anyValue(),
    });
  });

  it('answers the preflight of browsers', () => {
    template.hasResourceProperties('AWS::ApiGatewayV2::Api', {
      CorsConfiguration: {
        AllowOrigins: ['https://shop.example'],
        AllowMethods: ['POST'],
        AllowHeaders: ['authorization', 'content-encoding', 'content-type', 'x-api-key'],
        MaxAge: 86_400,
      },
    });
  });

  it.each([2, 3, 50, 999])('never has more than %i requests of 200 ms under way', (concurrency) => {
    const { burstLimit, rateLimit } = throttleFor(concurrency);
    expect(burstLimit).toBeGreaterThan(0);
    expect(burstLimit + rateLimit * 0.2).toBeLessThanOrEqual(concurrency);
  });
});

describe('corsOrigins', () => {
  it('lets pages of these origins send to the function URL', () => {
    synthesise({ corsOrigins: ['https://shop.example', 'http://localhost:3000'] }).hasResourceProperties(
      'AWS::Lambda::Url',
      {
        Cors: {
          AllowOrigins: ['https://shop.example', 'http://localhost:3000'],
          AllowMethods: ['POST'],
          AllowHeaders: ['authorization', 'content-encoding', 'content-type', 'x-api-key'],
          MaxAge: 86_400,
        },
      },
    );
  });
});

describe('allowUnauthenticated', () => {
  const template = synthesise({ allowUnauthenticated: true });

  it('tells the function to ask for no key, and the outputs to say so', () => {
    template.hasResourceProperties('AWS::Lambda::Function', {
      Timeout: 20,
      Environment: { Variables: { TAILGATE_KEYS_PATH: 'none' } },
    });
    template.hasOutput('KeysPath', { Value: 'none' });
    template.hasOutput('IngestHeaders', { Value: Match.stringLikeRegexp('no key') });
  });
});

describe('trained dictionaries', () => {
  const switchedOn = { Environment: { Variables: { TAILGATE_TRAINED_DICTIONARIES: '1' } } };

  it('are used by both functions', () => {
    synthesise().allResourcesProperties('AWS::Lambda::Function', switchedOn);
  });

  it('can be switched off', () => {
    synthesise({ trainedDictionaries: false }).resourcePropertiesCountIs('AWS::Lambda::Function', switchedOn, 0);
  });
});

describe('tenants', () => {
  const template = synthesise({ tenants: true });

  it('say which values a saved query asks for, one of them twice', () => {
    template.hasResourceProperties('AWS::Athena::NamedQuery', {
      Name: 'linked-traces',
      Description:
        "Linked traces. Asks for, in this order, texts with their single quotes: tenant 'name', tenant again, trace_id '32 lower-case hex digits'",
    });
    template.hasResourceProperties('AWS::Athena::NamedQuery', {
      Name: 'red',
      Description: "Rate, errors and duration. Asks for, in this order, texts with their single quotes: tenant 'name'",
    });
    template.hasResourceProperties('AWS::Athena::NamedQuery', {
      Name: 'by-attribute',
      Description:
        "Spans by attribute. Asks for, in this order, texts with their single quotes: tenant 'name', key 'enduser.id'",
    });
  });

  it('are told to both functions', () => {
    template.allResourcesProperties('AWS::Lambda::Function', { Environment: { Variables: { TAILGATE_TENANTS: '1' } } });
  });

  it('are the outermost partition, which each query has to name', () => {
    template.hasResourceProperties('AWS::Glue::Table', {
      TableInput: {
        Name: 'traces_otlp',
        Parameters: { 'projection.tenant.type': 'injected' },
        PartitionKeys: [Match.objectLike({ Name: 'tenant' }), Match.anyValue(), Match.anyValue()],
      },
    });
  });
});

describe('concurrency and batches', () => {
  it('are as given, and the visibility timeout follows the window', () => {
    const template = synthesise({
      ingestConcurrency: 7,
      decideConcurrency: 3,
      wakeUpBatchSize: 10,
      wakeUpBatchWindow: Duration.minutes(2),
    });
    template.hasResourceProperties('AWS::Lambda::Function', { Timeout: 20, ReservedConcurrentExecutions: 7 });
    template.hasResourceProperties('AWS::Lambda::Function', { Timeout: 60, ReservedConcurrentExecutions: 3 });
    template.hasResourceProperties('AWS::Lambda::EventSourceMapping', {
      BatchSize: 10,
      MaximumBatchingWindowInSeconds: 120,
      ScalingConfig: { MaximumConcurrency: 3 },
    });
    template.hasResourceProperties('AWS::SQS::Queue', { VisibilityTimeout: 6 * 60 + 120 });
  });

  it('reserve nothing where the account cannot', () => {
    const template = synthesise({ ingestConcurrency: 'unreserved' });
    template.allResourcesProperties('AWS::Lambda::Function', { ReservedConcurrentExecutions: Match.absent() });
    template.hasResourceProperties('AWS::Lambda::EventSourceMapping', { ScalingConfig: { MaximumConcurrency: 10 } });
  });
});

describe('provisionedCapacity', () => {
  const template = synthesise({
    provisionedCapacity: { minWriteUnits: 5, maxWriteUnits: 4000, minReadUnits: 6, maxReadUnits: 800 },
  });

  it('starts at its lower bound and scales to the upper one at 70 %', () => {
    template.hasResourceProperties('AWS::DynamoDB::Table', {
      BillingMode: Match.absent(),
      ProvisionedThroughput: { WriteCapacityUnits: 5, ReadCapacityUnits: 6 },
    });
    for (const [unit, min, max] of [
      ['Write', 5, 4000],
      ['Read', 6, 800],
    ] as const) {
      template.hasResourceProperties('AWS::ApplicationAutoScaling::ScalableTarget', {
        ScalableDimension: `dynamodb:table:${unit}CapacityUnits`,
        MinCapacity: min,
        MaxCapacity: max,
      });
      template.hasResourceProperties('AWS::ApplicationAutoScaling::ScalingPolicy', {
        TargetTrackingScalingPolicyConfiguration: {
          PredefinedMetricSpecification: { PredefinedMetricType: `DynamoDB${unit}CapacityUtilization` },
          TargetValue: 70,
        },
      });
    }
  });
});

describe('encryptionKey', () => {
  it('encrypts the table, the bucket, the queues and the results of queries', () => {
    const arn = 'arn:aws:kms:eu-west-1:111111111111:key/0c1a2b3c-0000-4000-8000-000000000000';
    const template = synthesise((stack) => ({ encryptionKey: Key.fromKeyArn(stack, 'Key', arn) }));
    template.hasResourceProperties('AWS::DynamoDB::Table', {
      SSESpecification: { SSEEnabled: true, SSEType: 'KMS', KMSMasterKeyId: arn },
    });
    template.hasResourceProperties('AWS::S3::Bucket', {
      BucketEncryption: {
        ServerSideEncryptionConfiguration: [
          {
            BucketKeyEnabled: true,
            ServerSideEncryptionByDefault: { SSEAlgorithm: 'aws:kms', KMSMasterKeyID: arn },
          },
        ],
      },
    });
    template.allResourcesProperties('AWS::SQS::Queue', { KmsMasterKeyId: arn });
    template.hasResourceProperties('AWS::Athena::WorkGroup', {
      WorkGroupConfiguration: {
        ResultConfiguration: { EncryptionConfiguration: { EncryptionOption: 'SSE_KMS', KmsKey: arn } },
      },
    });
  });
});

describe('archiveBucket', () => {
  it('that is imported takes the place of a new one, and its owner is told what to add', () => {
    const stack = new Stack(unstagedApp(), 'Own', { env: ENV });
    const archiveBucket = Bucket.fromBucketName(stack, 'Bucket', 'kept-elsewhere');
    new TailSamplingPipeline(stack, 'Tailgate', { policies: POLICIES, archiveBucket });
    const template = Template.fromStack(stack);
    template.resourceCountIs('AWS::S3::Bucket', 0);
    template.resourceCountIs('AWS::S3::BucketPolicy', 0);
    template.allResourcesProperties('AWS::Lambda::Function', {
      Environment: { Variables: { TAILGATE_BUCKET: 'kept-elsewhere' } },
    });
    Annotations.fromStack(stack).hasWarning('*', Match.stringLikeRegexp('not part of this app'));
  });

  it('of the same app gets the statements that protect the archive', () => {
    const stack = new Stack(unstagedApp(), 'Own', { env: ENV });
    const bucket = new Bucket(stack, 'Bucket');
    const archiveBucket = Bucket.fromBucketName(stack, 'Imported', 'kept-elsewhere');
    expect(archiveBucket).not.toBe(bucket);
    new TailSamplingPipeline(stack, 'Tailgate', { policies: POLICIES, archiveBucket: bucket as typeof archiveBucket });
    Template.fromStack(stack).hasResourceProperties('AWS::S3::BucketPolicy', {
      PolicyDocument: {
        Statement: [Match.objectLike({ Sid: 'CreateOnly' }), Match.objectLike({ Sid: 'NoDeletesByThePipeline' })],
      },
    });
    Annotations.fromStack(stack).hasNoWarning('*', Match.stringLikeRegexp('not part of this app'));
  });
});

describe('retention and limits', () => {
  it('are as given', () => {
    const template = synthesise({
      archiveRetention: Duration.days(30),
      scanLimit: Size.mebibytes(500),
      logRetention: RetentionDays.ONE_WEEK,
    });
    template.hasResourceProperties('AWS::S3::Bucket', {
      LifecycleConfiguration: {
        Rules: Match.arrayWith([Match.objectLike({ Prefix: 'traces/', ExpirationInDays: 30 })]),
      },
    });
    template.hasResourceProperties('AWS::Glue::Table', {
      TableInput: { Parameters: Match.objectLike({ 'projection.dt.range': 'NOW-32DAYS,NOW+1DAYS' }) },
    });
    template.hasResourceProperties('AWS::Athena::WorkGroup', {
      WorkGroupConfiguration: { BytesScannedCutoffPerQuery: 500 * 1024 ** 2 },
    });
    template.allResourcesProperties('AWS::Logs::LogGroup', { RetentionInDays: 7 });
  });
});

describe('pipelineName', () => {
  it('names what has to have a name', () => {
    const template = synthesise({ pipelineName: 'orders-eu' });
    template.hasResourceProperties('AWS::SSM::Parameter', { Name: '/tailgate/orders-eu/policies' });
    template.hasResourceProperties('AWS::Glue::Database', { DatabaseInput: { Name: 'orders_eu' } });
    template.hasResourceProperties('AWS::Athena::WorkGroup', { Name: 'orders-eu' });
    template.hasOutput('KeysPath', { Value: '/tailgate/orders-eu/keys' });
  });

  it('is that of the stack by default', () => {
    const stack = new TailgateStack(unstagedApp(), 'Tailgate-Staging', { env: ENV, pipeline: { policies: POLICIES } });
    expect(stack.pipeline.pipelineName).toBe('tailgate-staging');
  });

  it('lets two pipelines be in one stack', () => {
    const stack = new Stack(unstagedApp(), 'Own', { env: ENV });
    new TailSamplingPipeline(stack, 'Orders', { policies: POLICIES, pipelineName: 'orders' });
    new TailSamplingPipeline(stack, 'Search', { policies: POLICIES, pipelineName: 'search' });
    const template = Template.fromStack(stack);
    template.resourceCountIs('AWS::Lambda::Function', 4);
    const databases = Object.values(template.findResources('AWS::Glue::Database'));
    expect(databases.map(({ Properties }) => Properties.DatabaseInput.Name)).toEqual(['orders', 'search']);
  });

  it('may be the same in another region', () => {
    const app = unstagedApp();
    for (const region of ['eu-west-1', 'us-east-1']) {
      const stack = new Stack(app, region, { env: { ...ENV, region } });
      expect(
        () => new TailSamplingPipeline(stack, 'Tailgate', { policies: POLICIES, pipelineName: 'tailgate' }),
      ).not.toThrow();
    }
  });
});

describe('policies', () => {
  it('over 4096 bytes are compressed, so that the functions read back the same text', () => {
    const text = `policies: [{ name: all, type: always_sample }]\n${'# a long comment\n'.repeat(400)}`;
    synthesise({ policies: Policies.fromText(text) }).hasResourceProperties('AWS::SSM::Parameter', {
      Tier: 'Intelligent-Tiering',
      Value: Match.stringLikeRegexp('^gzip:[A-Za-z0-9+/=]+$'),
    });
  });

  it('that may not be meant are shown as warnings', () => {
    const policies = Policies.fromText(
      'decision_wait: 10s\ndecision_wait_after_root_received: 20s\npolicies: [{ name: all, type: always_sample }]',
      'tailgate.yaml',
    );
    Annotations.fromStack(pipelineStack({ policies })).hasWarning(
      '*',
      Match.stringLikeRegexp('tailgate.yaml:2: decision_wait_after_root_received: is longer than decision_wait'),
    );
  });
});

describe('a Collector file', () => {
  it('has what is not run and not needed shown as information, which no strict synthesis refuses', () => {
    const policies = Policies.fromText(
      'processors: { batch: , tail_sampling: { policies: [{ name: all, type: always_sample }] } }\n' +
        'service: { pipelines: { traces: { receivers: [otlp], processors: [batch, tail_sampling] } } }',
      'collector.yaml',
    );
    const annotations = Annotations.fromStack(pipelineStack({ policies }));
    annotations.hasInfo(
      '*',
      Match.stringLikeRegexp('collector.yaml:2: service.pipelines.traces.processors: batch: not needed'),
    );
    annotations.hasNoWarning('*', Match.stringLikeRegexp('collector.yaml'));
  });
});

describe('without an environment', () => {
  it('the construct works in a stack that can be deployed anywhere', () => {
    const stack = new Stack(new App({ context: { 'aws:cdk:bundling-stacks': [] } }), 'Anywhere');
    new TailSamplingPipeline(stack, 'Tailgate', { policies: POLICIES });
    Template.fromStack(stack).resourceCountIs('AWS::Lambda::Function', 2);
  });
});

describe('read', () => {
  it('is off unless asked for: no function, and no output', () => {
    const template = synthesise();
    template.resourceCountIs('AWS::Lambda::Url', 1);
    expect(Object.keys(template.findOutputs('*')).filter((name) => name.startsWith('Read'))).toEqual([]);
  });

  it('has a URL and keys of its own, which do not open what takes spans', () => {
    const template = synthesise({ read: true, tenants: true });
    template.resourceCountIs('AWS::Lambda::Url', 2);
    template.hasOutput('ReadUrl', {
      Value: { 'Fn::Join': ['', ['https://', Match.anyValue()]] },
    });
    template.hasOutput('ReadKeysPath', { Value: '/tailgate/tailgate/read-keys' });
    template.hasResourceProperties('AWS::Lambda::Function', {
      Description: Match.stringLikeRegexp('page'),
      MemorySize: 1769,
      Timeout: 29,
      ReservedConcurrentExecutions: 5,
      Environment: {
        Variables: {
          TAILGATE_READ_KEYS_PATH: '/tailgate/tailgate/read-keys',
          TAILGATE_KEYS_PATH: Match.absent(),
          TAILGATE_TENANTS: '1',
        },
      },
    });
    const [policy] = Object.values(template.findResources('AWS::S3::BucketPolicy'));
    expect(JSON.stringify(policy)).toMatch(/"TailgateReadRole.*"NoDeletesByThePipeline"/);
  });

  it('asks for a key also where spans need none', () => {
    synthesise({ read: true, allowUnauthenticated: true }).hasResourceProperties('AWS::Lambda::Function', {
      Environment: { Variables: { TAILGATE_READ_KEYS_PATH: '/tailgate/tailgate/read-keys' } },
    });
  });

  it('has as much memory and concurrency as is given, and reserves none where the account cannot', () => {
    synthesise({ read: true, readMemory: Size.gibibytes(3), readConcurrency: 9 }).hasResourceProperties(
      'AWS::Lambda::Function',
      { MemorySize: 3072, ReservedConcurrentExecutions: 9 },
    );
    synthesise({ read: true, ingestConcurrency: 'unreserved' }).allResourcesProperties('AWS::Lambda::Function', {
      ReservedConcurrentExecutions: Match.absent(),
    });
  });

  it('is behind the HTTP API where spans are, with a throttle of its own', () => {
    const template = synthesise({ read: true, ingestEndpoint: 'http-api' });
    template.resourceCountIs('AWS::Lambda::Url', 0);
    template.hasOutput('ReadUrl', { Value: { 'Fn::GetAtt': [Match.stringLikeRegexp('HttpApi'), 'ApiEndpoint'] } });
    const routes = Object.entries(template.findResources('AWS::ApiGatewayV2::Route'));
    const reading = ['GET /', 'GET /{proxy+}', 'HEAD /', 'HEAD /{proxy+}'];
    expect(routes.map(([, { Properties }]) => Properties.RouteKey).sort()).toEqual(
      [...reading, 'GET /healthz', 'POST /v1/traces'].sort(),
    );
    const limit = { ThrottlingBurstLimit: 20, ThrottlingRateLimit: 20 };
    const [stage] = Object.values(template.findResources('AWS::ApiGatewayV2::Stage'));
    expect(stage?.['Properties'].RouteSettings).toEqual(Object.fromEntries(reading.map((key) => [key, limit])));
    // CloudFormation refuses settings of a route that is not there yet.
    const ofReading = routes.filter(([, { Properties }]) => reading.includes(Properties.RouteKey)).map(([id]) => id);
    expect(stage?.['DependsOn']).toEqual(expect.arrayContaining(ofReading));
  });
});

describe('compaction', () => {
  const tablesOf = (template: Template) =>
    Object.values(template.findResources('AWS::Glue::Table')).map(({ Properties }) => Properties.TableInput.Name);

  it('is off unless asked for: no function, and views that read lines alone', () => {
    const template = synthesise();
    template.resourceCountIs('AWS::Lambda::Function', 2);
    template.resourceCountIs('AWS::Events::Rule', 0);
    expect(tablesOf(template)).toEqual(['traces_otlp', 'traces_raw', 'traces', 'spans']);
  });

  it('runs a function each hour, and adds the table of parts and the view that says which hours they are for', () => {
    const template = synthesise({ compaction: true });
    template.hasResourceProperties('AWS::Events::Rule', {
      ScheduleExpression: 'cron(20 * * * ? *)',
      Targets: [{ RetryPolicy: { MaximumRetryAttempts: 0, MaximumEventAgeInSeconds: 1800 }, Arn: Match.anyValue() }],
    });
    template.hasResourceProperties('AWS::Lambda::Function', { MemorySize: 2048, Timeout: 900 });
    expect(tablesOf(template)).toEqual([
      'traces_otlp',
      'traces_raw',
      'spans_parquet',
      'compacted_hours',
      'traces',
      'spans',
    ]);
    template.hasResourceProperties('AWS::Glue::Table', {
      TableInput: {
        Name: 'spans_parquet',
        StorageDescriptor: {
          Location: { 'Fn::Join': ['', ['s3://', Match.anyValue(), '/spans/']] },
          SerdeInfo: { SerializationLibrary: 'org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe' },
        },
      },
    });
  });
});
