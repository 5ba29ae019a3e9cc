import { once } from 'node:events';
import { Agent, request } from 'node:http';
import { connect } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import type { IngestHandler } from '../../functions/ingest/handler.ts';
import { type RunningHttpServer, startHttpServer } from '../../lib/local/http-server.ts';
import { silentLog } from '../support/silent-log.ts';

const MAX_BODY_BYTES = 1_000;
const servers: RunningHttpServer[] = [];
afterEach(() => Promise.all(servers.splice(0).map((server) => server.stop())));

async function serve(handler: IngestHandler): Promise<RunningHttpServer> {
  const server = await startHttpServer({
    host: '127.0.0.1',
    port: 0,
    maxBodyBytes: MAX_BODY_BYTES,
    handler,
    log: silentLog,
  });
  servers.push(server);
  return server;
}

const ok: IngestHandler = async () => ({ statusCode: 200, body: '' });

/** One request on the agent's connections. Resolves to its status, or to the code of the error. */
function post(port: number, agent: Agent, body = ''): Promise<number | string | undefined> {
  return new Promise((resolve) => {
    const sent = request({ host: '127.0.0.1', port, method: 'POST', agent }, (response) => {
      response.resume();
      response.on('end', () => resolve(response.statusCode));
    });
    sent.on('error', (error: NodeJS.ErrnoException) => resolve(error.code));
    sent.end(body);
  });
}

describe('the HTTP server', () => {
  it('hands on what Lambda would: path, query, lower-case headers and the body in base64', async () => {
    const { port } = await serve(async (event) => ({
      statusCode: 202,
      headers: { 'x-seen': `${event.rawPath} ${event.rawQueryString} ${event.headers['x-one']}` },
      body: Buffer.from(event.body ?? '', 'base64').toString(),
    }));
    const headers = { 'X-One': '1' };
    const answer = await fetch(`http://127.0.0.1:${port}/v1/traces?a=b`, { method: 'POST', headers, body: 'hello' });
    expect([answer.status, answer.headers.get('x-seen'), await answer.text()]).toEqual([
      202,
      '/v1/traces a=b 1',
      'hello',
    ]);
  });

  it('reads no further than the limit, and closes the connection that has more', async () => {
    let length = 0;
    const { port } = await serve(async (event) => {
      length = Buffer.from(event.body ?? '', 'base64').length;
      return { statusCode: 413 };
    });
    const body = 'x'.repeat(500_000);
    const answer = await fetch(`http://127.0.0.1:${port}/`, { method: 'POST', body });
    expect(answer.status).toBe(413);
    expect(answer.headers.get('connection')).toBe('close');
    expect(length).toBeGreaterThan(MAX_BODY_BYTES);
    expect(length).toBeLessThan(body.length);
  });

  it('lives on when a client goes away in the middle of its body', async () => {
    const { port } = await serve(ok);
    const socket = connect(port, '127.0.0.1');
    socket.write('POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 100\r\n\r\nhalf');
    await once(socket, 'connect');
    socket.resetAndDestroy();
    expect(await post(port, new Agent())).toBe(200);
  });

  it('answers 502 when the handler fails', async () => {
    const { port } = await serve(() => Promise.reject(new Error('a defect')));
    expect(await post(port, new Agent())).toBe(502);
  });
});

describe('a stop', () => {
  it('answers what is under way', async () => {
    let release = () => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    let entered = () => {};
    const underWay = new Promise<void>((resolve) => {
      entered = resolve;
    });
    const server = await serve(async () => {
      entered();
      await held;
      return { statusCode: 200, body: '' };
    });
    const answer = post(server.port, new Agent());
    await underWay;
    const stopped = server.stop();
    release();
    expect(await answer).toBe(200);
    await stopped;
  });

  it('ends though an exporter keeps its connection busy', async () => {
    const server = await serve(ok);
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    let isOver = false;
    const busy = (async () => {
      while (!isOver && (await post(server.port, agent)) === 200);
    })();
    expect(await post(server.port, agent)).toBe(200);
    await server.stop();
    isOver = true;
    await busy;
  });

  it('ends though a request never comes whole', async () => {
    const server = await serve(ok);
    const socket = connect(server.port, '127.0.0.1');
    socket.on('error', () => {});
    socket.write('POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 100\r\n\r\nhalf');
    await once(socket, 'connect');
    expect(await post(server.port, new Agent())).toBe(200);
    await server.stop();
  });
});
