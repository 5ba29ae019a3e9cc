import { connect, type Socket } from 'node:net';
import { setTimeout } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { exportRequest } from './export-request.ts';

/** What one hostile client does on a connection of its own. It resolves when it is done. */
type Attack = (socket: Socket, draw: (below: number) => number) => Promise<void>;

const BODY = Buffer.from(exportRequest([{ trace: 'bad', span: 'bad' }]));
const LARGE = Buffer.alloc(3 * 2 ** 20, 'x');
const LINE = '\r\n';

const head = (start: string, ...headers: readonly string[]) => [start, 'host: x', ...headers, '', ''].join(LINE);
const post = (...headers: readonly string[]) =>
  head('POST /v1/traces HTTP/1.1', 'content-type: application/x-protobuf', ...headers);
const whole = (body: Uint8Array = BODY, ...headers: readonly string[]) =>
  Buffer.concat([Buffer.from(post(`content-length: ${body.length}`, ...headers)), body]);

/** Sends these bytes, and reads what comes until the server closes or has had its time. */
const sends =
  (...parts: readonly (string | Uint8Array)[]): Attack =>
  async (socket) => {
    for (const part of parts) socket.write(part);
    await closedOr(socket, 150);
  };

/** Sends these bytes, and breaks the connection off at once or soon. */
const resetsAfter =
  (...parts: readonly (string | Uint8Array)[]): Attack =>
  async (socket, draw) => {
    for (const part of parts) socket.write(part);
    await setTimeout(draw(20));
    socket.resetAndDestroy();
  };

const TLS_HELLO = Buffer.from('16030100c8010000c40303', 'hex');
const HTTP2 = 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0';

