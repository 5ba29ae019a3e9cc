import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

export interface ReceivedRequest {
  readonly path: string | undefined;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** Answers a request, or fails to. */
export type Answer = (response: ServerResponse, request: ReceivedRequest) => void;

/** An HTTP server that answers as a test says, and remembers what it received. */
export class StubService {
  readonly #server: Server;
  readonly received: ReceivedRequest[] = [];
  /** Connections that were ever opened. */
  connections = 0;
  /** @default an empty object */
  answer: Answer = json(200, '{}');

  private constructor(server: Server) {
    this.#server = server;
  }

  static async start(): Promise<StubService> {
    const server = createServer(async (request, response) => {
      const received = { path: request.url, headers: request.headers, body: await text(request) };
      service.received.push(received);
      service.answer(response, received);
    });
    const service = new StubService(server);
    server.on('connection', () => {
      service.connections += 1;
    });
    await once(server.listen(0, '127.0.0.1'), 'listening');
    return service;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** Connections that are open now. */
  openConnections(): Promise<number> {
    return new Promise((resolve, reject) => {
      this.#server.getConnections((error, count) => (error === null ? resolve(count) : reject(error)));
    });
  }

  closeIdleConnections(): void {
    this.#server.closeIdleConnections();
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    const closed = once(this.#server, 'close');
    this.#server.close();
    await closed;
  }
}

/** A whole answer. */
export function json(status: number, body: string, headers: Readonly<Record<string, string>> = {}): Answer {
  return (response) => response.writeHead(status, headers).end(body);
}
