import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, existsSync, mkdirSync, mkdtempSync, openSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { exportRequest } from '../support/export-request.ts';
import { freePort, freePortAboveFree } from '../support/free-port.ts';

const folder = mkdtempSync(join(tmpdir(), 'tailgate-main-'));
/** Runs a command on a terminal of its own (util-linux). */
const SCRIPT = '/usr/bin/script';
const children: ChildProcessByStdio<null, Readable, Readable>[] = [];

afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** What `npm start -- args` and `tailgate start args` run. */
function start(...args: string[]) {
  const child = spawn(process.execPath, ['bin/tailgate.mjs', 'start', ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  children.push(child);
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (chunk) => {
    stdout += chunk;
  });
  child.stderr.on('data', (chunk) => {
    stderr += chunk;
  });
  const ready = new Promise<string>((resolve, reject) => {
    child.stdout.on('data', () => {
      const url = /^ready (http:\S+)$/m.exec(stdout)?.[1];
      if (url !== undefined) resolve(url);
    });
    child.on('exit', () => reject(new Error(stderr)));
  });
  ready.catch(() => {});
  const ended = once(child, 'close').then(([code]) => ({ code, stdout, stderr }));
  return { child, ready, ended };
}

describe('tailgate start', () => {
  it('says where it is ready, logs a line for each batch, and ends with 0 on Ctrl-C, after answering what is under way', async () => {
    const config = join(folder, 'fast.yaml');
    writeFileSync(config, 'decision_wait: 0s\npolicies: [{ name: all, type: always_sample }]');
    const { child, ready, ended } = start('--port', '0', '--data', join(folder, 'fine'), '--config', config);
    const url = await ready;
    expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
    const batch = new Promise<Record<string, unknown>>((resolve) => {
      child.stdout.on('data', (chunk) => {
        const line = String(chunk)
          .split('\n')
          .find((row) => row.includes('decision batch'));
        if (line !== undefined) resolve(JSON.parse(line));
      });
    });
    const headers = { 'content-type': 'application/x-protobuf' };
    const body = exportRequest([{ trace: 'a', span: 'a1' }]);
    expect((await fetch(`${url}/v1/traces`, { method: 'POST', headers, body })).status).toBe(200);
    expect(await batch).toMatchObject({ level: 'INFO', received: 1, sampled: 1, byPolicy: { all: 1 } });

    // As on a terminal: once from there, once from npm.
    child.kill('SIGINT');
    child.kill('SIGINT');
    expect(await ended).toMatchObject({ code: 0, stderr: '' });
  });

  it('speaks to a person when it is told so', async () => {
    const config = join(folder, 'words.yaml');
    writeFileSync(config, 'decision_wait: 0s\npolicies: [{ name: all, type: always_sample }]');
    const args = ['--port', '0', '--data', join(folder, 'words'), '--config', config, '--log', 'text'];
    const { child, ready, ended } = start(...args);
    const url = await ready;
    const decided = new Promise<void>((resolve) => {
      child.stdout.on('data', (chunk) => {
        if (String(chunk).includes('1 trace decided: 1 kept (1 all)')) resolve();
      });
    });
    const headers = { 'content-type': 'application/x-protobuf' };
    const body = exportRequest([{ trace: 'a', span: 'a1' }]);
    expect((await fetch(`${url}/v1/traces`, { method: 'POST', headers, body })).status).toBe(200);
    await decided;
    child.kill('SIGINT');
    const { code, stdout } = await ended;
    expect(code).toBe(0);
    expect(stdout).toContain(`  page      ${url} in a browser`);
    expect(stdout).toMatch(/^ {2}all {2}every trace$/m);
    expect(stdout).not.toContain('{');
  });

  it.skipIf(!existsSync(SCRIPT) || process.platform !== 'linux')('speaks to a person on a terminal', async () => {
    const data = join(folder, 'terminal');
    const command = `stty cols 80; ${process.execPath} bin/tailgate.mjs start --port 0 --data ${data}`;
    const child = spawn(SCRIPT, ['-qec', command, '/dev/null'], { stdio: ['pipe', 'pipe', 'ignore'] });
    const ended = once(child, 'close');
    let shown = '';
    await new Promise<void>((resolve) => {
      child.stdout.on('data', (chunk) => {
        shown += chunk;
        if (shown.includes('Ctrl-C stops')) resolve();
      });
      child.on('close', () => resolve());
    });
    const lines = shown.split('\r\n');
    expect(lines[0]).toMatch(/^ready http:/);
    expect(lines).toContain(`  data      ${data}`);
    expect(lines.filter((line) => line.length > 80 && !line.includes(data))).toEqual([]);
    child.stdin.write('\x03');
    await ended;
  });

  it('deletes what is in its data folder when it is told so, and kept traces that are too old', async () => {
    const data = join(folder, 'reset');
    const first = start('--port', '0', '--data', data);
    await first.ready;
    first.child.kill('SIGTERM');
    await first.ended;
    const old = join(data, 'archive/traces/dt=2020-01-01/hour=00/traces_20200101T000000000Z-0123456789abcdef.jsonl.gz');
    mkdirSync(dirname(old), { recursive: true });
    writeFileSync(old, '');
    utimesSync(old, 0, 0);
    const second = start('--port', '0', '--data', data);
    await second.ready;
    second.child.kill('SIGTERM');
    await second.ended;
    expect(existsSync(old)).toBe(true);
    const third = start('--port', '0', '--data', data, '--retention', '7d');
    await third.ready;
    await expect.poll(() => existsSync(old)).toBe(false);
    third.child.kill('SIGTERM');
    expect((await third.ended).stdout).toContain('"message":"old traces deleted"');
    mkdirSync(dirname(old), { recursive: true });
    writeFileSync(old, '');
    const fourth = start('--port', '0', '--data', data, '--reset');
    await fourth.ready;
    expect(existsSync(old)).toBe(false);
    fourth.child.kill('SIGTERM');
    expect((await fourth.ended).stdout).toContain('"message":"reset: deleted everything');
  });

  it('ends in good order when its terminal is closed', async () => {
    const { child, ready, ended } = start('--port', '0', '--data', join(folder, 'closed'));
    await ready;
    child.kill('SIGHUP');
    expect(await ended).toMatchObject({ code: 0, stdout: expect.stringContaining('"signal":"SIGHUP"') });
  });

  it.each([
    ['to all of its processes, as a terminal sends it', -1],
    ['to npm alone, as a supervisor sends it', 1],
  ])('ends with 0 after a Ctrl-C %s', async (_, sign) => {
    const args = ['start', '--', '--port', '0', '--data', join(folder, `npm${sign}`)];
    const child = spawn('npm', args, { stdio: ['ignore', 'pipe', 'ignore'], detached: true });
    const ended = once(child, 'close');
    await new Promise<void>((resolve) => {
      child.stdout.on('data', (chunk) => {
        if (String(chunk).includes('ready')) resolve();
      });
    });
    process.kill(sign * Number(child.pid), 'SIGINT');
    expect((await ended)[0]).toBe(0);
  });

  it('refuses a folder that another one uses, and takes it after that one was killed', async () => {
    const data = join(folder, 'shared');
    const first = start('--port', '0', '--data', data);
    await first.ready;
    const second = await start('--port', '0', '--data', data).ended;
    expect(second).toMatchObject({ code: 1, stdout: '' });
    expect(second.stderr).toMatch(/^error: folder \S+ is in use by process \d+: choose another with --data.*\n$/);
    first.child.kill('SIGKILL');
    await first.ended;
    expect(await start('--port', '0', '--data', data).ready).toMatch(/^http/);
  });

  it('takes OTLP/gRPC one port below OTLP/HTTP, on another port, or not at all', async () => {
    const grpcOf = async (...args: string[]) => {
      const { child, ready, ended } = start('--data', join(folder, 'grpc'), ...args);
      await ready;
      child.kill('SIGTERM');
      return /OTLP\/gRPC on (\S+)/.exec((await ended).stdout)?.[1];
    };
    const port = await freePortAboveFree();
    expect(await grpcOf('--port', `${port}`)).toBe(`http://127.0.0.1:${port - 1}`);
    expect(await grpcOf('--port', `${port}`, '--grpc-port', '0')).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
    expect(await grpcOf('--port', `${port}`, '--grpc-port', 'off')).toBeUndefined();
  });

  it('names a busy port of OTLP/gRPC', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    const port = String(typeof address === 'object' ? address?.port : '');
    const { code, stderr } = await start('--port', '0', '--grpc-port', port, '--data', join(folder, 'busy')).ended;
    server.close();
    expect({ code, stderr }).toEqual({
      code: 1,
      stderr: `error: port ${port} for OTLP/gRPC is in use: stop what listens there, or choose another with --grpc-port (0: any free one, off: none)\n`,
    });
  });

  it('names a busy port in one line', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    const port = String(typeof address === 'object' ? address?.port : '');
    const { code, stderr } = await start('--port', port, '--data', join(folder, 'busy')).ended;
    server.close();
    expect({ code, stderr }).toEqual({
      code: 1,
      stderr: `error: port ${port} is in use: stop what listens there, or choose another with --port (0: any free one)\n`,
    });
  });

  it.each([
    [
      'a folder that cannot be made',
      ['--data', '/proc/tailgate'],
      /^error: cannot write to folder \/proc\/tailgate: choose another with --data/,
    ],
    [
      'a file for a folder',
      ['--data', 'package.json'],
      /^error: cannot write to folder \S+package\.json: choose another with --data/,
    ],
    [
      'a missing configuration',
      ['--config', 'nowhere.yaml'],
      /^error: configuration nowhere\.yaml cannot be read: there is no such file/,
    ],
    [
      'an address of another machine',
      ['--host', '192.0.2.1', '--data', join(folder, 'host')],
      /--host must be an address of this machine/,
    ],
  ])('explains %s in one line', async (_, args, message) => {
    const { code, stderr } = await start('--port', '0', ...args).ended;
    expect(stderr).toMatch(message);
    expect(stderr.trimEnd().split('\n')).toHaveLength(1);
    expect(code).toBe(1);
  });

  it('reports everything that is wrong with a configuration at once, each with its place', async () => {
    const config = join(folder, 'bad.yaml');
    writeFileSync(
      config,
      'policies:\n  - { name: a, type: latancy }\n  - { name: a, type: latency, latency: { threshold_ms: 5s } }\n',
    );
    const { code, stderr } = await start('--config', config).ended;
    expect(code).toBe(1);
    expect(stderr).toMatch(/bad\.yaml:2: policies\[0\]\.type: .*did you mean "latency"/);
    expect(stderr).toMatch(/bad\.yaml:3: policies\[1\]\.latency\.threshold_ms: /);
    expect(stderr).toMatch(/bad\.yaml:3: policies\[1\]\.name: /);
  });

  it('explains everything that is wrong with the command line at once, and starts nothing', async () => {
    const args = ['--port', '65536', '--host', '', '--prot', '1', '--key', 'secret', '--ingest-key='];
    const { code, stdout, stderr } = await start(...args, '--data', join(folder, 'not made')).ended;
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr.trimEnd().split('\n')).toEqual([
      'error: unknown option --prot; did you mean "--port"?',
      'error: unknown option --key: it is called --ingest-key now',
      'error: --port is "65536": expected a whole number from 0 to 65,535',
      expect.stringMatching(/^error: --host is empty: expected ADDRESS/),
      expect.stringMatching(/^error: --ingest-key is empty: expected KEY/),
      'tailgate start --help shows what it takes',
    ]);
    expect(existsSync(join(folder, 'not made'))).toBe(false);
  });

  it.skipIf(!existsSync('/dev/full'))('goes on when its log has no room', async () => {
    const port = await freePort();
    const full = openSync('/dev/full', 'w');
    const args = ['bin/tailgate.mjs', 'start', '--port', `${port}`, '--data', join(folder, 'full'), '--log-requests'];
    const child = spawn(process.execPath, args, { stdio: ['ignore', full, full] });
    closeSync(full);
    const ended = once(child, 'close');
    const send = () =>
      fetch(`http://127.0.0.1:${port}/v1/traces`, {
        method: 'POST',
        body: exportRequest([{ trace: '1', span: '1' }]),
        headers: { 'content-type': 'application/x-protobuf' },
      });
    try {
      let answer: Response | undefined;
      // There is no line to wait for.
      while (answer === undefined && child.exitCode === null) answer = await send().catch(() => undefined);
      expect(answer?.status).toBe(200);
      expect((await send()).status).toBe(200);
      child.kill('SIGTERM');
      expect(await ended).toEqual([0, null]);
    } finally {
      child.kill('SIGKILL');
    }
  });

  it('says what to do when there is no room for its database', async () => {
    const data = join(folder, 'no-room');
    // Files may have 32 KB: a write beyond that fails, and does not end the process as it would by default.
    const script = `trap '' XFSZ; ulimit -f 64; exec "$0" bin/tailgate.mjs start --port 0 --data "$1"`;
    const child = spawn('sh', ['-c', script, process.execPath, data], { stdio: ['ignore', 'ignore', 'pipe'] });
    const [complaint, [code]] = await Promise.all([text(child.stderr), once(child, 'close')]);
    expect(code).toBe(1);
    expect(complaint).toMatch(/^error: cannot open .*no-room\/buffer\.db: .*; make room on its disk/m);
  });

  it('says whether it takes spans from everybody', async () => {
    const open = start('--port', '0', '--data', join(folder, 'open'));
    await open.ready;
    open.child.kill('SIGINT');
    expect((await open.ended).stdout).toMatch(
      /^accepts spans from anyone who can connect; --ingest-key KEY accepts only/m,
    );
    const closed = start('--port', '0', '--data', join(folder, 'closed'), '--ingest-key', 'a', '--ingest-key=b');
    const url = await closed.ready;
    expect((await fetch(`${url}/v1/traces`, { method: 'POST' })).status).toBe(401);
    closed.child.kill('SIGINT');
    const { stdout } = await closed.ended;
    expect(stdout).toMatch(/^accepts spans only with one of 2 ingest keys$/m);
    expect(stdout).not.toContain('"a"');
  });
});

describe('npm start without a --', () => {
  it('refuses an option that npm has taken for itself, with the command line that was meant', async () => {
    const args = ['start', '--silent', '--ingest-key=secret', '--port', '5000'];
    const child = spawn('npm', args, { stdio: ['ignore', 'pipe', 'pipe'] });
    const [out, err, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')]);
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(err).toContain(
      'error: npm has taken --port and --ingest-key for itself: put a -- before, as in ' +
        '"npm start -- --port N --ingest-key KEY", or use "npx tailgate start --port N --ingest-key KEY"',
    );
    expect(err).not.toContain('secret');
  });
});
