import type { Server as HttpServer } from 'node:http';
import type { Server } from 'node:net';
import type { Log } from '../../functions/shared/logger.ts';
import { CommandError } from '../terminal/errors.ts';

interface ListenOptions {
  readonly host: string;
  /** 0 selects any free port. */
  readonly port: number;
  readonly log: Log;
  /** What the server is for, in messages, and the option that chooses its port. @default OTLP/HTTP, --port */
  readonly named?: PortName;
}

export interface PortName {
  /** Behind `port 4317`. */
  readonly purpose: string;
  readonly option: string;
  /** What the option takes besides a port. */
  readonly also: string;
}

const HTTP_PORT: PortName = { purpose: '', option: '--port', also: '0: any free one' };

/** With too many files open, each connection fails: a line for the first of a minute is enough. */
const ACCEPT_LOG_MS = 60_000;

/** Resolves when the server listens. @throws {CommandError} which says why it cannot */
export function listen(server: Server, { host, port, log, named = HTTP_PORT }: ListenOptions): Promise<void> {
  return new Promise((resolve, reject) => {
    const fail = (error: Error) => reject(new CommandError(explainListenError(error, named), { cause: error }));
    server.once('error', fail);
    server.listen({ host, port }, () => {
      server.off('error', fail);
      outliveErrors(server, log);
      resolve();
    });
  });
}

/** Of a server that listens an error is that of one connection. Without a listener it would end the process. */
function outliveErrors(server: Server, log: Log): void {
  let silentUntilMs = 0;
  server.on('error', (error) => {
    if (performance.now() < silentUntilMs) return;
    silentUntilMs = performance.now() + ACCEPT_LOG_MS;
    log.error('a connection cannot be accepted', { error });
  });
}

/** Says in one line, for the person who started the server, why it cannot listen. */
function explainListenError(
  error: NodeJS.ErrnoException & { readonly port?: number },
  { purpose, option, also }: PortName,
): string {
  const { code, port } = error;
  switch (code) {
    case 'EADDRINUSE':
      return `port ${port}${purpose} is in use: stop what listens there, or choose another with ${option} (${also})`;
    case 'EACCES':
      return `cannot listen on port ${port}${purpose}: ${error.message}; choose another with ${option}`;
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
      return `cannot listen: ${error.message}; --host must be an address of this machine`;
    default:
      return error.message;
  }
}

/** How long a request in progress may take after the server began to stop. */
const GRACE_MS = 3_000;

/** Ends what is under way in good order, or by force when a grace period is over. @param end calls back when it has ended */
export function endWithGrace(end: (ended: () => void) => void, force: () => void): Promise<void> {
  return new Promise((resolve) => {
    const grace = setTimeout(force, GRACE_MS);
    end(() => {
      clearTimeout(grace);
      resolve();
    });
  });
}

/** Resolves when all requests in progress have been answered, or a grace period is over. */
export function stop(server: HttpServer): Promise<void> {
  return endWithGrace(
    (ended) => server.close(ended).closeIdleConnections(),
    () => server.closeAllConnections(),
  );
}

/** Where a browser on this machine finds what listens at this address: one for all networks is none to go to. */
export function pageUrl(url: string): string {
  return url.replace('//0.0.0.0:', '//127.0.0.1:').replace('//[::]:', '//[::1]:');
}

/** Host and port as addresses have them: an IPv6 address in brackets (RFC 3986, section 3.2.2). */
export function authority(host: string, port: number): string {
  return `${host.includes(':') ? `[${host}]` : host}:${port}`;
}
