import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { SignedTableCalls } from '../../../lib/aws/dynamodb/table-calls.ts';
import { isRetryable } from '../../../lib/aws/retry.ts';
import { engineClientOptions } from '../../support/engines/engine.ts';

const fixture = (name: string) => readFileSync(new URL(`../../fixtures/tls/${name}`, import.meta.url), 'utf8');
const cert = fixture('localhost.cert.pem');
const usualCertificates = getCACertificates('default');
let handshakes = 0;
const server = createServer({ key: fixture('localhost.key.pem'), cert }, (request, response) => {
  request.resume().on('end', () => response.end('{"Item":{"a":{"S":"b"}}}'));
});

beforeAll(async () => {
  server.on('secureConnection', () => {
    handshakes += 1;
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
});
afterAll(async () => {
  server.closeAllConnections();
  server.close();
  await once(server, 'close');
});

function newCalls(host = '127.0.0.1') {
  return new SignedTableCalls(engineClientOptions(`https://${host}:${(server.address() as AddressInfo).port}`));
}

const get = { TableName: 't', Key: { k: { S: 'k' } } };

it('speaks to a service whose certificate it trusts, over one connection', async () => {
  setDefaultCACertificates([cert]);
  for (const host of ['127.0.0.1', 'localhost']) {
    handshakes = 0;
    const calls = newCalls(host);
    for (let i = 0; i < 3; i++) expect(await calls.call('GetItem', get)).toEqual({ Item: { a: { S: 'b' } } });
    expect(handshakes).toBe(1);
    calls.destroy();
  }
});

it('sends nothing to a service whose certificate it does not trust', async () => {
  setDefaultCACertificates(usualCertificates);
  handshakes = 0;
  const calls = newCalls();
  const error = await calls.call('GetItem', get).catch((cause: unknown) => cause);
  expect(error).toMatchObject({ code: 'DEPTH_ZERO_SELF_SIGNED_CERT' });
  expect(isRetryable(error)).toBe(false);
  calls.destroy();
});
