import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { setImmediate, setTimeout } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import type { HttpHandler } from '../../functions/ingest/handler.ts';
import { authorizeKeys } from '../../functions/ingest/keys.ts';
import { openOtlpHttp } from '../../functions/ingest/otlp-http.ts';
import { RefusalLog } from '../../functions/ingest/refusal-log.ts';
import { NO_METRICS } from '../../functions/shared/metrics.ts';
import { BytesInFlight } from '../../lib/local/bytes-in-flight.ts';
import { type HttpServerOptions, type RunningHttpServer, startHttpServer } from '../../lib/local/http-server.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { RecordingLog } from '../support/recording-log.ts';
import { silentLog } from '../support/silent-log.ts';

const MEBIBYTE = 2 ** 20;
/** One for all clients, so that they themselves need no memory. */
const BODY = Buffer.alloc(4 * MEBIBYTE);

let server: RunningHttpServer | undefined;
const sockets: Socket[] = [];
afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy();
  await server?.stop();
});

async function serve(
  handler: HttpHandler,
  limit: number,
  options: Partial<Pick<HttpServerOptions, 'bodyPace' | 'log'>> = {},
): Promise<BytesInFlight> {
  const inFlight = new BytesInFlight(limit);
  server = await startHttpServer({ host: '127.0.0.1', port: 0, handler, inFlight, log: silentLog, ...options });
  return inFlight;
}

/** Sends a request with this head and 4 MiB of body, as fast as the server takes it. Resolves to the head of the answer. */
function send(...headers: readonly string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(server?.port ?? 0, '127.0.0.1');
    sockets.push(socket);
    socket.once('data', (chunk) => resolve(String(chunk)));
    socket.on('error', reject);
    const head = ['POST /v1/traces HTTP/1.1', 'host: x', `content-length: ${BODY.length}`, ...headers];
    socket.write(`${head.join('\r\n')}\r\n\r\n`);
    socket.write(BODY);
  });
}

/** The first answers that come. */
function firstOf(count: number, sent: readonly Promise<string>[]): Promise<readonly string[]> {
  return new Promise((resolve, reject) => {
    const answers: string[] = [];
    for (const one of sent) {
      one.then((answer) => {
        answers.push(answer);
        if (answers.length === count) resolve([...answers]);
      }, reject);
    }
  });
}

const statusOf = (answer: string) => Number(answer.split(' ')[1]);

/** The most memory outside of the heap while something runs, beyond what was there before. */
async function mostBuffers(run: () => Promise<unknown>): Promise<number> {
  const before = process.memoryUsage().arrayBuffers;
  let most = 0;
  const sample = setInterval(() => {
    most = Math.max(most, process.memoryUsage().arrayBuffers - before);
  }, 2);
  await run();
  clearInterval(sample);
  return most;
}

/** Answers every request whose body came to its end. */
const acceptAll: HttpHandler = async () => async () => ({ status: 200, headers: {}, body: new Uint8Array() });

describe('a client that breaks off', () => {
  it('gives back the room of what has come of its body, although it never closes its side of the connection', async () => {
    const inFlight = await serve(acceptAll, BODY.length);
    const socket = connect({ port: server?.port ?? 0, host: '127.0.0.1', allowHalfOpen: true });
    sockets.push(socket);
    const answer = once(socket, 'data');
    const ended = once(socket, 'end');
    socket.write(
      `POST /v1/traces HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n${BODY.length.toString(16)}\r\n`,
    );
    socket.write(BODY);
    await expect.poll(() => inFlight.isFull).toBe(true);
    socket.write('\r\nno length\r\n');
    expect(String(await answer)).toMatch(/^HTTP\/1\.1 400 /);
    await ended;
    await expect.poll(() => inFlight.isFull, { timeout: 4_000 }).toBe(false);
  });
});

