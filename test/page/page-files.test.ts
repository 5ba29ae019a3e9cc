import { globSync, readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { authorizeAll } from '../../functions/ingest/keys.ts';
import { createReadHttp } from '../../functions/read/handler.ts';
import { pageBeside } from '../../functions/read/page.ts';
import { pageFiles } from '../../lib/local/page-files.ts';
import { PipelineTally } from '../../lib/local/pipeline-tally.ts';
import { buildPage } from '../../scripts/build/page.ts';
import { MemoryObjectStore } from '../memory/memory-object-store.ts';
import { readerOf } from '../read/model-archive.ts';
import { silentLog } from '../support/silent-log.ts';

const answer = pageBeside(pageFiles(), async ({ path }) => ({ status: 404, headers: {}, body: Buffer.from(path) }));

async function get(path: string, method = 'GET', headers = {}) {
  const handled = await answer({ method, path, headers });
  if (typeof handled === 'function') throw new Error('no body expected');
  return handled;
}

describe('the page', () => {
  it('takes less than 150 KB of gzip', async () => {
    const bytes = [...(await buildPage()).values()].map((contents) => gzipSync(contents).length);
    expect(bytes.reduce((sum, one) => sum + one, 0)).toBeLessThan(150_000);
  });

  it('knows types alone of the rooms: nothing of the server is sent to browsers', () => {
    const imports = globSync('page/**/*.{ts,tsx}').flatMap((path) =>
      [...readFileSync(path, 'utf8').matchAll(/^import (?!type ).* from '([^']+)'/gm)].map(([, from = '']) => from),
    );
    expect(imports.length).toBeGreaterThan(20);
    expect(imports.filter((from) => /\/(?:lib|functions)\//.test(from))).toEqual([]);
  });

  it.each(['/', '/traces', '/traces/5b8efff798038103d269b633813fc60c', '/services', '/map', '/policies'])(
    'is at %s, where it may run its own scripts alone',
    async (path) => {
      const { status, headers, body } = await get(path);
      expect(status).toBe(200);
      expect(headers['content-type']).toBe('text/html; charset=utf-8');
      expect(headers['content-security-policy']).toMatch(/default-src 'none'; script-src 'self'; style-src 'self'/);
      expect(Buffer.from(body).toString()).toContain('<div id="app">');
      expect(Buffer.from(body).toString()).not.toMatch(/<script>|<style|https?:/);
    },
  );

  it('has every file that its first one names', async () => {
    const names = [
      ...Buffer.from((await get('/')).body)
        .toString()
        .matchAll(/(?:href|src)="(\/page\/[^"]+)"/g),
    ];
    expect(names).toHaveLength(3);
    for (const [, name = ''] of names) expect((await get(name)).status).toBe(200);
  });

  it('is not sent again to a browser that has it', async () => {
    const { headers } = await get('/');
    const tags = `"x", ${String(headers['etag']).replace('W/', '')}`;
    const handled = await answer({ method: 'GET', path: '/traces', headers: { 'if-none-match': tags } });
    expect(handled).toMatchObject({ status: 304, body: { length: 0 } });
  });

  it('says that there is nothing to a person who has mistyped a path, and to nobody else', async () => {
    const accept = { accept: 'text/html,application/xhtml+xml,*/*;q=0.8' };
    const { status, headers, body } = await get('/trace', 'GET', accept);
    expect([status, headers['content-type']]).toEqual([404, 'text/html; charset=utf-8']);
    expect(Buffer.from(body).toString()).toContain('<div id="app">');
    for (const path of ['/trace', '/api/nothing', '/jaeger/api/x', '/v1/traces', '/healthz', '/page/other.js']) {
      const { headers: ofOther } = await get(path, 'GET', path === '/trace' ? {} : accept);
      expect(ofOther['content-type'], path).toBeUndefined();
    }
  });

  it('tells a person who opens the address of Jaeger’s API what it is for', async () => {
    const read = createReadHttp({
      readers: () => readerOf({ store: new MemoryObjectStore() }),
      authorize: authorizeAll,
      clock: Date,
      log: silentLog,
    });
    for (const path of ['/jaeger', '/jaeger/']) {
      const { status, headers, body } = await read({ method: 'GET', path, headers: {} });
      expect([status, headers['content-type']]).toEqual([200, 'text/plain; charset=utf-8']);
      expect(Buffer.from(body).toString()).toContain('examples/jaeger/nginx.conf');
    }
    expect((await read({ method: 'GET', path: '/jaeger/search', headers: {} })).status).toBe(404);
  });

  it('counts no mistyped path as a refused request', () => {
    const tally = new PipelineTally(0);
    for (const status of ['404', '405', '401', '503']) tally.addTo('refused_requests', status, 1);
    expect(tally.counts(0).refusedRequests).toBe(2);
  });

  it('leaves everything else alone', async () => {
    for (const path of ['/v1/traces', '/api/traces', '/page/other.js', '/page/../package.json', '/healthz']) {
      expect((await get(path)).status).toBe(404);
    }
    expect((await get('/', 'POST')).status).toBe(404);
  });
});
