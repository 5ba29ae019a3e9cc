import { type App, Stack, Validations } from 'aws-cdk-lib';
import { Key } from 'aws-cdk-lib/aws-kms';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { AwsSolutionsChecks } from 'cdk-nag';
import { describe, expect, it } from 'vitest';
import { TailSamplingPipeline } from '../../lib/cdk/tail-sampling-pipeline.ts';
import { ENV, type PipelineOptions, POLICIES, unstagedApp } from './support/synthesise.ts';

/** What the AwsSolutions pack finds in a stack. */
function findings(fill: (stack: Stack) => void): readonly string[] {
  const app = unstagedApp();
  fill(new Stack(app, 'Tailgate', { env: ENV }));
  const report = new AwsSolutionsChecks(app).validate({ templatePaths: [], stackTemplates: [], appConstruct: app });
  return report.violations.flatMap(({ ruleName, violatingResources }) =>
    violatingResources.map(({ constructPath }) => `${ruleName} ${constructPath}`),
  );
}

/** What is acknowledged, and where. */
function acknowledged(app: App): readonly string[] {
  return app.node.findAll().flatMap(({ node }) =>
    node.metadata
      .filter(({ type }) => type === Validations.ACKNOWLEDGED_RULES_METADATA_KEY)
      .flatMap(({ data }) =>
        Object.entries(data).map(([rule, reason]) => {
          expect(String(reason).length, rule).toBeGreaterThan(30);
          return `${rule.replace(/^annotation::/i, '')} ${node.path}`;
        }),
      ),
  );
}

const VARIANTS: readonly [string, (stack: Stack) => PipelineOptions][] = [
  ['with its defaults', () => ({})],
  ['behind an HTTP API', () => ({ ingestEndpoint: 'http-api', corsOrigins: ['*'] })],
  [
    'with provisioned capacity',
    () => ({ provisionedCapacity: { minWriteUnits: 5, maxWriteUnits: 10, minReadUnits: 5, maxReadUnits: 10 } }),
  ],
  ['with a key', (stack) => ({ encryptionKey: new Key(stack, 'Key', { enableKeyRotation: true }) })],
  ['with a bucket', (stack) => ({ archiveBucket: Bucket.fromBucketName(stack, 'Bucket', 'kept-elsewhere') })],
  ['for tenants', () => ({ tenants: true })],
  ['with compaction', () => ({ compaction: true })],
  ['that serves kept traces', () => ({ read: true })],
  ['that serves kept traces behind an HTTP API', () => ({ read: true, ingestEndpoint: 'http-api' })],
  ['without keys', () => ({ allowUnauthenticated: true })],
];

describe('AwsSolutions finds nothing in a pipeline', () => {
  it.each(VARIANTS)('%s', (_, options) => {
    expect(
      findings((stack) => new TailSamplingPipeline(stack, 'Tailgate', { policies: POLICIES, ...options(stack) })),
    ).toEqual([]);
  });

  it('but does in a bucket without anything', () => {
    expect(findings((stack) => new Bucket(stack, 'Bare'))).toContain('AwsSolutions-S10 Tailgate/Bare/Resource');
  });
});

describe('what is acknowledged', () => {
  it('is this, each with its reason', () => {
    const app = unstagedApp();
    const stack = new Stack(app, 'Tailgate', { env: ENV });
    new TailSamplingPipeline(stack, 'Tailgate', { policies: POLICIES, ingestEndpoint: 'http-api' });
    expect(acknowledged(app)).toEqual([
      'AwsSolutions-DDB3 Tailgate/Tailgate/Buffer/Table',
      'AwsSolutions-S1 Tailgate/Tailgate/Archive/Bucket',
      'AwsSolutions-IAM5[Resource::<TailgateArchiveBucket6D02DBE4.Arn>/spill/*] Tailgate/Tailgate/Ingest/Role',
      'AwsSolutions-IAM5[Resource::arn:<AWS::Partition>:ssm:eu-west-1:111111111111:parameter/tailgate/tailgate/policies:*] Tailgate/Tailgate/Ingest/Role',
      'AwsSolutions-IAM5[Resource::<TailgateArchiveBucket6D02DBE4.Arn>/traces/*] Tailgate/Tailgate/Decide/Role',
      'AwsSolutions-IAM5[Resource::<TailgateArchiveBucket6D02DBE4.Arn>/spill/*] Tailgate/Tailgate/Decide/Role',
      'AwsSolutions-IAM5[Resource::arn:<AWS::Partition>:ssm:eu-west-1:111111111111:parameter/tailgate/tailgate/policies:*] Tailgate/Tailgate/Decide/Role',
      'AwsSolutions-APIG4 Tailgate/Tailgate/HttpApi/Api',
    ]);
  });
});