export const ATTACKS: Readonly<Record<string, Attack>> = {
  'nothing at all': resetsAfter(),
  'half of a request line': sends('POST /v1/tr'),
  'half of the headers': resetsAfter('POST /v1/traces HTTP/1.1\r\nhost: x\r\ncontent-le'),
  'half of a body, then a reset': resetsAfter(post('content-length: 5000000'), LARGE),
  'half of a body, then an end': async (socket) => {
    socket.write(post('content-length: 5000'));
    socket.end(BODY);
    await closedOr(socket, 150);
  },
  'a body in single bytes': async (socket) => {
    socket.setNoDelay(true);
    for (const byte of whole()) {
      socket.write(Uint8Array.of(byte));
      if (byte % 16 === 0) await setTimeout(0);
    }
    await closedOr(socket, 100);
  },
  'many requests in one packet': sends(Buffer.concat(Array.from({ length: 50 }, () => whole()))),
  'many requests in one packet, then a reset': resetsAfter(Buffer.concat(Array.from({ length: 50 }, () => whole()))),
  'many large requests in one packet, then a reset': resetsAfter(...Array.from({ length: 4 }, () => whole(LARGE))),
  'refused requests in one packet': sends(
    Buffer.concat(Array.from({ length: 20 }, () => whole(BODY, 'content-encoding: br', 'x-pad: y'))),
  ),
  'refused large requests, then a reset': resetsAfter(whole(LARGE, 'content-encoding: br'), whole(LARGE)),
  'huge headers': sends(post(`x-huge: ${'h'.repeat(100_000)}`)),
  'very many headers': sends(post(...Array.from({ length: 3_000 }, (_, index) => `x-${index}: y`))),
  'the same header many times': sends(post(...Array.from({ length: 500 }, () => 'content-type: text/plain'))),
  'two lengths': sends(post('content-length: 3', 'content-length: 5'), 'abcde'),
  'a length and chunks': sends(post('content-length: 3', 'transfer-encoding: chunked'), '3\r\nabc\r\n0\r\n\r\n'),
  'a negative length': sends(post('content-length: -1')),
  'a length beyond all numbers': sends(post(`content-length: ${'9'.repeat(40)}`)),
  'an absolute target': sends(head('GET http://user@evil:99999/healthz?a#b HTTP/1.1')),
  'an absolute target that is none': sends(head('GET http://[::/healthz HTTP/1.1')),
  'an authority as target': sends(head('CONNECT evil:443 HTTP/1.1')),
  'an authority as target, then a reset': resetsAfter(head('CONNECT evil:443 HTTP/1.1'), LARGE),
  'an asterisk as target': sends(head('OPTIONS * HTTP/1.1'), head('GET * HTTP/1.1')),
  'a target with odd bytes': sends('GET /\x00\x7f\xff HTTP/1.1\r\nhost: x\r\n\r\n'),
  'a target that escapes': sends(head('GET /%00/../%c0%ae%zz?%=%&__proto__=1 HTTP/1.1')),
  'no host': sends('GET /healthz HTTP/1.1\r\n\r\n'),
  'headers of prototypes': sends(post('__proto__: x', 'constructor: y', 'toString: z')),
  'HTTP/1.0 without an end': sends('POST /v1/traces HTTP/1.0\r\n\r\n'),
  'HTTP/0.9': sends('GET /healthz\r\n'),
  'HTTP/2': sends(HTTP2),
  'HTTP/2 by upgrade': sends(
    head('GET /healthz HTTP/1.1', 'connection: Upgrade, HTTP2-Settings', 'upgrade: h2c', 'http2-settings: AAMAAABk'),
  ),
  'a WebSocket, then a reset': resetsAfter(
    head('GET /healthz HTTP/1.1', 'connection: upgrade', 'upgrade: websocket', 'sec-websocket-key: x'),
    Buffer.from('81057468657265', 'hex'),
  ),
  'an upgrade with a body': sends(post('connection: upgrade', 'upgrade: x', `content-length: ${BODY.length}`), BODY),
  TLS: sends(Buffer.concat([TLS_HELLO, Buffer.alloc(200)])),
  'a chunk whose size is none': sends(post('transfer-encoding: chunked'), 'zz\r\nabc\r\n'),
  'a chunk whose size is too large': sends(post('transfer-encoding: chunked'), `${'f'.repeat(20)}\r\nabc`),
  'a chunk that is longer than it says': sends(post('transfer-encoding: chunked'), '3\r\nabcdef\r\n0\r\n\r\n'),
  'chunks with large extensions': sends(post('transfer-encoding: chunked'), `3;${'e'.repeat(70_000)}\r\nabc\r\n`),
  'chunks with trailers': sends(
    post('transfer-encoding: chunked', 'trailer: x'),
    `3\r\nabc\r\n0\r\nx: ${'t'.repeat(20_000)}\r\n\r\n`,
  ),
  'chunks that never end': resetsAfter(post('transfer-encoding: chunked'), `${LARGE.length.toString(16)}\r\n`, LARGE),
  'chunked twice': sends(post('transfer-encoding: chunked, chunked'), '0\r\n\r\n'),
  'another transfer coding': sends(post('transfer-encoding: gzip, chunked'), '0\r\n\r\n'),
  'expects to go on, and goes away': resetsAfter(post('expect: 100-continue', 'content-length: 1000')),
  'expects to go on, and does not wait': sends(whole(BODY, 'expect: 100-continue')),
  'expects to go on, and is refused': sends(whole(LARGE, 'expect: 100-continue', 'content-encoding: br')),
  'expects something else': sends(whole(BODY, 'expect: 200-ok')),
  'a gzip that is none': sends(whole(BODY, 'content-encoding: gzip')),
  'a gzip that unpacks to much': sends(whole(gzipSync(Buffer.alloc(30 * 2 ** 20)), 'content-encoding: gzip')),
  'a body that is not OTLP': sends(whole(Buffer.from('ffffffffffffffffffff', 'hex'))),
  'an answer that nobody reads': async (socket) => {
    socket.pause();
    for (let i = 0; i < 200; i++) socket.write(head('GET /healthz HTTP/1.1'));
    await setTimeout(100);
    socket.resetAndDestroy();
  },
  'a side of the connection that is closed at once': async (socket) => {
    socket.end(whole());
    await closedOr(socket, 150);
  },
  garbage: async (socket, draw) => {
    socket.write(Uint8Array.from({ length: 1 + draw(3_000) }, () => draw(256)));
    await closedOr(socket, 50);
  },
  'garbage in a request': async (socket, draw) => {
    const bytes = Buffer.from(whole());
    for (let i = 0; i < 1 + draw(5); i++) bytes[draw(bytes.length)] = draw(256);
    socket.write(bytes.subarray(0, draw(2) === 0 ? draw(bytes.length) : bytes.length));
    await closedOr(socket, 50);
  },
};

/** Attacks a server on this machine with one of {@link ATTACKS}. Never rejects: the server may do as it likes, but end. */
export async function attack(port: number, name: string, draw: (below: number) => number): Promise<void> {
  const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: draw(4) === 0 });
  socket.on('error', () => {});
  socket.resume();
  await ATTACKS[name]?.(socket, draw);
  socket.destroy();
}

function closedOr(socket: Socket, ms: number): Promise<void> {
  return Promise.race([
    new Promise<void>((resolve) => socket.once('close', () => resolve()).once('end', () => resolve())),
    setTimeout(ms),
  ]);
}
