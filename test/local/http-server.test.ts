import { once } from 'node:events';
import { Agent, request } from 'node:http';
import { connect } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import type { HttpHandler } from '../../functions/ingest/handler.ts';
import type { HttpRequest, HttpResponse } from '../../functions/ingest/http.ts';
import { type HttpServerOptions, type RunningHttpServer, startHttpServer } from '../../lib/local/http-server.ts';
import { RecordingLog } from '../support/recording-log.ts';
import { silentLog } from '../support/silent-log.ts';

const servers: RunningHttpServer[] = [];
afterEach(() => Promise.all(servers.splice(0).map((server) => server.stop())));

type Handle = (request: HttpRequest) => Promise<HttpResponse>;

interface ServeOptions extends Partial<Pick<HttpServerOptions, 'inFlight' | 'log' | 'corsOrigins' | 'grpcUrl'>> {
  /** @default no request is refused by its head */
  readonly refuse?: (...head: Parameters<HttpHandler>) => HttpResponse | undefined;
}

async function serve(handle: Handle, { refuse, ...options }: ServeOptions = {}): Promise<RunningHttpServer> {
  const server = await startHttpServer({
    host: '127.0.0.1',
    port: 0,
    handler: async (head) => refuse?.(head) ?? ((body) => handle({ ...head, ...body })),
    log: silentLog,
    ...options,
  });
  servers.push(server);
  return server;
}

function respond({ status = 200, headers = {}, body = '' } = {}): HttpResponse {
  return { status, headers, body: Buffer.from(body) };
}

/** A server, and how many requests have reached its handler. */
async function serveCounting() {
  let count = 0;
  const { port } = await serve(async () => {
    count += 1;
    return respond();
  });
  return { port, handled: () => count };
}

/** Sends these bytes. Resolves to all that comes back until the server closes. */
function exchange(port: number, bytes: string, encoding: BufferEncoding = 'utf8'): Promise<string> {
  return new Promise((resolve, reject) => {
    let answer = '';
    const socket = connect(port, '127.0.0.1');
    socket.on('data', (chunk) => {
      answer += chunk;
    });
    socket.on('error', reject);
    socket.on('end', () => resolve(answer));
    socket.write(bytes, encoding);
  });
}

/** The last request of a connection: request line and headers, then the body, with its length unless it comes in chunks. */
function raw(port: number, head: string, body?: string): Promise<string> {
  const length = body === undefined || head.includes('chunked') ? '' : `content-length: ${body.length}\r\n`;
  return exchange(port, `${head}connection: close\r\n${length}\r\n${body ?? ''}`);
}

