import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { readHttpEvent } from '../../../functions/ingest/http.ts';
import { authorizeAll } from '../../../functions/ingest/keys.ts';
import { handleOtlpHttp } from '../../../functions/ingest/otlp-http.ts';
import { RefusalLog } from '../../../functions/ingest/refusal-log.ts';
import { NO_METRICS } from '../../../functions/shared/metrics.ts';
import { isGivenBack } from '../../../lib/otlp/give-back.ts';
import { UnavailableError } from '../../../lib/pipeline/ports.ts';
import { World } from '../../pipeline/world.ts';
import { silentLog } from '../../support/silent-log.ts';

const PROTOBUF = 'application/x-protobuf';
const spans = Array.from({ length: 1_000 }, (_, i) => ({
  traceId: 'ab'.repeat(16),
  spanId: String(i).padStart(16, 'c'),
  name: 'a span with a name'.repeat(3),
}));
const JSON_BODY = Buffer.from(JSON.stringify({ resourceSpans: [{ scopeSpans: [{ spans }] }] }));
/** One unknown field of 100 KB. */
const PROTOBUF_BODY = Buffer.concat([Buffer.of(0x7a, 0x80, 0x80, 0x06), Buffer.alloc(98_304)]);

/** Sends a request. Resolves to the status, and to whether what `ingest` got was given back. */
async function send(
  contentType: string,
  contentEncoding: string,
  body: Uint8Array,
  { isDown = false, isOwn = false } = {},
) {
  const world = new World();
  const seen: Uint8Array[] = [];
  const deps = {
    ingest: async ({ protobuf }: { readonly protobuf: Uint8Array }) => {
      seen.push(protobuf);
      const result = await world.ingest(protobuf);
      if (isDown) throw new UnavailableError('the wake-up was not sent');
      expect(protobuf.length).toBeGreaterThan(0);
      return result;
    },
    authorize: authorizeAll,
    refusals: new RefusalLog({ log: silentLog, clock: world.clock }),
    log: silentLog,
    metrics: NO_METRICS,
  };
  const headers = { 'content-type': contentType, 'content-encoding': contentEncoding };
  const request = { method: 'POST', path: '/v1/traces', headers, body, isText: false, isOwn };
  const { status } = await handleOtlpHttp(request, deps);
  return { status, isGivenBack: seen.map(isGivenBack) };
}

describe('memory of a request', () => {
  it.each([
    ['an inflated body', PROTOBUF, 'gzip', gzipSync(PROTOBUF_BODY)],
    ['the protobuf of a JSON body', 'application/json', 'identity', new Uint8Array(JSON_BODY)],
    ['the protobuf of an inflated JSON body', 'application/json', 'gzip', gzipSync(JSON_BODY)],
  ])('is given back when it is answered: %s', async (_, contentType, contentEncoding, body) => {
    const { length } = body;
    expect(await send(contentType, contentEncoding, body)).toEqual({ status: 200, isGivenBack: [true] });
    expect(body.length).toBe(length);
  });

  it("is the caller's when the body is the protobuf", async () => {
    expect(await send(PROTOBUF, 'identity', new Uint8Array(PROTOBUF_BODY))).toEqual({
      status: 200,
      isGivenBack: [false],
    });
  });

  it('is given back when the caller does not need the body any more, as that of an event', async () => {
    const body = new Uint8Array(PROTOBUF_BODY);
    expect(await send(PROTOBUF, 'identity', body, { isOwn: true })).toEqual({ status: 200, isGivenBack: [true] });
    expect(isGivenBack(body)).toBe(true);
    const event = {
      requestContext: { http: { method: 'POST' } },
      rawPath: '/v1/traces',
      headers: {},
      body: PROTOBUF_BODY.toString('base64'),
      isBase64Encoded: true,
    };
    expect(readHttpEvent(event).isOwn).toBe(true);
  });

  it('is left alone when the request could not be handled', async () => {
    expect(await send(PROTOBUF, 'gzip', gzipSync(PROTOBUF_BODY), { isDown: true, isOwn: true })).toEqual({
      status: 503,
      isGivenBack: [false],
    });
  });
});
