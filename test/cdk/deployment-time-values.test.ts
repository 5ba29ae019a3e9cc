import { CfnParameter, Duration, Size } from 'aws-cdk-lib';
import { Match } from 'aws-cdk-lib/assertions';
import { describe, expect, it } from 'vitest';
import { synthesise } from './support/synthesise.ts';

/** Values that only CloudFormation knows: parameters of a stack. */
describe('a value that is known when the stack is deployed', () => {
  it('may be the name of the pipeline, from which the database and the views get theirs', () => {
    const template = synthesise((stack) => ({ pipelineName: new CfnParameter(stack, 'Name').valueAsString }));
    const databaseName = { 'Fn::Join': ['_', { 'Fn::Split': ['-', { Ref: 'Name' }] }] };
    template.hasResourceProperties('AWS::SSM::Parameter', {
      Name: { 'Fn::Join': ['', ['/tailgate/', { Ref: 'Name' }, '/policies']] },
    });
    template.hasResourceProperties('AWS::Glue::Database', { DatabaseInput: { Name: databaseName } });
    template.hasResourceProperties('AWS::Glue::Table', {
      TableInput: {
        Name: 'spans',
        ViewOriginalText: {
          'Fn::Join': [
            '',
            [
              '/* Presto View: ',
              {
                'Fn::Base64': {
                  'Fn::Join': ['', [Match.stringLikeRegexp('"schema":"$'), databaseName, Match.anyValue()]],
                },
              },
              ' */',
            ],
          ],
        },
      },
    });
  });

  it('may be the list of origins', () => {
    const template = synthesise((stack) => ({
      corsOrigins: new CfnParameter(stack, 'Origins', { type: 'CommaDelimitedList' }).valueAsList,
    }));
    template.hasResourceProperties('AWS::Lambda::Url', { Cors: { AllowOrigins: { Ref: 'Origins' } } });
  });

  it('may be a number that nothing is computed from', () => {
    const template = synthesise((stack) => {
      const number = (id: string) => new CfnParameter(stack, id, { type: 'Number' }).valueAsNumber;
      return {
        wakeUpBatchSize: number('Size'),
        decideConcurrency: number('Decide'),
        scanLimit: Size.bytes(number('Scan')),
      };
    });
    template.hasResourceProperties('AWS::Lambda::EventSourceMapping', { BatchSize: { Ref: 'Size' } });
    template.hasResourceProperties('AWS::Athena::WorkGroup', {
      WorkGroupConfiguration: { BytesScannedCutoffPerQuery: { Ref: 'Scan' } },
    });
  });

  it('is refused where something is computed from it', () => {
    expect(() =>
      synthesise((stack) => {
        const number = (id: string) => new CfnParameter(stack, id, { type: 'Number' }).valueAsNumber;
        return {
          ingestConcurrency: number('Ingest'),
          wakeUpBatchWindow: Duration.seconds(number('Window')),
          archiveRetention: Duration.days(number('Days')),
        };
      }),
    ).toThrow(
      new RegExp(
        ['wakeUpBatchWindow', 'ingestConcurrency', 'archiveRetention']
          .map((name) => `${name}: got a value that only the deployment knows`)
          .join('[\\s\\S]*'),
      ),
    );
  });

  it('is checked where it is known', () => {
    expect(() => synthesise({ pipelineName: 'Not_A_Name', corsOrigins: ['shop.example/'] })).toThrow(
      /pipelineName: "Not_A_Name"[\s\S]*corsOrigins: "shop.example\/"/,
    );
  });
});
