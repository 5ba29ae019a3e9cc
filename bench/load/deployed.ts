import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import { servicesFromEnvironment } from '../../functions/shared/environment.ts';
import type { Log } from '../../functions/shared/logger.ts';
import { NO_METRICS } from '../../functions/shared/metrics.ts';
import { VARIABLES } from '../../lib/aws/function-contract.ts';

export const QUIET: Log = { debug() {}, info() {}, warn() {}, error() {} };

/** The services of a deployed function, with the clients that it has, on the stub at this URL. */
export function servicesOn(url: string, table: string) {
  Object.assign(process.env, {
    AWS_REGION: 'eu-west-1',
    AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE',
    AWS_SECRET_ACCESS_KEY: 'secret',
    AWS_SESSION_TOKEN: 't'.repeat(800),
    AWS_ENDPOINT_URL_DYNAMODB: url,
    AWS_ENDPOINT_URL_SQS: url,
    AWS_ENDPOINT_URL_S3: url,
    [VARIABLES.table]: table,
    [VARIABLES.bucket]: 'bucket',
    [VARIABLES.queueUrl]: `${url}/111111111111/queue`,
    [VARIABLES.deadLetterQueueUrl]: `${url}/111111111111/dead`,
  });
  return servicesFromEnvironment(NO_METRICS, { log: QUIET });
}

/** As a function URL gives it. */
export function eventOf(body: Buffer): APIGatewayProxyEventV2 {
  const http = { method: 'POST', path: '/v1/traces', protocol: 'HTTP/1.1', sourceIp: '127.0.0.1', userAgent: 'otel' };
  const event = {
    version: '2.0',
    routeKey: '$default',
    rawPath: '/v1/traces',
    rawQueryString: '',
    headers: { 'content-type': 'application/x-protobuf', 'content-encoding': 'gzip' },
    requestContext: { http, stage: '$default' },
    body: body.toString('base64'),
    isBase64Encoded: true,
  };
  return event as unknown as APIGatewayProxyEventV2;
}
