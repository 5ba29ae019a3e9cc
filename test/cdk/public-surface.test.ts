import { App, Duration, Stack } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { User } from 'aws-cdk-lib/aws-iam';
import { Key } from 'aws-cdk-lib/aws-kms';
import { describe, expect, it } from 'vitest';
import * as tailgate from '../../lib/cdk/index.ts';
import { ALARM_CATALOGUE } from '../../lib/cdk/monitoring/alarm-catalogue.ts';
import { ALARM_METRICS } from '../../lib/cdk/monitoring/alarm-metric.ts';
import { ENV, unstagedApp } from './support/synthesise.ts';

const POLICIES = tailgate.Policies.fromText('policies: [{ name: all, type: always_sample }]');

function pipelineIn(stack: Stack, props: Partial<tailgate.TailSamplingPipelineProps> = {}) {
  return new tailgate.TailSamplingPipeline(stack, 'Tailgate', { policies: POLICIES, ...props });
}

/** What a user of a stack may do, action by action. */
function rights(template: Template): readonly string[] {
  const statements = Object.values(template.findResources('AWS::IAM::Policy')).flatMap(
    ({ Properties }) => Properties.PolicyDocument.Statement,
  );
  return statements.flatMap(({ Action }: { Action: string | string[] }) => [Action].flat()).sort();
}

describe('the public surface', () => {
  it('has these classes, and types', () => {
    expect(Object.keys(tailgate).sort()).toEqual([
      'ArchiveDatabase',
      'ArchiveWorkGroup',
      'BufferTable',
      'CompactFunction',
      'DecideFunction',
      'FunctionUrlEndpoint',
      'HttpApiEndpoint',
      'IngestFunction',
      'InvalidPipelineError',
      'PipelineFunction',
      'PipelineMonitoring',
      'Policies',
      'PoliciesParameter',
      'ReadFunction',
      'TailSamplingPipeline',
      'TailgateStack',
      'WakeUpQueues',
    ]);
  });

  it('makes a pipeline whose functions are pipeline functions', () => {
    const pipeline = pipelineIn(new Stack(unstagedApp(), 'Tailgate', { env: ENV }), { compaction: true, read: true });
    for (const one of [pipeline.ingest, pipeline.decide, pipeline.compact, pipeline.read]) {
      expect(one).toBeInstanceOf(tailgate.PipelineFunction);
    }
    expect(pipeline.ingestEndpoint).toBeInstanceOf(tailgate.FunctionUrlEndpoint);
  });

  it('has an alarm for each ID, once', () => {
    expect(ALARM_CATALOGUE.map(({ id }) => id).sort()).toEqual(Object.keys(ALARM_METRICS).sort());
  });
});

describe('grants', () => {
  const granted = (grant: (pipeline: tailgate.TailSamplingPipeline, user: User) => unknown, withKey = false) => {
    const stack = new Stack(unstagedApp(), 'Tailgate', { env: ENV });
    const pipeline = pipelineIn(stack, withKey ? { encryptionKey: new Key(stack, 'Key') } : {});
    grant(pipeline, new User(stack, 'User'));
    return Template.fromStack(stack);
  };

  it('grantRead: the files of kept traces, and nothing else of the bucket', () => {
    const template = granted((pipeline, user) => pipeline.grantRead(user));
    expect(rights(template)).toEqual(['s3:GetBucketLocation', 's3:GetObject', 's3:ListBucket']);
    template.hasResourceProperties('AWS::IAM::Policy', {
      PolicyDocument: {
        Statement: Match.arrayWith([
          Match.objectLike({
            Action: 's3:GetObject',
            Resource: ['traces/*', 'spans/*'].map((path) => ({ 'Fn::Join': ['', [Match.anyValue(), `/${path}`]] })),
          }),
        ]),
      },
    });
  });

  it('grantQuery: what Athena needs, and to write nothing but results', () => {
    const template = granted((pipeline, user) => pipeline.grantQuery(user));
    expect(rights(template)).toEqual([
      'athena:GetQueryExecution',
      'athena:GetQueryResults',
      'athena:GetWorkGroup',
      'athena:StartQueryExecution',
      'athena:StopQueryExecution',
      'glue:GetDatabase',
      'glue:GetDatabases',
      'glue:GetPartitions',
      'glue:GetTable',
      'glue:GetTables',
      's3:AbortMultipartUpload',
      's3:GetBucketLocation',
      's3:GetObject',
      's3:GetObject',
      's3:ListBucket',
      's3:PutObject',
    ]);
    template.hasResourceProperties('AWS::IAM::Policy', {
      PolicyDocument: {
        Statement: Match.arrayWith([
          Match.objectLike({
            Action: ['s3:GetObject', 's3:PutObject', 's3:AbortMultipartUpload'],
            Resource: { 'Fn::Join': ['', [Match.anyValue(), '/query-results/*']] },
          }),
        ]),
      },
    });
  });

  it('a key of yours comes with them', () => {
    expect(rights(granted((pipeline, user) => pipeline.grantRead(user), true))).toContain('kms:Decrypt');
    expect(rights(granted((pipeline, user) => pipeline.grantQuery(user), true))).toContain('kms:GenerateDataKey');
    expect(rights(granted(({ wakeUps }, user) => wakeUps.grantRedrive(user), true))).toContain('kms:Decrypt');
  });

  it('grantRedrive: takes dead letters, sends wake-ups', () => {
    expect(rights(granted(({ wakeUps }, user) => wakeUps.grantRedrive(user)))).toEqual([
      'sqs:ChangeMessageVisibility',
      'sqs:DeleteMessage',
      'sqs:GetQueueAttributes',
      'sqs:ReceiveMessage',
      'sqs:SendMessage',
    ]);
  });

  it('grantPut: reads and changes the policies', () => {
    expect(rights(granted(({ policies }, user) => policies.grantPut(user)))).toEqual([
      'ssm:GetParameter',
      'ssm:GetParameterHistory',
      'ssm:PutParameter',
    ]);
  });
});

describe('metrics', () => {
  const pipeline = pipelineIn(new Stack(new App(), 'Tailgate', { env: ENV }), { pipelineName: 'shop' });

  it('are those of the pipeline, by default the sum of 5 minutes', () => {
    expect(pipeline.metricAcceptedSpans()).toMatchObject({
      namespace: 'Tailgate',
      metricName: 'receiver_accepted_spans',
      dimensions: { pipeline: 'shop' },
      statistic: 'Sum',
      period: Duration.minutes(5),
    });
    expect(pipeline.metricSampledSpans().metricName).toBe('sampled_spans');
    expect(pipeline.metricDecisionLag().statistic).toBe('Maximum');
  });

  it('take the options of CloudWatch metrics', () => {
    const metric = pipeline.metric('refused_requests', { statistic: 'p99', dimensionsMap: { status: '429' } });
    expect(metric).toMatchObject({ statistic: 'p99', dimensions: { pipeline: 'shop', status: '429' } });
  });
});