const ok: Handle = async () => respond();

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
  it('hands on the request that a function URL would', async () => {
    const { port } = await serve(async ({ path, headers, isText, body }) =>
      respond({
        status: 202,
        headers: { 'x-seen': `${path} ${headers['x-one']}` },
        body: `${isText} ${Buffer.from(body).toString('hex')}`,
      }),
    );
    const url = `http://127.0.0.1:${port}/v1/traces?a=b`;
    const post = async (contentType: string) => {
      const headers = { 'X-One': '1', 'Content-Type': contentType };
      const answer = await fetch(url, { method: 'POST', headers, body: Uint8Array.of(0x61, 0xff) });
      return [answer.status, answer.headers.get('x-seen'), await answer.text()];
    };
    // As text, what is not UTF-8 is replaced.
    expect(await post('application/json')).toEqual([202, '/v1/traces 1', 'true 61efbfbd']);
    expect(await post('application/x-protobuf')).toEqual([202, '/v1/traces 1', 'false 61ff']);
  });

  it('says nothing of a client that ends in the middle of a request, but tells one that speaks something else', async () => {
    const log = new RecordingLog();
    const { port } = await serve(ok, { log });
    const socket = connect(port, '127.0.0.1');
    socket.end('POST /v1/traces HTTP/1.1\r\nhost: a\r\ncontent-length: 100\r\n\r\nhalf of it');
    await once(socket.resume(), 'close');
    expect(log.entries).toEqual([]);
    await exchange(port, 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n');
    expect(log.entries).toMatchObject([{ message: 'refused', fields: { reason: expect.stringContaining('gRPC') } }]);
  });

  it('takes a target in absolute form, whose host counts', async () => {
    const { port } = await serve(async ({ path, headers }) =>
      respond({ headers: { 'x-seen': `${headers['host']} ${path}` } }),
    );
    const answer = await raw(port, 'POST http://tailgate.example:1/v1/traces HTTP/1.1\r\nhost: other\r\n', '{}');
    expect(answer).toMatch(/^HTTP\/1\.1 200 OK\r\n[\s\S]*x-seen: tailgate\.example:1 \/v1\/traces\r\n/);
  });

  it('answers a body over the limit of Lambda itself, wholly sent or not, and closes the connection', async () => {
    const { port, handled } = await serveCounting();
    for (const bytes of [5_000_000, 30_000_000]) {
      const body = new Uint8Array(bytes);
      const answer = await fetch(`http://127.0.0.1:${port}/`, { method: 'POST', body });
      expect([answer.status, answer.headers.get('connection')]).toEqual([413, 'close']);
      expect(await answer.json()).toEqual({ message: expect.stringMatching(/6291456 bytes.*send smaller batches/) });
    }
    expect(handled()).toBe(0);
    const headers = { 'content-type': 'application/json' };
    const text = await fetch(`http://127.0.0.1:${port}/`, { method: 'POST', headers, body: 'x'.repeat(5_000_000) });
    expect(text.status).toBe(200);
    expect(handled()).toBe(1);
  });

  it('takes a body in chunks, and one that is announced with "expect: 100-continue"', async () => {
    const { port } = await serve(async ({ body }) => respond({ body: Buffer.from(body).toString() }));
    const chunked = await raw(
      port,
      'POST / HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n',
      '2\r\nhe\r\n3\r\nllo\r\n0\r\n\r\n',
    );
    expect(chunked).toMatch(/^HTTP\/1\.1 200 OK[\s\S]*hello$/);
    const head = 'POST / HTTP/1.1\r\nhost: x\r\nexpect: 100-continue\r\n';
    expect(await raw(port, head, 'hello')).toMatch(/^HTTP\/1\.1 100 Continue\r\n\r\nHTTP\/1\.1 200 OK[\s\S]*hello$/);
    // The client waits for the 100 and sends nothing more.
    const tooLarge = await raw(port, `${head}content-length: 7000000\r\n`);
    expect(tooLarge).toMatch(/^HTTP\/1\.1 413 Payload Too Large\r\n[\s\S]*connection: close/i);
    expect(await raw(port, 'POST / HTTP/1.1\r\nhost: x\r\nexpect: a-pony\r\n', '')).toMatch(/^HTTP\/1\.1 417 /);
  });

  it('tells TLS, gRPC and headers that are too large apart in its log, each once a minute, with what to do', async () => {
    const log = new RecordingLog();
    const { port } = await serve(ok, { log, grpcUrl: () => 'http://127.0.0.1:4317' });
    const hello = Buffer.from('16030100c8010000c40303', 'hex').toString('latin1');
    for (let i = 0; i < 3; i++) {
      await exchange(port, hello, 'latin1');
      await exchange(port, 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0');
      await exchange(port, 'no request at all\r\n\r\n');
      await raw(port, `GET / HTTP/1.1\r\nhost: x\r\nx-large: ${'x'.repeat(20_000)}\r\n`);
    }
    expect(log.entries.map(({ message, fields }) => [message, fields['status'], fields['reason']])).toEqual([
      ['refused', 400, expect.stringMatching(/^TLS .*: set the endpoint of the exporter to http:\/\/, not https/)],
      ['refused', 400, expect.stringMatching(/^gRPC, .*: set the endpoint of the exporter to http:\/\/127.0.0.1:4317/)],
      ['refused', 400, expect.stringMatching(/^not HTTP\/1.1 \(/)],
      ['refused', 431, 'the headers are over 16 KiB'],
    ]);
    expect(JSON.stringify(log.entries).length).toBeLessThan(2_000);
  });

  it('lets pages send that it knows: answers what a browser asks first, and shows it every answer', async () => {
    const corsOrigins = ['http://localhost:3000'];
    const refuse = ({ headers }: Pick<HttpRequest, 'headers'>) =>
      headers['x-api-key'] === undefined ? respond({ status: 401 }) : undefined;
    const { port } = await serve(ok, { corsOrigins, refuse });
    const ask = (origin: string, method = 'POST') =>
      raw(
        port,
        `OPTIONS /v1/traces HTTP/1.1\r\nhost: x\r\norigin: ${origin}\r\naccess-control-request-method: ${method}\r\n` +
          'access-control-request-headers: content-type,x-api-key,traceparent\r\n',
      );
    const allowed = await ask('http://localhost:3000');
    expect(allowed).toMatch(/^HTTP\/1\.1 204 /);
    expect(allowed).toContain('access-control-allow-origin: http://localhost:3000\r\n');
    expect(allowed).toContain('access-control-allow-methods: POST\r\n');
    expect(allowed).toContain('access-control-allow-headers: content-type,x-api-key,traceparent\r\n');
    expect(allowed).toContain('vary: origin\r\n');
    expect(await ask('http://evil.example')).not.toContain('access-control');

    const post = (key: string, origin = 'http://localhost:3000') =>
      raw(port, `POST /v1/traces HTTP/1.1\r\nhost: x\r\norigin: ${origin}\r\n${key}`, '{}');
    expect(await post('')).toMatch(/^HTTP\/1\.1 401 [\s\S]*access-control-allow-origin: http:\/\/localhost:3000\r\n/);
    expect(await post('x-api-key: a\r\n')).toMatch(
      /^HTTP\/1\.1 200 [\s\S]*access-control-allow-origin: http:\/\/localhost:3000\r\n/,
    );
    expect(await post('x-api-key: a\r\n', 'http://evil.example')).not.toContain('access-control');
  });

  it('lets no page of another origin send unless it is told so', async () => {
    const log = new RecordingLog();
    const { port } = await serve(ok, { log });
    const head = 'OPTIONS /v1/traces HTTP/1.1\r\nhost: x\r\norigin: http://localhost:3000\r\n';
    const answer = await raw(port, `${head}access-control-request-method: POST\r\n`);
    expect(answer).toMatch(/^HTTP\/1\.1 403 /);
    expect(answer).not.toContain('access-control');
    expect(log.entries).toMatchObject([
      {
        message: 'refused',
        fields: { status: 403, reason: expect.stringMatching(/start with --cors-origin http:\/\/localhost:3000$/) },
      },
    ]);
  });

  it('answers what is not a request, and headers that are too large', async () => {
    const { port } = await serve(ok);
    expect(await exchange(port, 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n')).toMatch(/^HTTP\/1\.1 400 /);
    const large = `x-large: ${'x'.repeat(20_000)}\r\n`;
    expect(await raw(port, `GET / HTTP/1.1\r\nhost: x\r\n${large}`)).toMatch(/^HTTP\/1\.1 431 /);
  });

  it('logs what is not a request once, not for each, and clients that go away not at all', async () => {
    const log = new RecordingLog();
    const { port } = await serve(ok, { log });
    for (let i = 0; i < 5; i++) await exchange(port, 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n');
    const socket = connect(port, '127.0.0.1');
    socket.end('POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 100\r\n\r\nhalf');
    socket.resume();
    await once(socket, 'close');
    expect(log.entries).toEqual([
      expect.objectContaining({ message: 'refused', fields: expect.objectContaining({ status: 400 }) }),
    ]);
  });

  it('keeps the connection after a refusal', async () => {
    const { port } = await serve(async ({ path }) => respond({ status: path === '/ok' ? 200 : 415 }));
    const request = (path: string, more = '') =>
      `POST ${path} HTTP/1.1\r\nhost: x\r\ncontent-length: 2\r\n${more}\r\nhi`;
    const answers = await exchange(port, request('/no') + request('/no') + request('/ok', 'connection: close\r\n'));
    expect(answers.match(/HTTP\/1\.1 \d+/g)).toEqual(['HTTP/1.1 415', 'HTTP/1.1 415', 'HTTP/1.1 200']);
  });

  it('refuses before it reads the body, and keeps the connection', async () => {
    const refuse = ({ path }: { readonly path: string }) =>
      path === '/no' ? respond({ status: 503, headers: { 'retry-after': '2' } }) : undefined;
    const { port } = await serve(ok, { refuse });
    const request = (path: string, body: string, more = '') =>
      `POST ${path} HTTP/1.1\r\nhost: x\r\ncontent-length: ${body.length}\r\n${more}\r\n${body}`;
    const large = 'x'.repeat(1_000_000);
    const answers = await exchange(
      port,
      request('/no', large) + request('/yes', large) + request('/no', 'hi', 'connection: close\r\n'),
    );
    expect(answers.match(/HTTP\/1\.1 \d+|retry-after: \d+/g)).toEqual([
      'HTTP/1.1 503',
      'retry-after: 2',
      'HTTP/1.1 200',
      'HTTP/1.1 503',
      'retry-after: 2',
    ]);
  });

  it.each([
    ['a body that is declared too large', 'content-type: application/x-protobuf\r\ncontent-length: 4800000\r\n', 413],
    ['a request that its head refuses', 'content-length: 4000000\r\n', 401],
  ])('answers %s before the client sends any of it', async (_, headers, status) => {
    const refuse = ({ headers }: Pick<HttpRequest, 'headers'>) =>
      headers['content-type'] === undefined ? respond({ status: 401 }) : undefined;
    const { port } = await serve(ok, { refuse });
    const socket = connect(port, '127.0.0.1');
    socket.write(`POST / HTTP/1.1\r\nhost: x\r\n${headers}\r\n`);
    const [answer] = await once(socket, 'data');
    expect(String(answer)).toContain(`HTTP/1.1 ${status} `);
    socket.destroy();
  });

  it('ends the connection of a refused client that sends its body for ever', async () => {
    const { port } = await serve(ok, { refuse: () => respond({ status: 401 }) });
    const socket = connect(port, '127.0.0.1');
    socket.on('error', () => {});
    socket.resume();
    const isClosed = once(socket, 'close');
    socket.write('POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 100\r\n\r\n');
    const drip = setInterval(() => socket.write('x'), 100);
    await isClosed;
    clearInterval(drip);
  });

  it('keeps a connection for longer than exporters pause', async () => {
    const { port } = await serve(ok);
    const answer = await fetch(`http://127.0.0.1:${port}/`);
    expect(answer.headers.get('keep-alive')).toBe('timeout=65');
  });

  it('answers HEAD without a body and without the length of another answer', async () => {
    const { port } = await serve(async () => respond({ headers: { 'content-type': 'text/plain' } }));
    const answer = await raw(port, 'HEAD /healthz HTTP/1.1\r\nhost: x\r\n');
    expect(answer).toMatch(/^HTTP\/1\.1 200 OK\r\n[\s\S]*\r\n\r\n$/);
    expect(answer).not.toMatch(/content-length|transfer-encoding/i);
  });

  it('answers OPTIONS * for the server', async () => {
    const { port, handled } = await serveCounting();
    expect(await raw(port, 'OPTIONS * HTTP/1.1\r\nhost: x\r\n')).toMatch(
      /^HTTP\/1\.1 204 No Content\r\nallow: GET, HEAD, POST/,
    );
    expect(handled()).toBe(0);
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
      return respond();
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
