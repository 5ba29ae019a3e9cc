import { deflateSync, gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { createHandler } from '../../../functions/ingest/handler.ts';
import { type Authorize, authorizeAll, authorizeKeys } from '../../../functions/ingest/keys.ts';
import { RefusalLog } from '../../../functions/ingest/refusal-log.ts';
import { NO_METRICS } from '../../../functions/shared/metrics.ts';
import { UnavailableError } from '../../../lib/pipeline/ports.ts';
import { opentelemetry } from '../../../proto/generated/otlp.js';
import { World } from '../../pipeline/world.ts';
import { exportRequest } from '../../support/export-request.ts';
import { silentLog } from '../../support/silent-log.ts';
import { DELIVERIES, httpEvent } from '../support/http-event.ts';

const { ExportTraceServiceRequest, ExportTraceServiceResponse } = opentelemetry.proto.collector.trace.v1;

const PROTOBUF = { 'content-type': 'application/x-protobuf' };
const JSON_TYPE = { 'content-type': 'application/json' };
const BODY = exportRequest([{ trace: 'a', span: 'a1' }]);
const MAX_BODY_BYTES = 64 * 1024;

interface Sent {
  readonly method?: string;
  readonly path?: string;
  readonly headers?: Record<string, string>;
  readonly body?: Uint8Array;
}

const text = (body: Uint8Array) => new TextDecoder().decode(body);
const jsonBody = (object: unknown) => new TextEncoder().encode(JSON.stringify(object));

/** `google.rpc.Status` read by hand: field 1 the code (varint), field 2 the message. */
function rpcStatus(body: Uint8Array): { code: number; message: string } {
  expect([body[0], body[2]]).toEqual([0x08, 0x12]);
  const start = (body[3] ?? 0) < 0x80 ? 4 : 5;
  return { code: body[1] ?? 0, message: text(body.subarray(start)) };
}

interface ServerOptions {
  readonly keys?: readonly string[];
  readonly authorize?: Authorize;
  readonly ingest?: () => Promise<never>;
  readonly maxBodyBytes?: number;
}

// A client sees the same answers however its requests are delivered, but where one delivery has destroyed the body.
describe.each(DELIVERIES)('OTLP over HTTP, delivered as %s', (delivery) => {
  function server(options: ServerOptions = {}) {
    const world = new World();
    const handle = createHandler(
      {
        ingest: options.ingest ?? (({ protobuf, rejected }) => world.ingest(protobuf, undefined, rejected)),
        authorize: options.authorize ?? (options.keys === undefined ? authorizeAll : authorizeKeys(options.keys)),
        refusals: new RefusalLog({ log: silentLog, clock: world.clock }),
        log: silentLog,
        metrics: NO_METRICS,
      },
      { maxBodyBytes: options.maxBodyBytes ?? MAX_BODY_BYTES },
    );
    const send = async (sent: Sent) => {
      const {
        statusCode: status,
        headers = {},
        body = '',
        isBase64Encoded,
      } = await handle(httpEvent({ body: BODY, delivery, ...sent }));
      return { status, headers, body: Buffer.from(body, isBase64Encoded ? 'base64' : 'utf8') };
    };
    return { world, send };
  }

  describe('POST /v1/traces', () => {
    it('answers 200 with an empty response in the encoding of the request, once the spans are durable', async () => {
      const { world, send } = server();
      const protobuf = await send({});
      expect(protobuf).toMatchObject({ status: 200, headers: { 'content-type': 'application/x-protobuf' } });
      expect(ExportTraceServiceResponse.decode(protobuf.body).partialSuccess ?? null).toBeNull();
      expect(world.buffer.traceIds()).toHaveLength(1);
      expect(world.queue.pendingCount).toBe(1);

      const spans = [{ traceId: 'AB'.repeat(16), spanId: 'cd'.repeat(8), name: 'json' }];
      const json = await send({ headers: JSON_TYPE, body: jsonBody({ resourceSpans: [{ scopeSpans: [{ spans }] }] }) });
      expect(json).toMatchObject({ status: 200, headers: { 'content-type': 'application/json' } });
      expect(JSON.parse(text(json.body))).toEqual({});
      expect(world.buffer.traceIds()).toContain('ab'.repeat(16));
    });

    it.each(['application/json; charset=utf-8', 'APPLICATION/JSON'])(
      'takes the content type %s',
      async (contentType) => {
        const { send } = server();
        expect((await send({ headers: { 'content-type': contentType }, body: jsonBody({}) })).status).toBe(200);
      },
    );

    it('takes gzip, also of several members, and identity', async () => {
      const { world, send } = server();
      const half = Math.floor(BODY.length / 2);
      const members = Buffer.concat([gzipSync(BODY.subarray(0, half)), gzipSync(BODY.subarray(half))]);
      for (const [encoding, body] of [
        ['gzip', gzipSync(BODY)],
        ['GZIP', members],
        ['x-gzip', gzipSync(BODY)],
        ['identity, gzip', gzipSync(BODY)],
        ['identity', BODY],
        ['Identity', BODY],
        ['', BODY],
      ] as const) {
        expect((await send({ headers: { ...PROTOBUF, 'content-encoding': encoding }, body })).status).toBe(200);
      }
      expect(world.buffer.traceIds()).toHaveLength(1);
    });

    it('rejects a JSON span with half a byte in its ID, and takes the others', async () => {
      const { world, send } = server();
      const good = { traceId: '01'.repeat(16), spanId: '01'.repeat(8) };
      const spans = [good, { ...good, traceId: '1'.repeat(31) }, { ...good, spanId: '1'.repeat(17) }];
      const answer = await send({
        headers: JSON_TYPE,
        body: jsonBody({ resourceSpans: [{ scopeSpans: [{ spans }] }] }),
      });
      expect(answer.status).toBe(200);
      expect(JSON.parse(text(answer.body)).partialSuccess.rejectedSpans).toBe('2');
      expect(world.buffer.traceIds()).toEqual([good.traceId]);
    });

    it('takes the good spans and reports the others as a partial success', async () => {
      const { world, send } = server();
      const good = { traceId: Buffer.alloc(16, 1), spanId: Buffer.alloc(8, 1) };
      const spans = [
        good,
        { ...good, traceId: Buffer.alloc(16) },
        { ...good, traceId: Buffer.alloc(15, 1) },
        { ...good, spanId: Buffer.alloc(8) },
      ];
      const body = ExportTraceServiceRequest.encode(
        ExportTraceServiceRequest.fromObject({ resourceSpans: [{ scopeSpans: [{ spans }] }] }),
      ).finish();
      const answer = await send({ body });
      expect(answer.status).toBe(200);
      const partial = ExportTraceServiceResponse.decode(answer.body).partialSuccess;
      expect(String(partial?.rejectedSpans)).toBe('3');
      expect(partial?.errorMessage).toMatch(/trace.?id/i);
      expect(world.buffer.traceIds()).toEqual(['01'.repeat(16)]);
    });

    it.each([
      '/v1/traces?a=b',
      '/v1/%74races',
      'http://127.0.0.1:4318/v1/traces',
      'HTTPS://user@tailgate.example/v1/traces?a',
    ])('takes a request for %s', async (path) => {
      expect((await server().send({ path })).status).toBe(200);
    });

    it('accepts an empty request and sends no wake-up', async () => {
      const { world, send } = server();
      expect((await send({ body: new Uint8Array() })).status).toBe(200);
      expect(world.queue.pendingCount).toBe(0);
    });
  });

  describe('refusals', () => {
    const bomb = gzipSync(Buffer.alloc(16 * 1024 * 1024));
    const gzipHeaders = { ...PROTOBUF, 'content-encoding': 'gzip' };
    it.each<[string, Sent, number, number]>([
      ['another path', { path: '/v1/metrics' }, 404, 5],
      ['another method', { method: 'GET' }, 405, 12],
      ['another content type', { headers: { 'content-type': 'text/plain' } }, 415, 3],
      ['no content type', { headers: {} }, 415, 3],
      ['another content encoding', { headers: { ...PROTOBUF, 'content-encoding': 'zstd' } }, 415, 3],
      ['deflate', { headers: { ...PROTOBUF, 'content-encoding': 'deflate' }, body: deflateSync(BODY) }, 415, 3],
      [
        'gzip in gzip',
        { headers: { ...PROTOBUF, 'content-encoding': 'gzip, gzip' }, body: gzipSync(gzipSync(BODY)) },
        415,
        3,
      ],
      ['no path', { path: '/' }, 404, 5],
      ['a slash too many', { path: '//v1/traces' }, 404, 5],
      ['a slash at the end', { path: '/v1/traces/' }, 404, 5],
      ['the whole server', { method: 'OPTIONS', path: '*' }, 404, 5],
      ['a body over the limit', { body: new Uint8Array(MAX_BODY_BYTES + 1) }, 413, 8],
      ['a gzip bomb', { headers: gzipHeaders, body: bomb }, 413, 8],
      ['bytes that are not gzip', { headers: gzipHeaders, body: BODY }, 400, 3],
      ['gzip that ends early', { headers: gzipHeaders, body: gzipSync(BODY).subarray(0, -9) }, 400, 3],
      ['protobuf that ends early', { body: BODY.subarray(0, -1) }, 400, 3],
      ['JSON that ends early', { headers: JSON_TYPE, body: jsonBody({ resourceSpans: [] }).subarray(0, -1) }, 400, 3],
    ])('answers %s with a status that says why', async (_, sent, status, code) => {
      const { world, send } = server();
      const answer = await send(sent);
      expect(answer.status).toBe(status);
      const isProtobuf = sent.headers === undefined || sent.headers['content-type'] === 'application/x-protobuf';
      expect(answer.headers['content-type']).toBe(isProtobuf ? 'application/x-protobuf' : 'application/json');
      const read = isProtobuf ? rpcStatus(answer.body) : JSON.parse(text(answer.body));
      expect(read.code).toBe(code);
      expect(read.message).not.toBe('');
      expect(world.buffer.traceIds()).toEqual([]);
    });

    it.each(['metrics', 'logs'])('says what to do with %s', async (signal) => {
      const { send } = server();
      const { message } = rpcStatus((await send({ path: `/v1/${signal}` })).body);
      expect(message).toContain(`turn ${signal} off (OTEL_${signal.toUpperCase()}_EXPORTER=none)`);
      expect(message).toContain('OTEL_EXPORTER_OTLP_TRACES_ENDPOINT');
    });

    it('names the offset of malformed bytes', async () => {
      const { send } = server();
      expect(text((await send({ body: BODY.subarray(0, -1) })).body)).toMatch(/offset \d+/);
    });

    it('answers 413 to a small body whose resource would be copied into too many traces', async () => {
      const { world, send } = server({ maxBodyBytes: 2 ** 21 });
      const span = (index: number) => ({ traceId: Buffer.alloc(16, index + 1), spanId: Buffer.alloc(8, 1) });
      const resource = { attributes: [{ key: 'large', value: { stringValue: 'x'.repeat(2 ** 20) } }] };
      const spans = Array.from({ length: 130 }, (_, index) => span(index));
      const body = ExportTraceServiceRequest.encode(
        ExportTraceServiceRequest.fromObject({ resourceSpans: [{ resource, scopeSpans: [{ spans }] }] }),
      ).finish();
      const answer = await send({ body });
      expect(answer.status).toBe(413);
      expect(rpcStatus(answer.body).message).toMatch(/130 traces.*send smaller batches/);
      expect(world.buffer.traceIds()).toEqual([]);
    });

    it('answers 503 with Retry-After when something could not be made durable', async () => {
      const { send } = server({ ingest: () => Promise.reject(new UnavailableError('the table is throttled')) });
      const answer = await send({});
      expect(answer).toMatchObject({ status: 503, headers: { 'retry-after': '2' } });
      expect(rpcStatus(answer.body).code).toBe(14);
    });

    it('answers 503 and not 500 to a failure that nobody foresaw: exporters do not try again after a 500', async () => {
      const { send } = server({ ingest: () => Promise.reject(new TypeError('a defect')) });
      const answer = await send({});
      expect(answer.status).toBe(503);
      expect(text(answer.body)).not.toContain('a defect');
    });

    it('says which methods are allowed', async () => {
      const { send } = server();
      expect((await send({ method: 'PUT' })).headers['allow']).toBe('POST');
    });
  });

  describe('keys', () => {
    const { send } = server({ keys: ['tg_old_secret', 'tg_new_secret'] });
    it.each([
      ['x-api-key', { 'x-api-key': 'tg_old_secret' }, 200],
      ['a bearer token', { authorization: 'Bearer tg_new_secret' }, 200],
      ['a bearer token in another case', { authorization: 'bearer tg_new_secret' }, 200],
      ['no key', {}, 401],
      ['a wrong key', { 'x-api-key': 'tg_old_secrets' }, 401],
      ['an empty key', { 'x-api-key': '' }, 401],
      [
        'a stale x-api-key beside a valid bearer token',
        { 'x-api-key': 'old', authorization: 'Bearer tg_new_secret' },
        200,
      ],
      ['a key in another scheme', { authorization: 'Basic tg_new_secret' }, 401],
    ])('answers %s', async (_, headers, status) => {
      expect((await send({ headers: { ...PROTOBUF, ...headers } })).status).toBe(status);
    });

    it('are checked before the body is looked at', async () => {
      expect((await send({ headers: { 'content-type': 'text/plain' }, body: new Uint8Array(1e6) })).status).toBe(401);
    });

    it('are not called wrong when they cannot be looked up', async () => {
      const { send } = server({ authorize: () => Promise.reject(new UnavailableError('no keys')) });
      const answer = await send({ headers: { ...PROTOBUF, 'x-api-key': 'tg_new_secret' } });
      expect(answer).toMatchObject({ status: 503, headers: { 'retry-after': '2' } });
    });
  });

  describe('GET /healthz', () => {
    it('answers 200 without a key', async () => {
      const { send } = server({ keys: ['k'] });
      expect(await send({ method: 'GET', path: '/healthz', headers: {} })).toMatchObject({ status: 200 });
      expect((await send({ method: 'POST', path: '/healthz' })).status).toBe(405);
    });
  });
});
