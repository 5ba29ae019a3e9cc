import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import { describe, expect, it } from 'vitest';
import { createHandler } from '../../../functions/ingest/handler.ts';
import { authorizeAll } from '../../../functions/ingest/keys.ts';
import { RefusalLog } from '../../../functions/ingest/refusal-log.ts';
import { NO_METRICS } from '../../../functions/shared/metrics.ts';
import { World } from '../../pipeline/world.ts';
import { exportRequest } from '../../support/export-request.ts';
import { silentLog } from '../../support/silent-log.ts';
import { httpEvent } from '../support/http-event.ts';

const BODY = exportRequest([{ trace: 'a', span: 'a1' }]);

/** An event whose request is right, but for these fields. */
function event(changes: Partial<APIGatewayProxyEventV2> = {}): APIGatewayProxyEventV2 {
  return { ...httpEvent({ body: BODY }), ...changes };
}

function onStage(stage: string): APIGatewayProxyEventV2 {
  const { requestContext, ...rest } = event({ rawPath: '/prod/v1/traces' });
  return { ...rest, requestContext: { ...requestContext, stage } };
}

function setUp() {
  const world = new World();
  return {
    world,
    handle: createHandler(
      {
        ingest: ({ protobuf, rejected }) => world.ingest(protobuf, undefined, rejected),
        authorize: authorizeAll,
        refusals: new RefusalLog({ log: silentLog, clock: world.clock }),
        log: silentLog,
        metrics: NO_METRICS,
      },
      { maxBodyBytes: 1e6 },
    ),
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

  it.each([undefined, null, ''])('takes a request with the body %j for an empty one', async (body) => {
    const withoutBody = { ...event(), body } as APIGatewayProxyEventV2;
    expect((await setUp().handle(withoutBody)).statusCode).toBe(200);
  });

  it('takes a body for text where nothing says that it is base64', async () => {
    const { isBase64Encoded: _, ...bare } = event({ headers: { 'content-type': 'application/json' }, body: '{}' });
    expect((await setUp().handle(bare as APIGatewayProxyEventV2)).statusCode).toBe(200);
  });

  it('reads headers whatever their case, and none that is not a string', async () => {
    const headers = { 'CONTENT-TYPE': 'application/x-protobuf', 'x-odd': null, 'content-encoding': undefined };
    expect((await setUp().handle(event({ headers: headers as never }))).statusCode).toBe(200);
  });

  it('leaves the stage of an HTTP API out of the path', async () => {
    const { handle } = setUp();
    expect((await handle(onStage('prod'))).statusCode).toBe(200);
    expect((await handle(onStage('$default'))).statusCode).toBe(404);
  });

  it('leaves CORS to what is in front of it: two answers about it would be one too many for a browser', async () => {
    const { handle } = setUp();
    const headers = { origin: 'https://shop.example', 'content-type': 'application/x-protobuf' };
    const preflight = await handle(httpEvent({ method: 'OPTIONS', headers }));
    expect(preflight).toMatchObject({ statusCode: 405, headers: { allow: 'POST' } });
    const answers = [preflight, await handle(event({ headers }))];
    const names = answers.flatMap((answer) => Object.keys(answer.headers ?? {}));
    expect(names.filter((name) => /^(access-control-|vary)/i.test(name))).toEqual([]);
  });

  it('answers GET /healthz', async () => {
    const { handle } = setUp();
    expect((await handle(httpEvent({ method: 'GET', path: '/healthz' }))).statusCode).toBe(200);
  });
});

describe('an event that is not an HTTP request', () => {
  const { requestContext, ...withoutContext } = event();
  const { headers: _headers, ...withoutHeaders } = event();
  const { rawPath: _rawPath, ...withoutPath } = event();
  const { http: _http, ...withoutHttp } = requestContext;
  it.each<[string, unknown, RegExp]>([
    ['of a test in the console', { key1: 'value1', key2: 'value2' }, /no requestContext.http.method/],
    ['without anything', {}, /payload format 2\.0/],
    ['that is null', null, /payload format 2\.0/],
    ['that is a string', 'warm-up', /payload format 2\.0/],
    ['without context', withoutContext, /no requestContext.http.method/],
    [
      'without HTTP in its context',
      { ...withoutContext, requestContext: withoutHttp },
      /no requestContext.http.method/,
    ],
    ['without headers', withoutHeaders, /no headers/],
    ['without a path', withoutPath, /no rawPath/],
    ['with an object as body', { ...event(), body: {} }, /body is not a string/],
    [
      'of an HTTP API in payload format 1.0',
      {
        version: '1.0',
        httpMethod: 'POST',
        path: '/v1/traces',
        headers: {},
        body: null,
        requestContext: { httpMethod: 'POST' },
      },
      /format 1\.0.*set the integration to format 2\.0/,
    ],
    [
      'of a load balancer',
      {
        requestContext: { elb: { targetGroupArn: 'arn' } },
        httpMethod: 'POST',
        path: '/v1/traces',
        headers: {},
        body: '',
      },
      /load balancer/,
    ],
    ['of a schedule', { 'detail-type': 'Scheduled Event', source: 'aws.events', detail: {} }, /payload format 2\.0/],
    ['of a queue', { Records: [{ messageId: 'm', body: '' }] }, /payload format 2\.0/],
  ])('%s is answered 400 with what is missing', async (_what, odd, reason) => {
    const { world, handle } = setUp();
    const answer = await handle(odd as APIGatewayProxyEventV2);
    expect(answer).toMatchObject({ statusCode: 400, headers: { 'content-type': 'application/json' } });
    const status = JSON.parse(Buffer.from(answer.body ?? '', 'base64').toString());
    expect(status.code).toBe(3);
    expect(status.message).toMatch(reason);
    expect(world.buffer.traceIds()).toEqual([]);
  });
});
