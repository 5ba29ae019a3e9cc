import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { IngestHandler } from '../../functions/ingest/handler.ts';
import type { Log } from '../../functions/shared/log.ts';
import { functionUrlEvent } from './function-url-event.ts';

export interface HttpServerOptions {
  readonly host: string;
  /** 0: any free port. */
  readonly port: number;
  /** Bodies are read up to here; the handler refuses what is longer. */
  readonly maxBodyBytes: number;
  readonly handler: IngestHandler;
  readonly log: Log;
}

export interface RunningHttpServer {
  readonly port: number;
  /** Takes no further requests, and resolves when those under way have been answered, or a grace period is over. */
  stop(): Promise<void>;
}

/** Stands in for the function URL: an HTTP server that hands each request to the Lambda handler. */
export async function startHttpServer(options: HttpServerOptions): Promise<RunningHttpServer> {
  let isStopping = false;
  const server = createServer((request, response) => {
    // An exporter that keeps its connection busy would otherwise keep the server alive.
    if (isStopping) response.setHeader('connection', 'close');
    respond(request, response, options).catch((error: unknown) => {
      options.log.error('request failed', { error });
      if (!response.headersSent) response.writeHead(502);
      response.end();
    });
  });
  server.on('clientError', (error, socket) => {
    const hint = 'not HTTP/1.1; OTLP over gRPC is not taken: set the exporter to http/protobuf';
    if ('code' in error && error.code !== 'ECONNRESET')
      options.log.warn('refused', { reason: hint, error: error.message });
    socket.end('HTTP/1.1 400 Bad Request\r\nconnection: close\r\n\r\n');
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

async function respond(request: IncomingMessage, response: ServerResponse, options: HttpServerOptions): Promise<void> {
  const body = await readBody(request, options.maxBodyBytes);
  if (body === undefined) return;
  const result = await options.handler(functionUrlEvent(request, body.bytes));
  const payload = Buffer.from(result.body ?? '', result.isBase64Encoded ? 'base64' : 'utf8');
  for (const [name, value] of Object.entries(result.headers ?? {})) response.setHeader(name, String(value));
  response.setHeader('content-length', payload.length);
  // The rest of a body that nobody will read must not be taken for the next request.
  if (!body.isWhole) response.setHeader('connection', 'close');
  response.writeHead(result.statusCode ?? 200);
  response.end(payload);
}

/** Undefined when the client went away. One byte more than the limit is enough to be refused, so reading stops there. */
async function readBody(
  request: IncomingMessage,
  maxBytes: number,
): Promise<{ readonly bytes: Uint8Array; readonly isWhole: boolean } | undefined> {
  const chunks: Buffer[] = [];
  let length = 0;
  try {
    for await (const chunk of request.iterator({ destroyOnReturn: false })) {
      chunks.push(chunk);
      length += chunk.length;
      if (length > maxBytes) return { bytes: Buffer.concat(chunks), isWhole: false };
    }
  } catch {
    return undefined;
  }
  return { bytes: Buffer.concat(chunks), isWhole: true };
}

function listen(server: Server, { host, port }: HttpServerOptions): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host, port }, () => {
      server.off('error', reject);
      resolve();
    });
  });
}

/** How long a request under way may take once the server is stopping. */
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
