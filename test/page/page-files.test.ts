import { globSync, readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { pageBeside } from '../../functions/read/page.ts';
import { pageFiles } from '../../lib/local/page-files.ts';
import { buildPage } from '../../scripts/build/page.ts';

const answer = pageBeside(pageFiles(), async ({ path }) => ({ status: 404, headers: {}, body: Buffer.from(path) }));

async function get(path: string, method = 'GET') {
  const handled = await answer({ method, path, headers: {} });
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

  it('leaves everything else alone', async () => {
    for (const path of ['/v1/traces', '/api/traces', '/page/other.js', '/page/../package.json', '/healthz']) {
      expect((await get(path)).status).toBe(404);
    }
    expect((await get('/', 'POST')).status).toBe(404);
  });
});
