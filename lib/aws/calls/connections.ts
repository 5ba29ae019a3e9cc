import { Agent as HttpAgent, request as httpRequest, type IncomingHttpHeaders } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';

/** Time to open a connection. */
export const CONNECT_TIMEOUT_MS = 1000;
/** Time for one attempt, until its answer begins. */
export const REQUEST_TIMEOUT_MS = 3000;

export interface ConnectionOptions {
  /** How long an answer may not begin, or be silent in the middle. @default {@link REQUEST_TIMEOUT_MS} */
  readonly requestTimeoutMs?: number;
  /** @default {@link CONNECT_TIMEOUT_MS} */
  readonly connectTimeoutMs?: number;
  /** @default 64 MiB: four times what DynamoDB puts into the largest answer */
  readonly maxAnswerBytes?: number;
  /** How long an answer may take to its end, however steadily it comes. @default no limit */
  readonly answerTimeoutMs?: number;
}

/** A request to the host of {@link Connections}. */
export interface HttpRequest {
  readonly method: 'GET' | 'POST';
  /** With the query. @default the path of the endpoint */
  readonly path?: string;
  /**
   * Name, value, name, value …: all that is to be sent but `connection`. Node.js writes an array as it is, which costs less than an
   * object.
   */
  readonly headers: string[];
  readonly body?: Buffer;
}

/** An HTTP answer, whatever its status. */
export interface HttpAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/** As many as a client of the SDK opens. Further requests wait. */
const MAX_CONNECTIONS = 50;
const MAX_ANSWER_BYTES = 64 * 1024 * 1024;

/** Connections to one host, which stay open for the next request. */
export class Connections {
  readonly #target: { readonly host: string; readonly port: string; readonly path: string };
  readonly #agent: HttpAgent;
  readonly #request: typeof httpRequest;
  readonly #options: Required<ConnectionOptions>;

  constructor(endpoint: URL, options: ConnectionOptions = {}) {
    const isHttps = endpoint.protocol === 'https:';
    const agentOptions = { keepAlive: true, maxSockets: MAX_CONNECTIONS };
    this.#agent = isHttps ? new HttpsAgent(agentOptions) : new HttpAgent(agentOptions);
    this.#request = isHttps ? httpsRequest : httpRequest;
    // Sockets take the address of IPv6 without its brackets.
    const host = endpoint.hostname.replace(/^\[(.*)\]$/, '$1');
    this.#target = { host, port: endpoint.port, path: endpoint.pathname };
    this.#options = {
      requestTimeoutMs: options.requestTimeoutMs ?? REQUEST_TIMEOUT_MS,
      connectTimeoutMs: options.connectTimeoutMs ?? CONNECT_TIMEOUT_MS,
      maxAnswerBytes: options.maxAnswerBytes ?? MAX_ANSWER_BYTES,
      answerTimeoutMs: options.answerTimeoutMs ?? 0,
    };
  }

  /**
   * Sends one request and reads the whole answer.
   *
   * @throws an error of Node.js with a `code`, such as ECONNRESET, or one named `TimeoutError`, or {@link AnswerTooLargeError}
   */
  send({ method, path, headers, body }: HttpRequest): Promise<HttpAnswer> {
    const { requestTimeoutMs, connectTimeoutMs, maxAnswerBytes, answerTimeoutMs } = this.#options;
    return new Promise((resolve, reject) => {
      const target = path === undefined ? this.#target : { ...this.#target, path };
      const request = this.#request({ ...target, method, agent: this.#agent, headers });
      const giveUp = (error: Error) => {
        clearTimeout(silence);
        clearTimeout(whole);
        // An answer that has begun ends with the request, and has nobody left to tell.
        request.on('error', () => undefined).destroy();
        reject(error);
      };
      const silence = setTimeout(() => {
        giveUp(timeoutError(`no answer for ${requestTimeoutMs} ms`));
      }, requestTimeoutMs);
      const whole =
        answerTimeoutMs === 0
          ? undefined
          : setTimeout(() => {
              giveUp(timeoutError(`no whole answer for ${answerTimeoutMs} ms`));
            }, answerTimeoutMs);
      request.on('error', giveUp);
      request.on('socket', (socket) => {
        // One that stays open from an earlier request.
        if (!socket.connecting) return;
        const connecting = setTimeout(() => {
          giveUp(timeoutError(`no connection to ${this.#target.host} for ${connectTimeoutMs} ms`));
        }, connectTimeoutMs);
        const stop = () => clearTimeout(connecting);
        socket.once('connect', stop).once('close', stop);
      });
      request.on('response', (response) => {
        const chunks: Buffer[] = [];
        let bytes = 0;
        silence.refresh();
        response.on('data', (chunk: Buffer) => {
          silence.refresh();
          bytes += chunk.length;
          if (bytes > maxAnswerBytes) giveUp(new AnswerTooLargeError(maxAnswerBytes));
          else chunks.push(chunk);
        });
        response.on('error', giveUp);
        response.on('end', () => {
          clearTimeout(silence);
          clearTimeout(whole);
          const [first] = chunks;
          resolve({
            status: response.statusCode ?? 0,
            headers: response.headers,
            body: first !== undefined && chunks.length === 1 ? first : Buffer.concat(chunks, bytes),
          });
        });
      });
      request.end(body);
    });
  }

  /** Closes all connections. Requests in progress fail. */
  destroy(): void {
    this.#agent.destroy();
  }
}

/** The name and code by which `retry.ts` knows it. */
function timeoutError(message: string): Error {
  return Object.assign(new Error(message), { name: 'TimeoutError', code: 'ETIMEDOUT' });
}

/** Nothing that was asked for has such an answer: reading on could take all memory. */
class AnswerTooLargeError extends Error {
  override readonly name = 'AnswerTooLargeError';

  constructor(maxBytes: number) {
    super(`the answer has more than ${maxBytes} bytes`);
  }
}
