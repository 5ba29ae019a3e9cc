import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import { describe, expect, it } from 'vitest';
import { createHandler } from '../../../functions/ingest/handler.ts';
import { authorizeAll } from '../../../functions/ingest/keys.ts';
import { RefusalLog } from '../../../functions/ingest/refusal-log.ts';
import { NO_METRICS } from '../../../functions/shared/invocation-metrics.ts';
import { World } from '../../pipeline/world.ts';
import { exportRequest } from '../../support/export-request.ts';
import { silentLog } from '../../support/silent-log.ts';

/** As API Gateway and function URLs send it (payload format 2.0). */
function event(
  changes: Partial<APIGatewayProxyEventV2> & { method?: string; stage?: string } = {},
): APIGatewayProxyEventV2 {
  const { method = 'POST', stage = '$default', ...rest } = changes;
  return {
    version: '2.0',
    routeKey: '$default',
    rawPath: '/v1/traces',
    rawQueryString: '',
    headers: { 'content-type': 'application/x-protobuf' },
    requestContext: {
      accountId: '123456789012',
      apiId: 'abc',
      domainName: 'abc.lambda-url.us-east-1.on.aws',
      domainPrefix: 'abc',
      http: { method, path: '/v1/traces', protocol: 'HTTP/1.1', sourceIp: '192.0.2.1', userAgent: 'otel' },
      requestId: 'id',
      routeKey: '$default',
      stage,
      time: '21/Nov/2026:12:00:00 +0000',
      timeEpoch: 1,
    },
    body: Buffer.from(exportRequest([{ trace: 'a', span: 'a1' }])).toString('base64'),
    isBase64Encoded: true,
    ...rest,
  };
}

function setUp() {
  const world = new World();
  return {
    world,
    handle: createHandler({
      ingest: (request, _, rejected) => world.ingest(request, undefined, rejected),
      authorize: authorizeAll,
      maxBodyBytes: 1e6,
      refusals: new RefusalLog(silentLog, () => 0),
      log: silentLog,
      metrics: NO_METRICS,
    }),
  };
}

describe('the ingest handler', () => {
  it('takes a base64 body and answers in base64', async () => {
    const { world, handle } = setUp();
    expect(await handle(event())).toEqual({
      statusCode: 200,
      headers: { 'content-type': 'application/x-protobuf' },
      body: '',
      isBase64Encoded: true,
    });
    expect(world.buffer.traceIds()).toHaveLength(1);
  });

  it('takes a text body', async () => {
    const { handle } = setUp();
    const headers = { 'Content-Type': 'application/json' };
    const answer = await handle(event({ headers, body: '{"resourceSpans":[]}', isBase64Encoded: false }));
    expect(answer.statusCode).toBe(200);
    expect(Buffer.from(answer.body ?? '', 'base64').toString()).toBe('{}');
  });

  it('takes a request without a body for an empty one', async () => {
    const { body: _, ...withoutBody } = event();
    expect((await setUp().handle(withoutBody)).statusCode).toBe(200);
  });

  it('leaves the stage of an HTTP API out of the path', async () => {
    const { handle } = setUp();
    expect((await handle(event({ rawPath: '/prod/v1/traces', stage: 'prod' }))).statusCode).toBe(200);
    expect((await handle(event({ rawPath: '/prod/v1/traces' }))).statusCode).toBe(404);
  });

  it('leaves CORS to what is in front of it: two answers about it would be one too many for a browser', async () => {
    const { handle } = setUp();
    const headers = { origin: 'https://shop.example', 'content-type': 'application/x-protobuf' };
    const preflight = await handle(event({ method: 'OPTIONS', headers }));
    expect(preflight).toMatchObject({ statusCode: 405, headers: { allow: 'POST' } });
    const answers = [preflight, await handle(event({ headers }))];
    const names = answers.flatMap((answer) => Object.keys(answer.headers ?? {}));
    expect(names.filter((name) => /^(access-control-|vary)/i.test(name))).toEqual([]);
  });

  it('answers GET /healthz', async () => {
    const { handle } = setUp();
    expect((await handle(event({ method: 'GET', rawPath: '/healthz' }))).statusCode).toBe(200);
  });
});
