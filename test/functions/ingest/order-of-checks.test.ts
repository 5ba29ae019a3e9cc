import { gzipSync } from 'node:zlib';
import { describe, expect, it, vi } from 'vitest';
import { createHandler } from '../../../functions/ingest/handler.ts';
import type { HttpRequest } from '../../../functions/ingest/http.ts';
import { authorizeKeys } from '../../../functions/ingest/keys.ts';
import { handleOtlpHttp, openOtlpHttp } from '../../../functions/ingest/otlp-http.ts';
import { RefusalLog } from '../../../functions/ingest/refusal-log.ts';
import { NO_METRICS } from '../../../functions/shared/metrics.ts';
import { ManualClock } from '../../support/manual-clock.ts';
import { silentLog } from '../../support/silent-log.ts';
import { httpEvent } from '../support/http-event.ts';

const deps = {
  ingest: () => Promise.reject(new Error('nothing gets so far')),
  authorize: authorizeKeys(['the-key']),
  log: silentLog,
  metrics: NO_METRICS,
  refusals: new RefusalLog({ log: silentLog, clock: new ManualClock() }),
};
const PROTOBUF = { 'content-type': 'application/x-protobuf', 'x-api-key': 'the-key' };
const MAX = { maxBodyBytes: 1000 };

function headOf(headers: Readonly<Record<string, string>>) {
  return { method: 'POST', path: '/v1/traces', headers };
}

/** A request whose body must not be read. */
function unread(headers: Readonly<Record<string, string>>): HttpRequest {
  return {
    ...headOf(headers),
    isText: false,
    get body(): Uint8Array {
      throw new Error('the body was read');
    },
  };
}

describe('ingest refuses by the head, without a look at the body,', () => {
  it.each<[string, Record<string, string>, number]>([
    ['what has no key', { 'content-type': 'application/x-protobuf' }, 401],
    ['another key', { ...PROTOBUF, 'x-api-key': 'another' }, 401],
    ['no key before another content type', { 'content-type': 'text/plain' }, 401],
    ['another content type', { ...PROTOBUF, 'content-type': 'text/plain' }, 415],
    ['another coding', { ...PROTOBUF, 'content-encoding': 'br' }, 415],
    ['gzip twice', { ...PROTOBUF, 'content-encoding': 'gzip, gzip' }, 415],
    ['what is declared too large', { ...PROTOBUF, 'content-length': '1001' }, 413],
  ])('%s', async (_, headers, status) => {
    const opened = await openOtlpHttp(headOf(headers), deps, MAX);
    expect(opened).toMatchObject({ status });
    expect(await handleOtlpHttp(unread(headers), deps, MAX)).toEqual(opened);
  });

  it('but not what may be right', async () => {
    for (const headers of [
      PROTOBUF,
      { ...PROTOBUF, 'content-encoding': 'gzip', 'content-length': '1000' },
      // The platform may have undone it.
      { ...PROTOBUF, 'content-type': 'application/json', 'content-encoding': 'br' },
    ]) {
      expect(typeof (await openOtlpHttp(headOf(headers), deps, MAX))).toBe('function');
    }
  });
});

describe('the Lambda handler', () => {
  const handle = createHandler(deps, MAX);

  it('does not decode the body of an event without a key', async () => {
    const event = httpEvent({ headers: { 'content-type': 'application/x-protobuf' }, body: new Uint8Array(500) });
    const from = vi.spyOn(Buffer, 'from');
    const { statusCode } = await handle(event);
    const decoded = from.mock.calls.filter(([value]) => String(value) === event.body);
    from.mockRestore();
    expect({ statusCode, decoded }).toEqual({ statusCode: 401, decoded: [] });
  });

  it('looks at the length before it inflates', async () => {
    // No gzip at all: had it been inflated, the answer would be 400.
    const event = httpEvent({ headers: { ...PROTOBUF, 'content-encoding': 'gzip' }, body: new Uint8Array(1001) });
    expect(await handle(event)).toMatchObject({ statusCode: 413 });
    const bomb = httpEvent({
      headers: { ...PROTOBUF, 'content-encoding': 'gzip' },
      body: gzipSync(new Uint8Array(100_000)),
    });
    expect(await handle(bomb)).toMatchObject({ statusCode: 413 });
  });
});
