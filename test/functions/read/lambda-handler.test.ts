import { randomBytes } from 'node:crypto';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { authorizeAll } from '../../../functions/ingest/keys.ts';
import { createReadHandler } from '../../../functions/read/handler.ts';
import { functionUrlEvent } from '../../../lib/local/function-url-event.ts';
import { readerOf, writeArchive } from '../../read/model-archive.ts';
import { EPOCH_MS } from '../../support/build-trace.ts';
import { ManualClock } from '../../support/manual-clock.ts';
import { silentLog } from '../../support/silent-log.ts';
import { CHECKOUT, CHECKOUT_ROOT } from './checkout.ts';

/** What Lambda takes as the answer of a function, as JSON. */
const MAX_ANSWER_BYTES = 6 * 1024 * 1024;
const SMALL = CHECKOUT;
const LARGE = '5b8efff798038103d269b633813fc60c';
const SPANS = 10_000;

const span = CHECKOUT_ROOT;
const many = Array.from({ length: SPANS }, (_, index) => ({
  ...span,
  spanId: (index + 1).toString(16).padStart(16, '0'),
  ...(index > 0 && { parentSpanId: '0000000000000001' }),
  attributes: {
    'db.query.text': `SELECT * FROM carts WHERE customer = ${index} AND shop = ${index * 7919}`,
    index: BigInt(index),
  },
}));
const archive = await writeArchive([
  { traceId: SMALL, policy: 'errors', weight: 1, claims: [[span]] },
  { traceId: LARGE, policy: 'errors', weight: 1, claims: [many] },
]);
const files: Readonly<Record<string, string>> = { 'index.html': '<div id="app">', 'main.js': 'x'.repeat(5000) };
const handler = createReadHandler(
  {
    readers: () => readerOf(archive, { records: archive.records }),
    authorize: async ({ 'x-api-key': key }) => (key === 'rk' ? { tenant: undefined } : undefined),
    clock: new ManualClock(EPOCH_MS + 60_000),
    log: silentLog,
  },
  async (name) => (files[name] === undefined ? undefined : Buffer.from(files[name])),
);

async function invoke(target: string, headers: Readonly<Record<string, string>> = {}, method = 'GET') {
  const all = { 'x-api-key': 'rk', ...headers };
  const result = await handler(functionUrlEvent({ method, target, headers: all, body: new Uint8Array() }));
  expect(JSON.stringify(result).length).toBeLessThan(MAX_ANSWER_BYTES);
  expect(result.isBase64Encoded).toBe(true);
  const sent = Buffer.from(result.body ?? '', 'base64');
  const body = result.headers?.['content-encoding'] === 'gzip' ? gunzipSync(sent) : sent;
  return { status: result.statusCode, headers: result.headers ?? {}, text: body.toString(), sent };
}

describe('the Lambda handler', () => {
  it('answers an event of a function URL', async () => {
    const { status, headers, text } = await invoke('/api/services?from=-1h');
    expect({ status, body: JSON.parse(text) }).toMatchObject({ status: 200, body: { services: ['gateway'] } });
    expect(headers).toMatchObject({ 'content-type': 'application/json', 'cache-control': 'no-store' });
  });

  it('refuses any other event', async () => {
    expect(await handler({} as never)).toMatchObject({ statusCode: 400 });
  });

  it('asks for a key, but not for the page', async () => {
    expect(await invoke('/api/services', { 'x-api-key': 'ik' })).toMatchObject({ status: 401 });
    expect(await invoke('/', { 'x-api-key': '' })).toMatchObject({ status: 200, text: '<div id="app">' });
    expect(await invoke('/page/other.js', { 'x-api-key': '' })).toMatchObject({ status: 404 });
  });

  it('sends a file of the page once, and says afterwards that the browser has it', async () => {
    const first = await invoke('/page/main.js', { 'accept-encoding': 'gzip' });
    expect(first).toMatchObject({ status: 200, text: files['main.js'] });
    expect(first.sent.length).toBeLessThan(200);
    const etag = String(first.headers['etag']);
    expect(await invoke('/page/main.js', { 'if-none-match': `"other", ${etag}` })).toMatchObject({
      status: 304,
      headers: { etag, 'cache-control': 'no-cache' },
      text: '',
    });
    expect(await invoke('/', { 'if-none-match': etag })).toMatchObject({ status: 200 });
  });

  it('answers HEAD without a body', async () => {
    expect(await invoke('/api/services?from=-1h', {}, 'HEAD')).toMatchObject({ status: 200, text: '' });
    expect(await invoke('/', {}, 'HEAD')).toMatchObject({ status: 200, text: '' });
  });
});

describe('a trace of 10,000 spans', () => {
  it('fits into an answer with gzip', async () => {
    const { status, text, sent } = await invoke(`/api/traces/${LARGE}`, { 'accept-encoding': 'gzip, br' });
    expect(status).toBe(200);
    expect(JSON.parse(text).trace.resourceSpans.flatMap(spansIn)).toHaveLength(SPANS);
    expect(text.length).toBeGreaterThan(4_600_000);
    expect(sent.length).toBeLessThan(1_000_000);
    const jaeger = await invoke(`/jaeger/api/traces/${LARGE}`, { 'accept-encoding': 'gzip' });
    expect(JSON.parse(jaeger.text).data[0].spans).toHaveLength(SPANS);
  });

  it('does not without, which the answer says in the words of each API', async () => {
    const own = await invoke(`/api/traces/${LARGE}`);
    expect(own.status).toBe(413);
    expect(JSON.parse(own.text).error).toMatch(
      /^the answer has \d+ bytes, and 4600000 fit into one of Lambda: send "accept-encoding: gzip" \(curl --compressed\), or ask for less/,
    );
    const jaeger = await invoke(`/jaeger/api/traces/${LARGE}`);
    expect(jaeger.status).toBe(413);
    expect(JSON.parse(jaeger.text)).toMatchObject({ errors: [{ code: 413, msg: expect.stringMatching(/gzip/) }] });
  });

  it('is said to be too large where gzip does not help', async () => {
    const services = async () => ({
      services: Array.from({ length: 100 }, () => randomBytes(60_000).toString('hex')),
      isComplete: true,
      missingHours: [],
    });
    const large = createReadHandler(
      {
        readers: () => ({ services }) as never,
        authorize: authorizeAll,
        clock: new ManualClock(EPOCH_MS),
        log: silentLog,
      },
      async () => undefined,
    );
    const headers = { 'accept-encoding': 'gzip' };
    const event = functionUrlEvent({ method: 'GET', target: '/api/services', headers, body: new Uint8Array() });
    const { statusCode, body = '' } = await large(event);
    expect(statusCode).toBe(413);
    expect(JSON.parse(Buffer.from(body, 'base64').toString()).error).toMatch(/bytes with gzip, .*tailgate replay$/);
  });
});

function spansIn({ scopeSpans }: { readonly scopeSpans: readonly { readonly spans: readonly unknown[] }[] }) {
  return scopeSpans.flatMap(({ spans }) => spans);
}
