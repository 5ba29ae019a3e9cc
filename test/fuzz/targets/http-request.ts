import assert from 'node:assert/strict';
import { gunzipSync, gzipSync } from 'node:zlib';
import type { HttpRequest } from '../../../functions/ingest/http.ts';
import { handleOtlpHttp } from '../../../functions/ingest/otlp-http.ts';
import { RefusalLog } from '../../../functions/ingest/refusal-log.ts';
import type { Log } from '../../../functions/shared/logger.ts';
import { NO_METRICS } from '../../../functions/shared/metrics.ts';
import { regroup } from '../../../lib/otlp/regroup/regroup.ts';
import { messageFrom } from '../shape.ts';
import { SHAPES } from '../shapes.ts';
import type { FuzzTarget } from '../target.ts';

const TYPES = [
  'application/x-protobuf',
  'application/json',
  'application/json; charset=utf-8',
  'text/plain',
  undefined,
];
const CODINGS = [undefined, 'gzip', 'identity', 'x-gzip', 'gzip, gzip', 'deflate', 'GZIP', ''];
/** Small, so that the fuzzer reaches it. */
const MAX_BODY_BYTES = 100_000;
const HEADER_BYTES = 2;

const failingLog: Log = {
  debug() {},
  info() {},
  warn() {},
  error(message, fields) {
    throw new Error(`logged as an error: ${message}`, { cause: fields?.['error'] });
  },
};

/** The answers that docs/receiving.md lists, but 401 and 503: everyone may send, and the buffer is always there. */
const STATUSES = [200, 400, 413, 415];

/**
 * A request as it comes from a function URL: byte 0 chooses content type and encoding, byte 1 whether the platform has made
 * text of the body; the rest is the body.
 */
export const target: FuzzTarget = {
  fuzz: async (data) => {
    const [first = 0, second = 0] = data;
    const type = TYPES[first % TYPES.length];
    const coding = CODINGS[Math.floor(first / TYPES.length) % CODINGS.length];
    const body = data.subarray(HEADER_BYTES);
    const headers = {
      ...(type !== undefined && { 'content-type': type }),
      ...(coding !== undefined && { 'content-encoding': coding }),
    };
    const request: HttpRequest = { method: 'POST', path: '/v1/traces', headers, body, isText: second % 2 === 1 };
    let received: Uint8Array | undefined;
    const response = await handleOtlpHttp(
      request,
      {
        ingest: async ({ protobuf, rejected }) => {
          // Its memory is given back.
          received = protobuf.slice();
          const { spanCount, rejectedSpanCount, errorMessage, fragments } = regroup(protobuf, rejected);
          return { acceptedSpanCount: spanCount, rejectedSpanCount, errorMessage, fragmentCount: fragments.length };
        },
        authorize: async () => ({ tenant: undefined }),
        log: failingLog,
        metrics: NO_METRICS,
        refusals: new RefusalLog({ log: failingLog, clock: { now: () => 0 } }),
      },
      { maxBodyBytes: MAX_BODY_BYTES },
    );
    assert.ok(STATUSES.includes(response.status), `status ${response.status}`);
    assert.ok(response.body.length < 5_000);
    if (type !== TYPES[0] || received === undefined) return;
    assert.ok(received.length <= MAX_BODY_BYTES);
    if (coding?.includes('gzip') === true && !request.isText) {
      assert.deepStrictEqual(new Uint8Array(received), new Uint8Array(gunzipSync(body)));
    }
  },
  isAsync: true,
  seeds: () => {
    const body = messageFrom(SHAPES[0] ?? new Uint8Array(), 'ExportTraceServiceRequest');
    const zeros = gzipSync(new Uint8Array(MAX_BODY_BYTES + 1));
    return [
      withHeader(0, 0, body),
      withHeader(5, 0, gzipSync(body)),
      withHeader(5, 0, zeros),
      withHeader(5, 0, Buffer.concat([gzipSync(body), gzipSync(body)])),
      withHeader(1, 1, Buffer.from('{"resourceSpans":[{"scopeSpans":[{"spans":[{"name":"\ufffd"}]}]}]}')),
      withHeader(6, 1, Buffer.from(' \ufeff{"resourceSpans":[]}')),
    ];
  },
};

function withHeader(first: number, second: number, body: Uint8Array): Uint8Array {
  return Uint8Array.from([first, second, ...body]);
}
