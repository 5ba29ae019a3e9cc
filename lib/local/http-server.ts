import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { MAX_INVOCATION_BYTES } from '../../functions/ingest/body-limits.ts';
import type { HttpHandler } from '../../functions/ingest/handler.ts';
import type { HttpHead, HttpResponse } from '../../functions/ingest/http.ts';
import { RefusalLog } from '../../functions/ingest/refusal-log.ts';
import type { Log } from '../../functions/shared/logger.ts';
import { SystemClock } from '../aws/system.ts';
import { BytesInFlight, refuseForRoom } from './bytes-in-flight.ts';
import { Cors } from './cors.ts';
import { deliveredBody, isOverLimit, maxBodyBytes, requestHead } from './function-url-event.ts';
import { listen, stop } from './listening.ts';
import { type BodyPace, DEFAULT_BODY_PACE, discardRest, LINGER_MS, readBody } from './request-body.ts';
import { type ConnectionError, describeUnreadable, type Unreadable } from './unreadable-bytes.ts';

export interface HttpServerOptions {
  readonly host: string;
  /** 0 selects any free port. */
  readonly port: number;
  /** Sees each request before its body is read. */
  readonly handler: HttpHandler;
  /** Counts what requests hold in memory. @default up to MAX_BYTES_IN_FLIGHT */
  readonly inFlight?: BytesInFlight;
  /** How fast bodies must arrive. @default DEFAULT_BODY_PACE */
  readonly bodyPace?: BodyPace;
  /** Pages that may send spans. @default none but those of this server */
  readonly corsOrigins?: readonly string[];
  /** Where OTLP/gRPC is taken, for those who send it here. @default nowhere */
  readonly grpcUrl?: () => string | undefined;
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

/** Bodies of requests that are not answered yet, as received and unpacked. Fifty exporters at once take some 10 MB. */
export const MAX_BYTES_IN_FLIGHT = 128 * 1024 * 1024;

/** Replaces the function URL: an HTTP server that passes each request to the ingest handler as AWS would: within Lambda's limits, and with a
 * body that is text where AWS makes it text. */
export async function startHttpServer(options: HttpServerOptions): Promise<RunningHttpServer> {
  let isStopping = false;
  const { log, handler, inFlight = new BytesInFlight(MAX_BYTES_IN_FLIGHT), bodyPace = DEFAULT_BODY_PACE } = options;
  const newRefusals = () => new RefusalLog({ log, clock: new SystemClock() });
  const refusals = newRefusals();
  // One kind of client must not hide another that is refused with the same status.
  const unreadable = new Map<Unreadable['kind'], RefusalLog>();
  const cors = new Cors(options.corsOrigins ?? []);
  const onRequest = (request: IncomingMessage, response: ServerResponse, awaitsContinue: boolean) => {
    // Otherwise an exporter that keeps its connection busy would keep the server alive.
    if (isStopping) response.setHeader('connection', 'close');
    respond(request, response, { handler, inFlight, bodyPace, refusals, cors, awaitsContinue }).catch(
      (error: unknown) => {
        log.error('request failed', { error });
        if (!response.headersSent) response.writeHead(502);
        response.end();
      },
    );
  };
  const server = createServer((request, response) => onRequest(request, response, false));
  // Exporters send every five seconds. Node's default closes idle connections after the same time, so some requests
  // would fail.
  server.keepAliveTimeout = KEEP_ALIVE_MS;
  // The client asks before it sends the body (RFC 9110, section 10.1.1).
  server.on('checkContinue', (request: IncomingMessage, response: ServerResponse) =>
    onRequest(request, response, true),
  );
  server.on('clientError', (error: ConnectionError, socket) => {
    const { kind, status, reason } = describeUnreadable(error, options.grpcUrl?.());
    if (!ENDED.has(error.code ?? '')) {
      const sameKind = unreadable.get(kind) ?? newRefusals();
      unreadable.set(kind, sameKind);
      sameKind.add(Number.parseInt(status, 10), reason, undefined);
    }
    if (socket.writable) socket.end(`HTTP/1.1 ${status}\r\nconnection: close\r\n\r\n`);
    // A client that does not end its side would hold what has come of its body for ever.
    setTimeout(() => socket.destroy(), LINGER_MS).unref();
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

interface Responding extends Required<Pick<HttpServerOptions, 'handler' | 'inFlight' | 'bodyPace'>> {
  readonly refusals: RefusalLog;
  readonly cors: Cors;
  /** Whether the client sends its body only when it is told to. */
  readonly awaitsContinue: boolean;
}

/**
 * Answers a request. Its body is read only when its head was accepted, is not declared too large, and there is room for it:
 * ```
 *   head ─▶ handler ─────────▶ refused: 401, 404, 405, 413, 415, 503
 *              │ declared length ─▶ 413
 *              │ room ────────────▶ 503
 *              ▼
 *   body ─▶ length, room, pace ─▶ 413, 503, 408
 *              ▼
 *           handler ─▶ answer
 * ```
 */
async function respond(request: IncomingMessage, response: ServerResponse, responding: Responding): Promise<void> {
  const { handler, inFlight, bodyPace: pace, refusals, awaitsContinue } = responding;
  const { method = 'GET', url: target = '/', headersDistinct: headers, httpVersion, socket } = request;
  if (method === 'OPTIONS' && target === '*') return answerOptionsOfServer(response);
  const message = { method, target, headers, protocol: `HTTP/${httpVersion}`, sourceIp: socket.remoteAddress ?? '' };
  const head = requestHead(message);
  const fromPage = { method, path: head.path, headers: request.headers };
  const preflight = responding.cors.preflight(fromPage);
  if (preflight !== undefined) return void response.writeHead(204, preflight).end();
  if (responding.cors.refuses(fromPage)) return answer(method, response, refuseOrigin(head, refusals));
  for (const [name, value] of Object.entries(responding.cors.headersFor(fromPage) ?? {}))
    response.setHeader(name, value);
  let mayHoldBack = awaitsContinue;
  const refuse = (refusal: HttpResponse) => refuseUnread(request, response, refusal, mayHoldBack);
  const tooLarge = () => refuse(refuseTooLarge(head, refusals));
  const noRoom = () => refuse(refuseForRoom(head));

  const handleBody = await handler(head);
  if (typeof handleBody !== 'function') return refuse(handleBody);
  const maxBytes = maxBodyBytes(head.headers['content-type']);
  if (Number(head.headers['content-length']) > maxBytes) return tooLarge();
  if (inFlight.isFull) return noRoom();
  if (awaitsContinue) response.writeContinue();
  mayHoldBack = false;

  const share = inFlight.share();
  try {
    const body = await readBody(request, { maxBytes, inFlight, share, pace });
    if (body === 'aborted') return;
    if (body === 'too slow') return await refuse(refuseTooSlow(head, pace, refusals));
    if (body === 'too large' || (body !== 'no room' && isOverLimit({ ...message, body }))) return await tooLarge();
    // Others may have been unpacked since.
    if (body === 'no room' || inFlight.isFull) return await noRoom();
    const handled = await handleBody(deliveredBody(body, head.headers['content-type']), share.add);
    answer(method, response, handled);
  } finally {
    share.release();
  }
}

/**
 * Answers a request whose body has not been read, or not to its end. The connection stays where the body ends soon; otherwise
 * the server closes it, but lets the client read the answer first.
 */
async function refuseUnread(
  request: IncomingMessage,
  response: ServerResponse,
  { status, headers, body }: HttpResponse,
  mayHoldBack: boolean,
): Promise<void> {
  const { method = 'GET' } = request;
  if (request.complete && !mayHoldBack) {
    answer(method, response, { status, headers, body });
    return;
  }
  const declared = Number(request.headers['content-length'] ?? Number.NaN);
  // The client of "expect: 100-continue" that was not told to go on may send its body all the same, or not.
  const endsSoon = declared <= MAX_INVOCATION_BYTES && !mayHoldBack;
  if (!endsSoon) response.setHeader('connection', 'close');
  response.writeHead(status, { ...headers, 'content-length': body.length });
  if (method !== 'HEAD') response.write(body);
  const isWhole = mayHoldBack || (await discardRest(request));
  response.end();
  if (!isWhole) request.socket.destroySoon();
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

function refuseOrigin({ headers }: HttpHead, refusals: RefusalLog): HttpResponse {
  const reason = `a page of ${headers['origin']} wants to send spans, and may not: start with --cors-origin ${headers['origin']}`;
  refusals.add(403, reason, headers['user-agent']);
  return { status: 403, headers: { 'content-type': 'text/plain' }, body: Buffer.from(reason) };
}

function refuseTooLarge(head: HttpHead, refusals: RefusalLog): HttpResponse {
  const reason = `the request is over ${MAX_INVOCATION_BYTES} bytes as Lambda counts it (base64 for protobuf): send smaller batches`;
  return refuseAndClose(413, reason, head, refusals);
}

function refuseTooSlow(head: HttpHead, { windowMs, minBytes }: BodyPace, refusals: RefusalLog): HttpResponse {
  const reason = `less than ${minBytes} bytes of the body arrived in ${windowMs / 1000} s: the client has stalled, or its connection is too slow`;
  return refuseAndClose(408, reason, head, refusals);
}

function refuseAndClose(status: number, reason: string, head: HttpHead, refusals: RefusalLog): HttpResponse {
  refusals.add(status, reason, head.headers['user-agent']);
  const body = Buffer.from(JSON.stringify({ message: reason }));
  return { status, headers: { 'content-type': 'application/json', connection: 'close' }, body };
}
