import assert from 'node:assert/strict';
import { createKey, type Deployment, localUrl } from './deployment.ts';
import type { Engine } from './engine.ts';

/** Looks at the kept traces through the read function, with the rights of its role. @param traceIds of all that are kept */
export async function lookAtTraces(engine: Engine, deployment: Deployment, traceIds: readonly string[]): Promise<void> {
  const readKey = await createKey(engine, '--read');
  const url = localUrl(engine, deployment.outputs['ReadUrl'] ?? '');
  const get = async (path: string, key?: string) => {
    const response = await fetch(url + path, { headers: key === undefined ? {} : { 'x-api-key': key } });
    const text = await response.text();
    return { status: response.status, type: response.headers.get('content-type'), text };
  };
  const page = await get('/');
  assert.equal(page.status, 200, page.text);
  assert.match(page.text, /<div id="app">/);
  assert.equal((await get('/page/main.js')).type, 'text/javascript; charset=utf-8');

  for (const key of [undefined, deployment.key, `${readKey}x`]) {
    assert.equal((await get('/api/traces?from=-1h', key)).status, 401, 'a read key is needed');
  }
  const found = await get('/api/traces?from=-1h', readKey);
  assert.equal(found.status, 200, found.text);
  const { traces, isComplete } = JSON.parse(found.text) as { traces: { traceId: string }[]; isComplete: boolean };
  assert.deepEqual(traces.map(({ traceId }) => traceId).sort(), [...traceIds].sort(), 'a search finds what is kept');
  assert.equal(isComplete, true);

  const [traceId = ''] = traceIds;
  // Without a window: its decision record says where it is.
  const one = await get(`/api/traces/${traceId}`, readKey);
  assert.equal(one.status, 200, one.text);
  assert.equal(JSON.parse(one.text).trace.spanCount, 2, one.text);
  const inJaeger = await get(`/jaeger/api/traces/${traceId}`, readKey);
  assert.equal(JSON.parse(inJaeger.text).data?.[0]?.spans.length, 2, inJaeger.text);
  assert.deepEqual(JSON.parse((await get('/jaeger/api/services', readKey)).text).data, ['cart', 'gateway']);
  const inTempo = await get(`/tempo/api/v2/traces/${traceId}`, readKey);
  assert.equal(inTempo.status, 200, inTempo.text);
  assert.equal((await get(`/api/traces/${'0'.repeat(31)}1`, readKey)).status, 404);

  const asSender = await fetch(`${deployment.ingestUrl}/v1/traces`, {
    method: 'POST',
    headers: { 'x-api-key': readKey },
  });
  assert.equal(asSender.status, 401, 'a read key is no ingest key');
}
