import { describe, expect, it } from 'vitest';
import { Cors, readOrigin } from '../../lib/local/cors.ts';

const allows = (allowed: string, origin: string) =>
  new Cors([allowed]).headersFor({ method: 'POST', path: '/v1/traces', headers: { origin } }) !== undefined;

describe('an origin that may send', () => {
  it.each([
    'http://localhost:3000',
    'https://shop.example',
    'http://localhost:*',
    'https://*.shop.example',
    '*',
    'null',
    'http://[::1]:5173',
  ])('may be %s', (origin) => {
    expect(readOrigin(origin)).toBe(origin);
  });

  it.each([
    'localhost:3000',
    'http://localhost:3000/',
    'https://shop.example/path',
    '',
    'http://',
    'http://*',
    'http://*.*.example',
    'https://a b',
  ])('may not be "%s"', (origin) => {
    expect(() => readOrigin(origin)).toThrow(/^expected an origin such as http:\/\/localhost:3000/);
  });

  it.each([
    ['http://localhost:3000', 'http://localhost:3000', true],
    ['http://localhost:3000', 'http://localhost:30001', false],
    ['http://localhost:3000', 'https://localhost:3000', false],
    ['http://localhost:*', 'http://localhost:5173', true],
    ['http://localhost:*', 'http://localhost.evil.example:80', false],
    ['http://localhost:*', 'http://localhost:', true],
    ['https://*.shop.example', 'https://www.shop.example', true],
    ['https://*.shop.example', 'https://evil.example/.shop.example', false],
    ['https://*.shop.example', 'https://shop.example', false],
    ['https://shop.example', 'https://shopxexample', false],
    ['*', 'null', true],
  ])('%s: %s is allowed: %s', (allowed, origin, expected) => {
    expect(allows(allowed, origin)).toBe(expected);
  });

  it('may send spans, and nothing else', () => {
    const cors = new Cors(['*']);
    const headers = { origin: 'http://localhost:3000', 'access-control-request-method': 'GET' };
    for (const path of ['/', '/api/v1/traces', '/jaeger/api/traces', '/healthz']) {
      expect(cors.headersFor({ method: 'GET', path, headers })).toBeUndefined();
      expect(cors.preflight({ method: 'OPTIONS', path, headers })).toBeUndefined();
    }
  });
});
