import { createHash, createHmac } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { SSMClient } from '@aws-sdk/client-ssm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ParameterReads } from '../../../lib/aws/ssm/parameter-reads.ts';
import { SignedParameterReads, sdkParameterReads } from '../../../lib/aws/ssm/parameter-reads.ts';

interface Received {
  readonly path: string | undefined;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** A function's credentials are those of a role: they have a session token. */
const credentials = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'wJalrXUtnFEMI', sessionToken: 'session' };
const region = 'eu-west-1';
const received: Received[] = [];
const server = createServer(async (request, response) => {
  received.push({ path: request.url, headers: request.headers, body: await text(request) });
  response.end('{}');
});

beforeAll(async () => {
  await once(server.listen(0, '127.0.0.1'), 'listening');
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

const endpoint = () => `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

async function requestOf(reads: ParameterReads): Promise<Received> {
  received.length = 0;
  await reads.getParameter({ Name: '/tailgate/shop/policies' });
  const [request] = received;
  return request ?? expect.unreachable('no request came');
}

/** As the service does: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html */
function expectedSignature({ path, headers, body }: Received, signedHeaders: string): string {
  const lines = signedHeaders.split(';').map((name) => `${name}:${headers[name]}\n`);
  const canonical = ['POST', path, '', lines.join(''), signedHeaders, sha256(body)].join('\n');
  const time = String(headers['x-amz-date']);
  const scope = [time.slice(0, 8), region, 'ssm', 'aws4_request'];
  const toSign = ['AWS4-HMAC-SHA256', time, scope.join('/'), sha256(canonical)].join('\n');
  let key: string | Buffer = `AWS4${credentials.secretAccessKey}`;
  for (const part of scope) key = createHmac('sha256', key).update(part).digest();
  return createHmac('sha256', key).update(toSign).digest('hex');
}

const sha256 = (content: string) => createHash('sha256').update(content).digest('hex');

describe.each([
  ['SDK', () => sdkParameterReads(new SSMClient({ region, endpoint: endpoint(), credentials }))],
  ['signed requests', () => new SignedParameterReads({ region, endpoint: endpoint(), credentials })],
])('%s', (_, reads) => {
  it('signs what it sends, with the session token', async () => {
    const request = await requestOf(reads());
    const [, signedHeaders = '', signature] =
      /SignedHeaders=([^,]+), Signature=(\w+)$/.exec(request.headers.authorization ?? '') ?? [];
    expect(signedHeaders.split(';')).toEqual(
      expect.arrayContaining(['content-type', 'host', 'x-amz-date', 'x-amz-security-token', 'x-amz-target']),
    );
    expect(signature).toBe(expectedSignature(request, signedHeaders));
  });

  it('asks on the AWS JSON 1.1 protocol', async () => {
    const { path, headers, body } = await requestOf(reads());
    expect(path).toBe('/');
    expect(headers).toMatchObject({
      'content-type': 'application/x-amz-json-1.1',
      'x-amz-target': 'AmazonSSM.GetParameter',
      'content-length': String(body.length),
      'x-amz-security-token': credentials.sessionToken,
    });
    expect(JSON.parse(body)).toEqual({ Name: '/tailgate/shop/policies' });
  });
});
