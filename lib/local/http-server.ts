import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { MAX_INVOCATION_BYTES } from '../../functions/ingest/body-limits.ts';
import type { HttpHandler } from '../../functions/ingest/handler.ts';
import type { HttpRequest, HttpResponse } from '../../functions/ingest/http.ts';
import { RefusalLog } from '../../functions/ingest/otlp-http.ts';
import type { Log } from '../../functions/shared/logger.ts';
import { SystemClock } from '../aws/system.ts';
import { CommandError } from '../terminal/errors.ts';
import { deliveredBody, isOverLimit, requestHead } from './function-url-event.ts';

export interface HttpServerOptions {
  readonly host: string;
  /** 0 selects any free port. */
  readonly port: number;
  readonly handler: HttpHandler;
  /** The answer to a request that is not accepted now; called before its body is read. @default all are accepted */
  readonly refuse?: (head: HttpRequest) => HttpResponse | undefined;
  readonly log: Log;
}

export interface RunningHttpServer {
  readonly port: number;
  /**
   * Accepts no further requests, and resolves when all requests in progress have been answered, or a grace period is
   * over.
   */
  stop(): Promise<void>;
}

const KEEP_ALIVE_MS = 65_000;

/** The connection ended, perhaps in the middle of a request: the client sends it again, and nobody is told anything by a log line. */
const ENDED = new Set(['', 'ECONNRESET', 'EPIPE', 'HPE_INVALID_EOF_STATE']);

/** Status line and reason for input that Node cannot parse as a request, by Node's error code. */
const UNREADABLE: Readonly<Record<string, readonly [status: string, reason: string]>> = {
  HPE_HEADER_OVERFLOW: ['431 Request Header Fields Too Large', 'the headers are over 16 KiB'],
  ERR_HTTP_REQUEST_TIMEOUT: ['408 Request Timeout', 'the request took longer than 5 minutes to arrive'],
};

/** Replaces the function URL: an HTTP server that passes each request to the ingest handler as AWS would: within Lambda's limits, and with a
 * body that is text where AWS makes it text. */
export async function startHttpServer(options: HttpServerOptions): Promise<RunningHttpServer> {
  let isStopping = false;
  const refusals = new RefusalLog({ log: options.log, clock: new SystemClock() });
  const onRequest = (request: IncomingMessage, response: ServerResponse) => {
    // Otherwise an exporter that keeps its connection busy would keep the server alive.
    if (isStopping) response.setHeader('connection', 'close');
    respond(request, response, { ...options, refusals }).catch((error: unknown) => {
      options.log.error('request failed', { error });
      if (!response.headersSent) response.writeHead(502);
      response.end();
    });
  };
  const server = createServer(onRequest);
  // Exporters send every five seconds. Node's default closes idle connections after the same time, so some requests
  // would fail.
  server.keepAliveTimeout = KEEP_ALIVE_MS;
  // The client asks before it sends the body (RFC 9110, section 10.1.1).
  server.on('checkContinue', (request: IncomingMessage, response: ServerResponse) => {
    if (Number(request.headers['content-length']) > MAX_INVOCATION_BYTES) {
      refuseTooLarge(request, response, refusals);
      response.end();
      return;
    }
    response.writeContinue();
    onRequest(request, response);
  });
  server.on('clientError', (error: NodeJS.ErrnoException, socket) => {
    const { code = '' } = error;
    const [status, reason] = UNREADABLE[code] ?? [
      '400 Bad Request',
      'not HTTP/1.1; Tailgate does not accept OTLP over gRPC: set the exporter to http/protobuf',
    ];
    if (!ENDED.has(code)) options.log.warn('refused', { reason, error: error.message });
    if (socket.writable) socket.end(`HTTP/1.1 ${status}\r\nconnection: close\r\n\r\n`);
  });
  await listen(server, options);
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the HTTP server has no port');
  return {
    port: address.port,
    stop: () => {
      isStopping = true;
      return stop(server);
    },
  };
}

interface Responding extends Pick<HttpServerOptions, 'handler' | 'refuse'> {
  readonly refusals: RefusalLog;
}

