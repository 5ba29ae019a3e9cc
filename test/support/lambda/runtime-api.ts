import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

export type InvocationResult =
  | { readonly outcome: 'response'; readonly payload: unknown }
  | { readonly outcome: 'error'; readonly payload: unknown };

interface Invocation {
  readonly id: string;
  readonly event: string;
  readonly settle: (result: InvocationResult) => void;
}

const TIMEOUT_MS = 10_000;

/**
 * The side of Lambda that a runtime speaks to: hands out events one by one, and takes the answers.
 * https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html
 */
export class RuntimeApi {
  readonly #server: Server = createServer((request, response) => void this.#handle(request, response));
  readonly #queue: Invocation[] = [];
  readonly #running = new Map<string, Invocation>();
  #idle: ServerResponse | undefined;
  #count = 0;
  #onReady: () => void = () => {};
  /** Resolves when the function has been loaded and asks for its first event. */
  readonly ready = new Promise<void>((resolve) => {
    this.#onReady = resolve;
  });

  async start(): Promise<void> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
  }

  /** Host and port, as in `AWS_LAMBDA_RUNTIME_API`. */
  get address(): string {
    return `127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  invoke(event: unknown): Promise<InvocationResult> {
    return new Promise((settle) => {
      this.#count++;
      this.#queue.push({ id: `invocation-${this.#count}`, event: JSON.stringify(event), settle });
      this.#handOut();
    });
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async #handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const [, id, outcome] = /^\/2018-06-01\/runtime\/invocation\/(.+)\/(response|error)$/.exec(request.url ?? '') ?? [];
    if (request.method === 'GET') {
      this.#idle = response;
      this.#onReady();
      this.#handOut();
      return;
    }
    const payload: unknown = JSON.parse(await text(request));
    response.writeHead(202).end();
    if (id === undefined) throw new Error(`the function could not be loaded: ${JSON.stringify(payload)}`);
    this.#running.get(id)?.settle({ outcome: outcome === 'response' ? 'response' : 'error', payload });
    this.#running.delete(id);
  }

  #handOut(): void {
    const invocation = this.#idle && this.#queue.shift();
    if (invocation === undefined) return;
    this.#running.set(invocation.id, invocation);
    this.#idle?.writeHead(200, {
      'content-type': 'application/json',
      'lambda-runtime-aws-request-id': invocation.id,
      'lambda-runtime-deadline-ms': String(Date.now() + TIMEOUT_MS),
      'lambda-runtime-invoked-function-arn': 'arn:aws:lambda:us-east-1:111111111111:function:built',
    });
    this.#idle?.end(invocation.event);
    this.#idle = undefined;
  }
}
