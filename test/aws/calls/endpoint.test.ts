import { DynamoDBClient, GetItemCommand } from '@aws-sdk/client-dynamodb';
import { GetTableCommand, GlueClient } from '@aws-sdk/client-glue';
import { GetParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { endpointOf } from '../../../lib/aws/calls/endpoint.ts';

const REGIONS = [
  'us-east-1',
  'eu-west-1',
  'us-gov-west-1',
  'us-gov-east-1',
  'cn-north-1',
  'eusc-de-east-1',
  'us-iso-east-1',
];
const SERVICES = [
  { service: 'dynamodb', Client: DynamoDBClient },
  { service: 'ssm', Client: SSMClient },
  { service: 'glue', Client: GlueClient },
] as const;

afterEach(() => {
  vi.unstubAllEnvs();
});

/** Where a client of the SDK goes in this environment. */
async function sdkEndpoint(Client: (typeof SERVICES)[number]['Client'], region: string, env: Record<string, string>) {
  vi.stubEnv('AWS_CONFIG_FILE', '/nowhere');
  for (const [name, value] of Object.entries(env)) vi.stubEnv(name, value);
  const client = new Client({ region, credentials: { accessKeyId: 'a', secretAccessKey: 'b' } });
  let url: string | undefined;
  const stack = client.middlewareStack as unknown as {
    add(middleware: (next: never, context: object) => () => Promise<object>, options: object): void;
  };
  stack.add(
    (_next, context) => async () => {
      url = (context as { endpointV2?: { url: URL } }).endpointV2?.url.href;
      return { output: { $metadata: {} }, response: {} };
    },
    { step: 'serialize', priority: 'low' },
  );
  await (client as { send(command: object): Promise<object> }).send(COMMANDS[client.config.serviceId] ?? {});
  vi.unstubAllEnvs();
  return url;
}

const COMMANDS: Readonly<Record<string, object>> = {
  DynamoDB: new GetItemCommand({ TableName: 't', Key: {} }),
  SSM: new GetParameterCommand({ Name: 'n' }),
  Glue: new GetTableCommand({ DatabaseName: 'd', Name: 'n' }),
};

describe.each(SERVICES)('$service', ({ Client, service }) => {
  it.each(
    REGIONS.flatMap((region) =>
      ['', 'true'].flatMap((fips) => ['', 'true'].map((dualStack) => ({ region, fips, dualStack }))),
    ),
  )(
    'is where the SDK finds it: $region, FIPS "$fips", dual-stack "$dualStack"',
    async ({ region, fips, dualStack }) => {
      const env = {
        ...(fips && { AWS_USE_FIPS_ENDPOINT: fips }),
        ...(dualStack && { AWS_USE_DUALSTACK_ENDPOINT: dualStack }),
      };
      const expected = await sdkEndpoint(Client, region, env).catch(() => 'error');
      let found: string;
      try {
        found = new URL(endpointOf(service, region, env)).href;
      } catch {
        found = 'error';
      }
      expect(found).toBe(expected);
    },
  );

  it.each([
    { AWS_ENDPOINT_URL: 'http://127.0.0.1:1/' },
    { AWS_ENDPOINT_URL: 'http://127.0.0.1:1/', [`AWS_ENDPOINT_URL_${service.toUpperCase()}`]: 'https://other:2/path' },
    { AWS_ENDPOINT_URL: 'http://127.0.0.1:1/', AWS_IGNORE_CONFIGURED_ENDPOINT_URLS: 'true' },
    { AWS_ENDPOINT_URL_S3: 'http://127.0.0.1:1/' },
  ])('is where %o says', async (env) => {
    expect(new URL(endpointOf(service, 'eu-west-1', env as Record<string, string>)).href).toBe(
      await sdkEndpoint(Client, 'eu-west-1', env as Record<string, string>),
    );
  });
});
