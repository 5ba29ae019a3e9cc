import { deflateSync, gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { decodeBody } from '../../../functions/ingest/content-encoding.ts';
import { createHandler } from '../../../functions/ingest/handler.ts';
import { authorizeAll } from '../../../functions/ingest/keys.ts';
import { RefusalLog } from '../../../functions/ingest/refusal-log.ts';
import { NO_METRICS } from '../../../functions/shared/metrics.ts';
import type { Delivery } from '../../../lib/local/function-url-event.ts';
import { World } from '../../pipeline/world.ts';
import { exportRequest } from '../../support/export-request.ts';
import { RecordingLog } from '../../support/recording-log.ts';
import { silentLog } from '../../support/silent-log.ts';
import { httpEvent } from '../support/http-event.ts';

const TRACE_ID = 'ab'.repeat(16);
const spans = [{ traceId: TRACE_ID, spanId: 'cd'.repeat(8), name: 'caf\u00e9 \ufffd' }];
const JSON_BODY = Buffer.from(JSON.stringify({ resourceSpans: [{ scopeSpans: [{ spans }] }] }));
const PROTOBUF_BODY = exportRequest([{ trace: 'ff', span: 'ff' }]);
const MAX_BODY_BYTES = 10_000;

function setUp() {
  const world = new World();
  const log = new RecordingLog();
  const handle = createHandler(
    {
      ingest: ({ protobuf, rejected }) => world.ingest(protobuf, undefined, rejected),
      authorize: authorizeAll,
      refusals: new RefusalLog({ log, clock: world.clock }),
      log: silentLog,
      metrics: NO_METRICS,
    },
    { maxBodyBytes: MAX_BODY_BYTES },
  );
  const send = async (event: Parameters<typeof handle>[0]) => {
    const answer = await handle(event);
    const text = Buffer.from(answer.body ?? '', 'base64').toString();
    return { status: answer.statusCode, headers: answer.headers, text, traceIds: world.buffer.traceIds() };
  };
  return { handle, send, log };
}

/** A JSON request; without `contentEncoding` it declares none. */
function jsonEvent(delivery: Delivery, body: Uint8Array, contentEncoding?: string, userAgent?: string) {
  const headers = {
    'content-type': 'application/json',
    ...(contentEncoding !== undefined && { 'content-encoding': contentEncoding }),
    ...(userAgent !== undefined && { 'user-agent': userAgent }),
  };
  return httpEvent({ headers, body, delivery });
}

describe('JSON without compression', () => {
  it.each<[Delivery, string | undefined]>([
    ['platform', undefined],
    ['platform', 'identity'],
    ['base64', undefined],
    ['base64', 'identity'],
  ])('is kept as it is (delivered as %s, content-encoding %s)', async (delivery, contentEncoding) => {
    expect(await setUp().send(jsonEvent(delivery, JSON_BODY, contentEncoding))).toMatchObject({
      status: 200,
      traceIds: [TRACE_ID],
    });
  });
});

describe('JSON with compression', () => {
  it('is read where the bytes arrive', async () => {
    expect(await setUp().send(jsonEvent('base64', gzipSync(JSON_BODY), 'gzip'))).toMatchObject({
      status: 200,
      traceIds: [TRACE_ID],
    });
  });

  it.each([
    ['gzip', gzipSync(JSON_BODY)],
    ['GZIP', gzipSync(JSON_BODY)],
    ['x-gzip', gzipSync(JSON_BODY)],
    ['gzip, gzip', gzipSync(gzipSync(JSON_BODY))],
    ['deflate', deflateSync(JSON_BODY)],
    // It says that it is compressed and is not; whatever it was, it is not JSON.
    ['gzip', Buffer.from('hello')],
  ])('as AWS delivers it (%s) is refused with 415 and what to set instead', async (contentEncoding, body) => {
    const answer = await setUp().send(jsonEvent('platform', body, contentEncoding));
    expect(answer).toMatchObject({ status: 415, headers: { 'accept-encoding': 'identity' }, traceIds: [] });
    const { code, message } = JSON.parse(answer.text);
    expect(code).toBe(3);
    expect(message).toContain('OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf');
    expect(message).toContain('OTEL_EXPORTER_OTLP_COMPRESSION=none');
  });

  it.each([
    ['OTel-OTLP-Exporter-JavaScript/0.1.0', ['refused']],
    ['tailgate-replay', []],
  ])('that is refused is worth a warning unless it is sent again without (%s)', async (userAgent, logged) => {
    const { send, log } = setUp();
    const event = jsonEvent('platform', gzipSync(JSON_BODY), 'gzip', userAgent);
    expect(await send(event)).toMatchObject({ status: 415, headers: { 'accept-encoding': 'identity' } });
    expect(log.entries.map(({ message }) => message)).toEqual(logged);
    await send(httpEvent({ method: 'GET', headers: { 'user-agent': userAgent } }));
    expect(log.entries).toHaveLength(logged.length + 1);
  });

  it.each(['gzip', 'GZIP', 'gzip, gzip', 'deflate', 'zstd'])(
    'is read where a gateway has decompressed it and left "content-encoding: %s" standing',
    async (contentEncoding) => {
      for (const body of [JSON_BODY, Buffer.from(`\r\n\t ${JSON_BODY}`), Buffer.from(`\ufeff${JSON_BODY}`)]) {
        expect(await setUp().send(jsonEvent('platform', body, contentEncoding))).toMatchObject({
          status: 200,
          traceIds: [TRACE_ID],
        });
      }
    },
  );

  it('that is declared only is refused where the bytes arrive', async () => {
    expect(await setUp().send(jsonEvent('base64', JSON_BODY, 'gzip'))).toMatchObject({ status: 400, traceIds: [] });
  });

  it('that the exporter does not declare is refused', async () => {
    const body = gzipSync(JSON_BODY);
    expect(await setUp().send(jsonEvent('platform', body))).toMatchObject({ status: 415, traceIds: [] });
    expect(await setUp().send(jsonEvent('base64', body))).toMatchObject({ status: 400, traceIds: [] });
  });

  it.each<Delivery>(['platform', 'base64'])('and no body at all is not gzip (%s)', async (delivery) => {
    expect(await setUp().send(jsonEvent(delivery, new Uint8Array(), 'gzip'))).toMatchObject({ status: 400 });
  });

  it('keeps to the limit of a body, delivered as text too', async () => {
    const large = Buffer.from(`{"a":"${'x'.repeat(MAX_BODY_BYTES)}"}`);
    expect(await setUp().send(jsonEvent('platform', large, 'gzip'))).toMatchObject({ status: 413 });
  });
});

describe('protobuf', () => {
  it('is refused where it says that it is JSON', async () => {
    expect(await setUp().send(jsonEvent('base64', PROTOBUF_BODY))).toMatchObject({ status: 400, traceIds: [] });
    // The trace ID ends in FF, which is never UTF-8.
    expect(await setUp().send(jsonEvent('platform', PROTOBUF_BODY))).toMatchObject({ status: 415, traceIds: [] });
  });
});

describe('gzip', () => {
  it('is inflated into one piece of memory of its size', () => {
    const text = Buffer.alloc(1_000_000, 'spans ');
    const request = { headers: { 'content-encoding': 'gzip' }, body: gzipSync(text), isText: false };
    // Each piece has this size, so that a second one would be half of what was allocated.
    const before = process.memoryUsage().arrayBuffers;
    const body = decodeBody(request, text.length);
    const allocated = process.memoryUsage().arrayBuffers - before;
    expect(Buffer.compare(body, text)).toBe(0);
    expect(body.buffer.byteLength).toBe(text.length + 1);
    expect(allocated).toBeLessThan(1.5 * text.length);
  });
});
