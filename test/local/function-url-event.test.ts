import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MAX_INVOCATION_BYTES } from '../../functions/ingest/body-limits.ts';
import { readHttpEvent } from '../../functions/ingest/http.ts';
import {
  deliveredBody,
  functionUrlEvent,
  type HttpMessage,
  isOverInvocationLimit,
  isOverLimit,
  requestHead,
} from '../../lib/local/function-url-event.ts';

const MESSAGE: HttpMessage = { method: 'POST', target: '/v1/traces', headers: {}, body: new Uint8Array() };
const TEXT = 'gr\u00fc\u00dfe';

function event(changes: Partial<HttpMessage>) {
  return functionUrlEvent({ ...MESSAGE, ...changes });
}

describe('the event of a function URL', () => {
  // The split that was observed on HTTP APIs of AWS; its documentation only says "binary".
  it.each([
    ['application/json', true],
    ['application/json; charset=utf-8', true],
    ['APPLICATION/JSON', true],
    ['application/xml', true],
    ['application/javascript', true],
    ['text/plain', true],
    ['text/csv;header=present', true],
    ['application/x-protobuf', false],
    ['application/octet-stream', false],
    ['application/vnd.api+json', false],
    ['image/svg+xml', false],
    ['application/x-www-form-urlencoded', false],
    ['application/jsonl', false],
    ['', false],
    [undefined, false],
  ])('of content type %s has a body of text: %s', (contentType, isText) => {
    const headers = { 'content-type': contentType };
    const expected = isText
      ? { body: TEXT, isBase64Encoded: false }
      : { body: Buffer.from(TEXT).toString('base64'), isBase64Encoded: true };
    expect(event({ headers, body: Buffer.from(TEXT) })).toMatchObject(expected);
    const inBase64 = functionUrlEvent({ ...MESSAGE, headers, body: Buffer.from(TEXT) }, 'base64');
    expect(inBase64).toMatchObject({ body: Buffer.from(TEXT).toString('base64'), isBase64Encoded: true });
  });

  it('looks at no content encoding: bytes that are not UTF-8 are lost', () => {
    const headers = { 'content-type': 'application/json', 'content-encoding': 'gzip' };
    const { body, isBase64Encoded } = event({ headers, body: gzipSync('{}') });
    expect(isBase64Encoded).toBe(false);
    expect(body?.slice(0, 2)).toBe('\u001f\ufffd');
  });

  it('has no body where the request has none', () => {
    expect(event({ headers: { 'content-type': 'application/json' } })).not.toHaveProperty('body');
    expect(event({})).toMatchObject({ isBase64Encoded: false });
  });

  it('has headers in lower case, those of one name joined', () => {
    const { headers } = event({ headers: { 'X-Api-Key': 'a', Accept: ['x', 'y'], missing: undefined } });
    expect(headers).toEqual({ 'x-api-key': 'a', accept: 'x,y' });
  });

  // RFC 9112, section 3.2; the host is replaced as section 3.2.2 demands.
  it.each([
    ['/v1/traces', '/v1/traces', '', 'sent'],
    ['/v1/traces?a=b&c', '/v1/traces', 'a=b&c', 'sent'],
    ['/v1/traces?a=b?c', '/v1/traces', 'a=b?c', 'sent'],
    ['//v1/traces', '//v1/traces', '', 'sent'],
    ['/v1/%74races', '/v1/%74races', '', 'sent'],
    ['/to/http://other/v1', '/to/http://other/v1', '', 'sent'],
    ['*', '*', '', 'sent'],
    ['http://tailgate.example:4318/v1/traces', '/v1/traces', '', 'tailgate.example:4318'],
    ['HTTP://[::1]:4318/v1/traces?a', '/v1/traces', 'a', '[::1]:4318'],
    ['https://user:pass@tailgate.example./v1/traces', '/v1/traces', '', 'tailgate.example.'],
    ['http://tailgate.example', '/', '', 'tailgate.example'],
    ['http://tailgate.example?a=b', '/', 'a=b', 'tailgate.example'],
  ])('of the target %s has the path %s, the query %j and the host %s', (target, rawPath, rawQueryString, host) => {
    const made = event({ target, headers: { host: 'sent' } });
    expect(made).toMatchObject({ rawPath, rawQueryString, headers: { host } });
    expect(made.requestContext).toMatchObject({ domainName: host, http: { method: 'POST', path: rawPath } });
  });
});

