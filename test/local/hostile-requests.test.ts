import { spawn } from 'node:child_process';
import diagnostics from 'node:diagnostics_channel';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import type { Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, describe, expect, it } from 'vitest';
import { startHttpServer } from '../../lib/local/http-server.ts';
import { createRandom } from '../../lib/traffic/random.ts';
import { exportRequest } from '../support/export-request.ts';
import { ATTACKS, attack } from '../support/hostile-http.ts';
import { RecordingLog } from '../support/recording-log.ts';

const folder = mkdtempSync(join(tmpdir(), 'tailgate-hostile-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** `tailgate start`, with everything that it says. */
async function start() {
  const config = join(folder, 'fast.yaml');
  writeFileSync(config, 'decision_wait: 1s\npolicies: [{ name: all, type: always_sample }]');
  const args = ['bin/tailgate.mjs', 'start', '--port', '0', '--data', join(folder, 'data'), '--config', config];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  const lines: string[] = [];
  const ready = new Promise<string>((resolve, reject) => {
    createInterface(child.stdout).on('line', (line) => {
      lines.push(line);
      if (line.startsWith('ready ')) resolve(line.slice('ready '.length));
    });
    createInterface(child.stderr).on('line', (line) => lines.push(line));
    child.on('exit', () => reject(new Error(lines.join('\n'))));
  });
  const url = await ready;
  const grpcPort = () => Number(/^OTLP\/gRPC on \S+:(\d+)$/m.exec(lines.join('\n'))?.[1]);
  await expect.poll(grpcPort).toBeGreaterThan(0);
  const ports = [Number(new URL(url).port), grpcPort()];
  return { child, lines, url, ports, ended: once(child, 'close').then(([code]) => code) };
}

const isOfTheLog = (line: string) => line.startsWith('{"level"');
const messageOf = (line: string): string => JSON.parse(line).message;

describe('hostile requests', () => {
  it('end nothing but their own connections, and are no errors of the server', { timeout: 60_000 }, async () => {
    const { child, lines, url, ports, ended } = await start();
    const names = Object.keys(ATTACKS);
    const random = createRandom(1);
    const draw = (below: number) => Math.floor(random.between(0, below));
    const waiting = [...names, ...names, ...names];
    const honest: number[] = [];
    const attacker = async () => {
      for (let name = waiting.pop(); name !== undefined; name = waiting.pop()) {
        // The one for OTLP/gRPC now and then: it makes less of what is not HTTP/2.
        await attack(ports[draw(4) === 0 ? 1 : 0] ?? 0, name, draw);
      }
    };
    const exporter = async () => {
      while (waiting.length > 0 || honest.length < 10) {
        const span = (honest.length + 1).toString(16);
        const headers = { 'content-type': 'application/x-protobuf' };
        const body = exportRequest([{ trace: span, span }]);
        honest.push((await fetch(`${url}/v1/traces`, { method: 'POST', headers, body })).status);
      }
    };
    await Promise.all([exporter(), ...Array.from({ length: 12 }, attacker)]);
    expect(child.exitCode).toBeNull();
    expect(new Set(honest)).toEqual(new Set([200]));
    await expect.poll(() => lines.some((line) => line.includes('decision batch')), { timeout: 15_000 }).toBe(true);
    child.kill('SIGTERM');
    expect(await ended).toBe(0);
    expect(lines.filter((line) => !isOfTheLog(line))).toEqual([
      expect.stringMatching(/^ready /),
      expect.stringMatching(/^OTLP\/gRPC on /),
      expect.stringMatching(/^accepts spans /),
      expect.stringMatching(/^shows kept traces to /),
    ]);
    const said = new Set(lines.filter(isOfTheLog).map(messageOf));
    expect([...said].sort()).toEqual(['decision batch', 'refused', 'stopping']);
  });

  it('that cannot be accepted, because too many files are open, do not end the server', async () => {
    const log = new RecordingLog();
    const handler = async () => ({ status: 200, headers: {}, body: new Uint8Array() });
    const { port, stop } = await startHttpServer({ host: '127.0.0.1', port: 0, handler, log });
    let server: Server | undefined;
    const onRequest = (message: unknown) => {
      server = (message as { readonly server: Server }).server;
    };
    diagnostics.subscribe('http.server.request.start', onRequest);
    const get = async () => (await fetch(`http://127.0.0.1:${port}/`)).status;
    expect(await get()).toBe(200);
    diagnostics.unsubscribe('http.server.request.start', onRequest);
    // As Node.js does when accept() fails.
    server?.emit('error', new Error('accept EMFILE'));
    expect(await get()).toBe(200);
    expect(log.entries).toMatchObject([{ message: 'a connection cannot be accepted' }]);
    await stop();
  });
});