describe('a client that stalls in the middle of its body', () => {
  const bodyPace = { windowMs: 100, minBytes: 1_000 };
  const open = () => {
    const socket = connect({ port: server?.port ?? 0, host: '127.0.0.1' });
    sockets.push(socket);
    socket.write(`POST /v1/traces HTTP/1.1\r\nhost: x\r\ncontent-length: ${BODY.length}\r\n\r\n`);
    return socket;
  };

  it('is answered 408, and its room goes to others', async () => {
    const log = new RecordingLog();
    const inFlight = await serve(acceptAll, MEBIBYTE, { bodyPace, log });
    const stalled = open();
    stalled.write(BODY.subarray(0, MEBIBYTE));
    await expect.poll(() => inFlight.isFull).toBe(true);
    expect(statusOf(await send())).toBe(503);
    const answers = text(stalled);
    expect(await answers).toMatch(
      /^HTTP\/1\.1 408 [\s\S]*connection: close[\s\S]*less than 1000 bytes of the body arrived in 0.1 s/,
    );
    expect(inFlight.isFull).toBe(false);
    const small = connect(server?.port ?? 0, '127.0.0.1');
    sockets.push(small);
    small.write('POST /v1/traces HTTP/1.1\r\nhost: x\r\ncontent-length: 1\r\n\r\nx');
    expect(String(await once(small, 'data'))).toMatch(/^HTTP\/1\.1 200 /);
    expect(log.entries).toMatchObject([{ message: 'refused', fields: { status: 408 } }]);
  });

  it('may be slow, as long as it goes on', async () => {
    await serve(acceptAll, 1e9, { bodyPace });
    const slow = open();
    const answer = once(slow, 'data');
    // Twelve windows long.
    const piece = 1_000;
    for (let sent = 0; sent < 100 * piece; sent += piece) {
      slow.write(BODY.subarray(sent, sent + piece));
      await setTimeout(12);
    }
    slow.write(BODY.subarray(100 * piece));
    expect(String(await answer)).toMatch(/^HTTP\/1\.1 200 /);
  });

  it('is not blamed for a server that stood still', async () => {
    await serve(acceptAll, 1e9, { bodyPace });
    const honest = open();
    const answer = once(honest, 'data');
    await setTimeout(20);
    // Of a turn of the event loop timers are the first, and what has come is read after them.
    await setImmediate();
    honest.write(BODY.subarray(0, 10_000));
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 300);
    honest.write(BODY.subarray(10_000));
    expect(String(await answer)).toMatch(/^HTTP\/1\.1 200 /);
  });
});

describe('a client that was told to go on with its body', () => {
  it('may send all of it before it reads that there is no room', async () => {
    await serve(acceptAll, MEBIBYTE);
    const socket = connect(server?.port ?? 0, '127.0.0.1');
    sockets.push(socket);
    const goOn = once(socket, 'data');
    socket.write(
      `POST /v1/traces HTTP/1.1\r\nhost: x\r\nexpect: 100-continue\r\ncontent-length: ${BODY.length}\r\n\r\n`,
    );
    expect(String(await goOn)).toMatch(/^HTTP\/1\.1 100 /);
    const answer = once(socket, 'data');
    socket.write(BODY);
    expect(String(await answer)).toMatch(/^HTTP\/1\.1 503 /);
    socket.write('GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n');
    expect(String((await once(socket, 'data'))[0])).toMatch(/^HTTP\/1\.1 200 /);
  });
});

describe('many clients at once', () => {
  it('cost next to nothing without a key, however much they send', async () => {
    const deps = {
      ingest: () => Promise.reject(new Error('nothing is accepted here')),
      authorize: authorizeKeys(['a-key']),
      log: silentLog,
      metrics: NO_METRICS,
      refusals: new RefusalLog({ log: silentLog, clock: new ManualClock() }),
    };
    const inFlight = await serve((head) => openOtlpHttp(head, deps), 1e9);
    let answers: readonly string[] = [];
    const most = await mostBuffers(async () => {
      answers = await Promise.all(Array.from({ length: 100 }, () => send('x-api-key: another')));
    });
    expect(new Set(answers.map(statusOf))).toEqual(new Set([401]));
    expect(inFlight.most).toBe(0);
    // 400 MiB were sent. What was discarded is garbage, which V8 collects before it grows much larger than 64 MiB.
    expect(most).toBeLessThan(150 * MEBIBYTE);
  });

  it('are told to come again where their bodies would take more than the limit', async () => {
    let release = () => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    const limit = 10 * MEBIBYTE;
    const inFlight = await serve(
      async () => async () => {
        await held;
        return { status: 200, headers: {}, body: new Uint8Array() };
      },
      limit,
    );
    const sent = Array.from({ length: 20 }, () => send());
    // Two bodies of 4 MiB have room.
    const refused = await firstOf(18, sent);
    for (const answer of refused) {
      expect(answer).toMatch(/^HTTP\/1\.1 503 /);
      expect(answer).toMatch(/\r\nretry-after: 2\r\n/);
    }
    release();
    const statuses = (await Promise.all(sent)).map(statusOf);
    expect(statuses.filter((status) => status === 503).length).toBe(18);
    expect(statuses.filter((status) => status === 200).length).toBe(2);
    // Of each connection, what it read when there was still room.
    expect(inFlight.most).toBeLessThan(limit + 20 * 64 * 1024);
    expect(inFlight.isFull).toBe(false);
  });

  it('count with what their bodies take unpacked', async () => {
    let release = () => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    let tell = () => {};
    const isUnpacked = new Promise<void>((resolve) => {
      tell = resolve;
    });
    await serve(
      async () => async (_body, onUnpacked) => {
        onUnpacked?.(100 * MEBIBYTE);
        tell();
        await held;
        return { status: 200, headers: {}, body: new Uint8Array() };
      },
      50 * MEBIBYTE,
    );
    const unpacked = send();
    await isUnpacked;
    expect(statusOf(await send())).toBe(503);
    release();
    expect(statusOf(await unpacked)).toBe(200);
    expect(statusOf(await send())).toBe(200);
  });
});
