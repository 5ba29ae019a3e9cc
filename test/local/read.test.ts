import { mkdtempSync, rmSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isNameOfThisMachine, isOpenToReaders } from '../../lib/local/reading.ts';
import { type RunningTailgate, startLocal } from '../../lib/local/start.ts';
import { exportRequest, traceIdOf } from '../support/export-request.ts';
import { RecordingLog } from '../support/recording-log.ts';
import { configFrom } from '../support/sampling-config.ts';

describe('the local run', () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'tailgate-read-'));
  const log = new RecordingLog();
  let tailgate: RunningTailgate;
  const get = async (path: string, headers = {}) => {
    const response = await fetch(`${tailgate.url}${path}`, { headers });
    return { status: response.status, json: await response.json() };
  };

  beforeAll(async () => {
    const config = configFrom('decision_wait: 0s\npolicies: [{ name: all, type: always_sample }]');
    tailgate = await startLocal({ host: '127.0.0.1', port: 0, dataDir, config, keys: ['ik'], readKeys: ['rk'], log });
    const startMs = Date.now() - Date.UTC(2026, 10, 21, 12);
    const body = exportRequest([{ trace: 'a1', span: '1', name: 'POST /checkout', service: 'gateway', startMs }]);
    const headers = { 'content-type': 'application/x-protobuf', 'x-api-key': 'ik' };
    const { status } = await fetch(`${tailgate.url}/v1/traces`, { method: 'POST', headers, body: Buffer.from(body) });
    expect(status).toBe(200);
    await log.until(() => log.total('sampled') === 1);
  });

  afterAll(async () => {
    await tailgate.stop();
    rmSync(dataDir, { recursive: true });
  });

  it('shows kept traces on the port that receives spans', async () => {
    const key = { 'x-api-key': 'rk' };
    expect(await get('/api/traces', key)).toMatchObject({
      json: { traces: [{ rootName: 'POST /checkout', policy: 'all' }] },
    });
    // By its decision record, without a window.
    expect(await get(`/api/traces/${traceIdOf('a1')}`, key)).toMatchObject({
      json: { trace: { services: [{ name: 'gateway' }] } },
    });
  });

  it('takes read keys, and no ingest keys', async () => {
    expect((await get('/api/traces')).status).toBe(401);
    expect((await get('/api/traces', { 'x-api-key': 'ik' })).status).toBe(401);
  });
});

describe('isOpenToReaders', () => {
  it.each([
    ['127.0.0.1', [], undefined, true],
    ['0.0.0.0', [], undefined, true],
    ['127.0.0.1', ['ik'], undefined, true],
    ['::1', ['ik'], [], true],
    ['0.0.0.0', ['ik'], undefined, false],
    ['127.0.0.1', [], ['rk'], false],
  ] as const)('on %s with ingest keys %j and read keys %j: %j', (host, keys, readKeys, isOpen) => {
    expect(isOpenToReaders({ host, keys, ...(readKeys && { readKeys }) })).toBe(isOpen);
  });
});

describe('isNameOfThisMachine', () => {
  it('knows the names that no other site can have', () => {
    for (const host of [
      '127.0.0.1:4318',
      '192.168.1.7',
      '[::1]:4318',
      'localhost:4318',
      'tailgate',
      'app.localhost',
      'host.docker.internal:4318',
      '',
    ]) {
      expect({ host, is: isNameOfThisMachine(host) }).toEqual({ host, is: true });
    }
    for (const host of ['evil.example:4318', '127.0.0.1.evil.example', 'localhost.evil.example', 'EVIL.example']) {
      expect({ host, is: isNameOfThisMachine(host) }).toEqual({ host, is: false });
    }
  });

  it('is asked where no key is', async () => {
    const dataDir = mkdtempSync(join(tmpdir(), 'tailgate-read-'));
    const config = configFrom('policies: [{ name: all, type: always_sample }]');
    const tailgate = await startLocal({
      host: '127.0.0.1',
      port: 0,
      dataDir,
      config,
      keys: [],
      log: new RecordingLog(),
    });
    const status = (host: string) =>
      new Promise((resolve, reject) => {
        request(`${tailgate.url}/api/services`, { headers: { host } }, (response) =>
          resolve(response.resume().statusCode),
        )
          .on('error', reject)
          .end();
      });
    expect(await status('localhost')).toBe(200);
    expect(await status('evil.example')).toBe(403);
    await tailgate.stop();
    rmSync(dataDir, { recursive: true });
  });
});