async function respond(
  request: IncomingMessage,
  response: ServerResponse,
  { handler, refuse, refusals }: Responding,
): Promise<void> {
  const { method = 'GET', url: target = '/', headersDistinct: headers, httpVersion, socket } = request;
  if (method === 'OPTIONS' && target === '*') return answerOptionsOfServer(response);
  const message = { method, target, headers, protocol: `HTTP/${httpVersion}`, sourceIp: socket.remoteAddress ?? '' };
  const head = requestHead(message);
  const refusal = refuse?.(head);
  // Node.js reads and discards the body.
  if (refusal !== undefined) return answer(method, response, refusal);
  const body = await readBody(request);
  if (body === 'aborted') return;
  if (body === 'too large' || isOverLimit({ ...message, body })) {
    refuseTooLarge(request, response, refusals);
    await discardRest(request);
    response.end();
    return;
  }
  answer(method, response, await handler({ ...head, ...deliveredBody(body, head.headers['content-type']) }));
}

function answer(method: string, response: ServerResponse, { status, headers, body }: HttpResponse): void {
  // In an answer to HEAD it would have to be the length of the answer to GET (RFC 9110, section 8.6).
  response.writeHead(status, method === 'HEAD' ? headers : { ...headers, 'content-length': body.length });
  response.end(body);
}

/** The methods of the server as a whole (RFC 9110, section 9.3.7). */
function answerOptionsOfServer(response: ServerResponse): void {
  response.writeHead(204, { allow: 'GET, HEAD, POST' }).end();
}

function readBody(request: IncomingMessage): Promise<Uint8Array | 'too large' | 'aborted'> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let length = 0;
    request.on('data', (chunk: Buffer) => {
      length += chunk.length;
      chunks.push(chunk);
      if (length <= MAX_INVOCATION_BYTES) return;
      chunks.length = 0;
      resolve('too large');
    });
    request.on('end', () => resolve(chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks)));
    request.on('error', () => resolve('aborted'));
    request.on('close', () => resolve('aborted'));
  });
}

/** Writes the whole answer and leaves the response open, because the end of the response closes the connection. */
function refuseTooLarge(request: IncomingMessage, response: ServerResponse, refusals: RefusalLog): void {
  const reason = `the request is over ${MAX_INVOCATION_BYTES} bytes as Lambda counts it (base64 for protobuf): send smaller batches`;
  refusals.add(413, reason, request.headers['user-agent']);
  const payload = Buffer.from(JSON.stringify({ message: reason }));
  const headers = { 'content-type': 'application/json', 'content-length': payload.length, connection: 'close' };
  response.writeHead(413, headers).write(payload);
}

/** How long the server reads and discards the rest of a body. */
const DISCARD_MS = 1_000;

/**
 * Lets the client send the rest of its body. If the server closed the connection at once, the client's system could
 * discard the answer unread (RFC 9112, section 9.6).
 */
function discardRest(request: IncomingMessage): Promise<void> {
  if (request.complete) return Promise.resolve();
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, DISCARD_MS);
    request.once('close', () => {
      clearTimeout(timer);
      resolve();
    });
    request.on('error', () => {});
    request.resume();
  });
}

function listen(server: Server, { host, port }: HttpServerOptions): Promise<void> {
  return new Promise((resolve, reject) => {
    const fail = (error: Error) => reject(new CommandError(explainListenError(error), { cause: error }));
    server.once('error', fail);
    server.listen({ host, port }, () => {
      server.off('error', fail);
      resolve();
    });
  });
}

/** Says in one line, for the person who started the server, why it cannot listen. */
function explainListenError(error: NodeJS.ErrnoException & { readonly port?: number }): string {
  const { code, port } = error;
  switch (code) {
    case 'EADDRINUSE':
      return `port ${port} is in use: stop what listens there, or choose another with --port (0: any free one)`;
    case 'EACCES':
      return `cannot listen on port ${port}: ${error.message}; choose another with --port`;
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
      return `cannot listen: ${error.message}; --host must be an address of this machine`;
    default:
      return error.message;
  }
}

/** How long a request in progress may take after the server began to stop. */
const GRACE_MS = 3_000;

function stop(server: Server): Promise<void> {
  return new Promise((resolve) => {
    const grace = setTimeout(() => server.closeAllConnections(), GRACE_MS);
    server.close(() => {
      clearTimeout(grace);
      resolve();
    });
    server.closeIdleConnections();
  });
}
