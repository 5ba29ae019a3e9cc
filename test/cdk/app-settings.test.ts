import { describe, expect, it } from 'vitest';
import { readAppSettings } from '../../lib/cdk/app-settings.ts';

const CREDENTIALS = { CDK_DEFAULT_ACCOUNT: '111111111111', CDK_DEFAULT_REGION: 'eu-west-1' };

function settings(context: Readonly<Record<string, unknown>> = {}, environment: Record<string, string> = CREDENTIALS) {
  return readAppSettings(context, environment);
}

function problems(...args: Parameters<typeof settings>): readonly string[] {
  const result = settings(...args);
  return result.ok ? [] : result.problems;
}

describe('the settings of the app', () => {
  it('are a file, a name and where the credentials lead', () => {
    expect(settings()).toEqual({
      ok: true,
      settings: {
        env: { account: '111111111111', region: 'eu-west-1' },
        stackName: 'Tailgate',
        policiesFile: 'tailgate.yaml',
        pipeline: {},
      },
    });
  });

  it('can be given as context', () => {
    const context = {
      policies: 'collector.yaml',
      stackName: 'Orders',
      pipelineName: 'orders-eu',
      allowUnauthenticated: 'true',
      tenants: true,
      ingestEndpoint: 'http-api',
      corsOrigins: 'https://a.example,https://b.example',
      ingestConcurrency: '20',
      compaction: 'true',
      read: 'true',
      trainedDictionaries: 'false',
      account: '111111111111',
    };
    expect(settings(context)).toMatchObject({
      ok: true,
      settings: {
        stackName: 'Orders',
        policiesFile: 'collector.yaml',
        pipeline: {
          pipelineName: 'orders-eu',
          allowUnauthenticated: true,
          tenants: true,
          ingestEndpoint: 'http-api',
          corsOrigins: ['https://a.example', 'https://b.example'],
          ingestConcurrency: 20,
          compaction: true,
          read: true,
          trainedDictionaries: false,
        },
      },
    });
    expect(settings({ ingestConcurrency: 'unreserved' })).toMatchObject({
      settings: { pipeline: { ingestConcurrency: 'unreserved' } },
    });
  });

  it('fail without an account or region, and say what to do', () => {
    expect(problems({}, {})).toEqual([
      expect.stringMatching(/^no AWS account: sign in .* or set AWS_PROFILE/),
      expect.stringMatching(/^no AWS region: /),
    ]);
  });

  it('fail when the credentials are for another account or region than expected', () => {
    expect(problems({ account: '222222222222', region: 'us-east-1' })).toEqual([
      '-c account=222222222222: the AWS credentials are for 111111111111; change AWS_PROFILE or AWS_REGION',
      '-c region=us-east-1: the AWS credentials are for eu-west-1; change AWS_PROFILE or AWS_REGION',
    ]);
  });

  it('fail with everything that is wrong at once', () => {
    const context = { stackName: 'my stack', allowUnauthenticated: 'yes', ingestEndpoint: 'alb', read: 'yes' };
    expect(problems(context, { CDK_DEFAULT_ACCOUNT: '12', CDK_DEFAULT_REGION: 'Ireland' })).toEqual([
      'CDK_DEFAULT_ACCOUNT=12: is no AWS account',
      'CDK_DEFAULT_REGION=Ireland: is no AWS region',
      '-c stackName=my stack: expected letters, digits and hyphens, a letter first',
      '-c allowUnauthenticated=yes: expected true or false',
      '-c ingestEndpoint=alb: expected function-url or http-api',
      '-c read=yes: expected true or false',
    ]);
  });

  it('fail with the name of a tenant, and say where it goes', () => {
    expect(problems({ tenants: 'a/../b' })).toEqual([
      '-c tenants=a/../b: expected true or false; the name of a tenant comes with its key: tailgate keys create --tenant NAME',
    ]);
  });

  it('fail with a name that is no setting', () => {
    expect(problems({ frontDoor: 'http-api', tenats: 'true', owner: 'me' })).toEqual([
      '-c frontDoor: is called ingestEndpoint now',
      expect.stringMatching(/^-c tenats: there is no such setting, expected policies, .*; did you mean "tenants"\?$/),
      expect.stringMatching(
        /^-c owner: there is no such setting, expected policies, stackName, .*trainedDictionaries$/,
      ),
    ]);
  });

  it('leave the names of the CDK alone', () => {
    const context = {
      '@aws-cdk/core:validateAgainstDefaultRules': true,
      'aws:cdk:enable-path-metadata': true,
      'availability-zones:account=111111111111:region=eu-west-1': [],
      'aws-cdk-lib/feature': true,
      'acknowledged-issue-numbers': [34892],
      'cli-telemetry': false,
    };
    expect(problems(context)).toEqual([]);
  });
});