describe("Lambda's limit of an invocation", () => {
  const aroundJson = JSON.stringify(event({ body: Buffer.from('x') })).length - 'eA=='.length;

  it('counts base64: four bytes for three', () => {
    // The body in base64 may have a multiple of four bytes.
    const largest = Math.floor((MAX_INVOCATION_BYTES - aroundJson) / 4) * 3;
    expect(largest).toBeLessThan(4.72e6);
    expect(isOverInvocationLimit(event({ body: new Uint8Array(largest) }))).toBe(false);
    expect(isOverInvocationLimit(event({ body: new Uint8Array(largest + 1) }))).toBe(true);
  });

  it('counts text as JSON writes it: a quote is two bytes, a control character six', () => {
    const headers = { 'content-type': 'application/json' };
    const around = JSON.stringify(event({ headers, body: Buffer.from('x') })).length - 1;
    for (const [character, bytes] of [
      ['x', 1],
      ['"', 2],
      ['\u0001', 6],
      ['\u20ac', 3],
    ] as const) {
      const largest = Math.floor((MAX_INVOCATION_BYTES - around) / bytes);
      expect(isOverInvocationLimit(event({ headers, body: Buffer.from(character.repeat(largest)) }))).toBe(false);
      expect(isOverInvocationLimit(event({ headers, body: Buffer.from(character.repeat(largest + 1)) }))).toBe(true);
    }
  });

  it('counts headers', () => {
    const body = new Uint8Array(Math.floor((MAX_INVOCATION_BYTES - aroundJson) / 4) * 3);
    expect(isOverInvocationLimit(event({ headers: { 'x-long': 'x'.repeat(2_000) }, body }))).toBe(true);
  });
});

describe('the short way past the event', () => {
  const contentType = fc.constantFrom('application/json', 'Text/Plain; x', 'application/x-protobuf', undefined);
  const target = fc.constantFrom('/v1/traces', '/$default/v1/traces', '/v1/%74races?a', 'http://other:1/v1', '*', '');
  const body = fc.oneof(
    fc.uint8Array({ maxLength: 50 }),
    fc.string({ unit: 'binary' }).map((text) => Buffer.from(text)),
  );
  const header = fc.tuple(
    fc.constantFrom('X-Api-Key', 'host', 'user-agent'),
    fc.constantFrom('a', ['b', 'c'], undefined),
  );

  it('hands over what the function would read from the event', () => {
    fc.assert(
      fc.property(target, contentType, body, fc.array(header), (target, contentType, body, more) => {
        const headers = { ...Object.fromEntries(more), 'content-type': contentType };
        const message = { method: 'POST', target, headers, body };
        const request = {
          ...requestHead(message),
          ...deliveredBody(body, requestHead(message).headers['content-type']),
        };
        const throughEvent = readHttpEvent(JSON.parse(JSON.stringify(functionUrlEvent(message))));
        expect({ ...request, body: Buffer.from(request.body) }).toEqual(throughEvent);
      }),
    );
  });

  it('has the same limit', () => {
    for (const contentType of ['application/json', 'application/x-protobuf']) {
      for (const bytes of [900_000, 1_100_000, 4_500_000, 4_717_000, 4_720_000, 6_400_000]) {
        const message = { ...MESSAGE, headers: { 'content-type': contentType }, body: new Uint8Array(bytes) };
        expect(isOverLimit(message)).toBe(isOverInvocationLimit(functionUrlEvent(message)));
      }
    }
  });
});
