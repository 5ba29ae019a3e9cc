import { createHash } from 'node:crypto';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type AwsCredentials, canonicalPath, type SignableRequest, Signer } from '../../../lib/aws/calls/signature.ts';

/** The signing examples that AWS publishes ("aws-sig-v4-test-suite"): those without a query, and with single spaces in headers. */
describe('the published examples', () => {
  const credentials = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY' };
  const nowMs = Date.parse('2015-08-30T12:36:00Z');
  const host = 'example.amazonaws.com';
  const signer = new Signer('service', 'us-east-1');

  it.each([
    {
      name: 'get-vanilla',
      request: { method: 'GET', headers: { host } },
      signature: '5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31',
    },
    {
      name: 'post-vanilla',
      request: { method: 'POST', headers: { host } },
      signature: '5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b',
    },
    {
      name: 'get-header-key-duplicate',
      request: { method: 'GET', headers: { host, 'my-header1': 'value2,value2,value1' } },
      signature: 'c9d5ea9f3f72853aea855b47ea873832890dbdd183b4468f858259531a5138ea',
    },
    {
      name: 'get-header-value-multiline',
      request: { method: 'GET', headers: { host, 'my-header1': 'value1,value2,value3' } },
      signature: 'ba17b383a53190154eb5fa66a1b836cc297cc0a3d70a5d00705980573d8ff790',
    },
    {
      name: 'post-header-key-sort',
      request: { method: 'POST', headers: { host, 'my-header1': 'value1' } },
      signature: 'c5410059b04c1ee005303aed430f6e6645f61f4dc9e1461ec8f8916fdf18852c',
    },
    {
      name: 'post-header-value-case',
      request: { method: 'POST', headers: { host, 'my-header1': 'VALUE1' } },
      signature: 'cdbc9802e29d2942e5e10b5bccfdd67c5f22c7c4e8ae67b53629efa58b974b7d',
    },
    {
      name: 'post-x-www-form-urlencoded',
      request: {
        method: 'POST',
        headers: { host, 'content-type': 'application/x-www-form-urlencoded' },
        body: 'Param1=value1',
      },
      signature: 'ff11897932ad3f4e8b18135d722051e5ac45fc38421b1da7b9d196a0fe09473a',
    },
  ])('$name', ({ request, signature }) => {
    const { authorization } = signer.sign({ path: '/', body: '', ...request } as SignableRequest, credentials, nowMs);
    expect(authorization).toContain('Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, SignedHeaders=');
    expect(authorization?.split('Signature=')[1]).toBe(signature);
  });

  it('post-sts-header-before: the session token is signed', () => {
    const sessionToken =
      'AQoDYXdzEPT//////////wEXAMPLEtc764bNrC9SAPBSM22wDOk4x4HIZ8j4FZTwdQWLWsKWHGBuFqwAeMicRXmxfpSPfIeoIYRqTflfKD8YUuwthAx7mSEI/qkPpKPi/kMcGdQrmGdeehM4IC1NtBmUpp2wUE8phUZampKsburEDy0KPkyQDYwT7WZ0wq5VSXDvp75YU9HFvlRd8Tx6q6fE8YQcHNVXAkiY9q6d+xo0rKwT38xVqr7ZD0u0iPPkUL64lIZbqBAz+scqKmlzm8FDrypNC9Yjc8fPOLn9FX9KSYvKTr4rvx3iSIlTJabIQwj2ICCR/oLxBA==';
    const { authorization } = signer.sign(
      { method: 'POST', path: '/', headers: { host }, body: '' },
      { ...credentials, sessionToken },
      nowMs,
    );
    expect(authorization?.split('Signature=')[1]).toBe(
      '85d96828115b5dc0cfc3bd16ad9e210dd772bbebba041836c64533a82be05ead',
    );
  });
});

const word = fc.stringMatching(/^[\x21-\x7e]+( [\x21-\x7e]+){0,2}$/);
/** Neither those that must not be signed, nor those of the signature itself, nor what has a meaning for a JavaScript object. */
const headerName = fc
  .stringMatching(/^[a-z][a-z0-9-]{0,20}$/)
  .filter(
    (name) =>
      !/^(proxy-|sec-|x-amz-date$|x-amz-security-token$|x-amz-content-sha256$)/.test(name) && !UNSIGNABLE.has(name),
  );
const UNSIGNABLE = new Set(
  'authorization cache-control connection date expect from keep-alive max-forwards pragma referer te trailer transfer-encoding upgrade user-agent x-amzn-trace-id'.split(
    ' ',
  ),
);
const times = fc.date({ min: new Date('2000-01-01'), max: new Date('2099-12-31'), noInvalidDate: true });

/** An instance of `@smithy/signature-v4`. */
function signerOfSdk(region: string, credentials: AwsCredentials) {
  return new DynamoDBClient({ region, credentials }).config.signer();
}

it('signs every request as the SDK does', async () => {
  const requests = fc.record({
    method: fc.constantFrom('GET', 'POST', 'PUT'),
    pathname: fc.webPath(),
    headers: fc.dictionary(headerName, word, { maxKeys: 5 }),
    body: fc.oneof(fc.string(), fc.uint8Array()),
    time: times,
    credentials: fc.record(
      { accessKeyId: word, secretAccessKey: word, sessionToken: word },
      { requiredKeys: ['accessKeyId', 'secretAccessKey'] },
    ),
  });
  const [service, region, host] = ['dynamodb', 'eu-west-1', 'example.com'];
  // One for all, so that a key that is kept too long is noticed.
  const signer = new Signer(service, region);
  await fc.assert(
    fc.asyncProperty(requests, async ({ method, pathname, headers, body, time, credentials }) => {
      const url = new URL(`https://${host}${pathname}`);
      const reference = await signerOfSdk(region, credentials);
      // The SDK signs this header as well; only S3 asks for it.
      const sha256 = createHash('sha256').update(body).digest('hex');
      const signable = { ...headers, host, 'x-amz-content-sha256': sha256 };
      const request = { method, protocol: 'https:', hostname: host, path: url.pathname, headers: signable, body };
      const expected = await reference.sign(request, { signingDate: time });
      const signed = signer.sign(
        { method, path: canonicalPath(url), headers: signable, body },
        credentials,
        time.getTime(),
      );
      expect(signed).toEqual(expected.headers);
    }),
    { numRuns: 150 },
  );
});
