import { createServer, type Server, type Socket } from 'node:net';
import { RefusalLog } from '../../functions/ingest/refusal-log.ts';
import type { Log } from '../../functions/shared/logger.ts';
import type { Clock } from '../pipeline/ports.ts';
import { LINGER_MS } from './request-body.ts';
import { HTTP2_PREFACE, isTls } from './unreadable-bytes.ts';

export interface GrpcPortDeps {
  readonly log: Log;
  readonly clock: Clock;
  /** Takes a connection of HTTP/2, of which nothing has been read. */
  readonly accept: (connection: Socket) => void;
}

export interface GrpcPort {
  readonly server: Server;
  /** Accepts no further connections, and ends those that gRPC does not have. */
  stop(): void;
}

/**
 * A server that looks at the first bytes of each connection before gRPC has it: the library ends one that does not speak HTTP/2 without a
 * word to anybody, and OTLP/HTTP sent to this port is the most common mistake of all.
 */
export function grpcPort({ log, clock, accept }: GrpcPortDeps): GrpcPort {
  // One kind of client must not hide another.
  const refusals = { tls: new RefusalLog({ log, clock }), http: new RefusalLog({ log, clock }) };
  const silent = new Set<Socket>();
  const server = createServer({ noDelay: true }, (socket) => {
    const onError = () => socket.destroy();
    silent.add(socket);
    socket.once('close', () => silent.delete(socket));
    socket.on('error', onError);
    socket.once('readable', () => {
      const first: Buffer | null = socket.read();
      // The client has ended the connection.
      if (first === null) return void socket.destroy();
      if (startsAlike(first, HTTP2_PREFACE)) {
        silent.delete(socket);
        socket.off('error', onError);
        socket.unshift(first);
        return accept(socket);
      }
      if (isTls(first)) {
        refusals.tls.add(
          400,
          'TLS on the port of OTLP/gRPC, which has none: set the exporter to http://, or to insecure',
          '',
        );
      } else {
        const reason =
          'OTLP/HTTP, or something else, on the port of OTLP/gRPC: set the protocol of the exporter to grpc, or its endpoint to the port of OTLP/HTTP';
        refusals.http.add(400, reason, '');
      }
      socket.end('HTTP/1.1 400 Bad Request\r\nconnection: close\r\n\r\n');
      socket.resume();
      setTimeout(() => socket.destroy(), LINGER_MS).unref();
    });
  });
  const stop = () => {
    server.close();
    for (const socket of silent) socket.destroy();
  };
  return { server, stop };
}

/** Whether the bytes begin with the text, as far as there are any. */
function startsAlike(bytes: Buffer, text: string): boolean {
  const length = Math.min(bytes.length, text.length);
  return bytes.toString('latin1', 0, length) === text.slice(0, length);
}
