import { RemovalPolicy } from 'aws-cdk-lib';
import { describe, expect, it } from 'vitest';
import { resource, synthesise } from './support/synthesise.ts';

/** What becomes of a resource when it leaves the stack, and when an update replaces it. */
interface Fate {
  readonly type: string;
  readonly deletion: string | undefined;
  readonly replacement: string | undefined;
}

const STATEFUL_TYPES = ['AWS::DynamoDB::Table', 'AWS::S3::Bucket', 'AWS::SQS::Queue', 'AWS::SSM::Parameter'];

describe('what holds state', () => {
  const template = synthesise();

  it('has the logical IDs that it had in every release: another one would replace it at the next deployment', () => {
    const fates: Record<string, Fate> = {};
    for (const type of STATEFUL_TYPES) {
      for (const [id, found] of Object.entries(template.findResources(type))) {
        fates[id] = { type, deletion: found['DeletionPolicy'], replacement: found['UpdateReplacePolicy'] };
      }
    }
    expect(fates).toEqual({
      // Spans that wait. Who destroys the pipeline gives them up.
      TailgateBufferTableDCA6453F: { type: 'AWS::DynamoDB::Table', deletion: 'Delete', replacement: 'Retain' },
      // The kept traces outlive the pipeline; an empty bucket of a first deployment that failed does not stay.
      TailgateArchiveBucket6D02DBE4: {
        type: 'AWS::S3::Bucket',
        deletion: 'RetainExceptOnCreate',
        replacement: 'Retain',
      },
      // Without its wake-up a trace is never decided.
      TailgateWakeUpsQueue58D967D7: { type: 'AWS::SQS::Queue', deletion: 'Delete', replacement: 'Retain' },
      TailgateWakeUpsDeadLetterQueueF0A42F66: { type: 'AWS::SQS::Queue', deletion: 'Delete', replacement: 'Retain' },
      // The policies are in a file of yours.
      TailgatePolicies8135DC9D: { type: 'AWS::SSM::Parameter', deletion: undefined, replacement: undefined },
    });
  });

  it.each(['AWS::DynamoDB::Table', 'AWS::S3::Bucket', 'AWS::SQS::Queue'])(
    '%s has no name of its own, so that a replacement can be made beside it',
    (type) => {
      for (const { Properties = {} } of Object.values(template.findResources(type))) {
        expect(Properties).not.toHaveProperty('TableName');
        expect(Properties).not.toHaveProperty('BucketName');
        expect(Properties).not.toHaveProperty('QueueName');
      }
    },
  );

  it('keeps its IDs whatever the options are', () => {
    const other = synthesise({
      ingestEndpoint: 'http-api',
      tenants: true,
      provisionedCapacity: { minWriteUnits: 5, maxWriteUnits: 100, minReadUnits: 5, maxReadUnits: 100 },
    });
    for (const type of STATEFUL_TYPES) {
      expect(Object.keys(other.findResources(type))).toEqual(Object.keys(template.findResources(type)));
    }
  });

  it('goes with the stack where that is asked for', () => {
    const sandbox = synthesise({ archiveRemovalPolicy: RemovalPolicy.DESTROY });
    expect(resource(sandbox, 'AWS::S3::Bucket')).toMatchObject({
      DeletionPolicy: 'Delete',
      UpdateReplacePolicy: 'Delete',
    });
  });
});
