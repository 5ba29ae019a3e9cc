import { once } from 'node:events';
import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http';
import { Agent, createServer, request, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Random } from '../../../lib/traffic/random.ts';
import { type Answer, refusal } from './refusals.ts';

/** What happens to calls of the services; shares of all of them. */
export interface ServiceWeather {
  /** An error is answered, and nothing is done: throttling among them. */
  readonly refused: number;
  /** It takes effect, and an error is answered. */
  readonly failedAfter: number;
  /** The connection ends before it takes effect. */
  readonly lostRequests: number;
  /** It takes effect, and the connection ends without an answer. */
  readonly lostAnswers: number;
  /** It takes effect twice, as a request does that the network has delivered twice; the second answer is delivered. */
  readonly twice: number;
  /** Added before and after, each time anything from 0 up to this. */
  readonly delayMs: number;
  /** Only of this service. */
  readonly service?: string;
}

export const SERVICE_FAIR: ServiceWeather = {
  refused: 0.003,
  failedAfter: 0.003,
  lostRequests: 0.002,
  lostAnswers: 0.003,
  twice: 0.003,
  delayMs: 2,
};
export const SERVICE_STORM: ServiceWeather = {
  refused: 0.12,
  failedAfter: 0.08,
  lostRequests: 0.08,
  lostAnswers: 0.1,
  twice: 0.1,
  delayMs: 300,
};
export const THROTTLED: ServiceWeather = { ...SERVICE_FAIR, refused: 0.6 };
export const DOWN: ServiceWeather = { ...SERVICE_FAIR, refused: 0.6, lostRequests: 0.4 };

/** A call of a function, for example `dynamodb.PutItem`, `s3.PUT traces`. */
export interface Call {
  readonly operation: string;
  /** At the end of the function. */
  readonly callerPort: number;
}

/** A call that waits, before or after it has taken effect. */
export interface HeldCall extends Call {
  /** Lets it go on. */
  release(): void;
  /** Ends its connection. One that was held before its effect then has none. */
  drop(): void;
  /** What the service has answered, once it has. */
  readonly status: Promise<number>;
}

interface Trap {
  readonly operations: readonly string[];
  readonly when: 'before' | 'after';
  readonly spring: (call: HeldCall) => void;
}

/** A call, and where its answer is noted. */
interface PassingCall extends Call {
  readonly answered: PromiseWithResolvers<number>;
}

/** Stands between the functions and the services of the engine, call by call. */
export class ServiceProxy {
  readonly #random: Random;
  readonly #server: Server;
  readonly #upstream: { readonly port: number; readonly ca: string; readonly agent: Agent };
  readonly #traps = new Set<Trap>();
  readonly counts = { refused: 0, failedAfter: 0, lostRequests: 0, lostAnswers: 0, twice: 0, unreachable: 0 };
  readonly callsByOperation = new Map<string, number>();
  weather: ServiceWeather = SERVICE_FAIR;

  /** @param engine with its certificate, which the functions know already, and the key of that */
  constructor(random: Random, engine: { readonly port: number; readonly certificate: string; readonly key: string }) {
    this.#random = random;
    this.#upstream = { port: engine.port, ca: engine.certificate, agent: new Agent({ keepAlive: true }) };
    this.#server = createServer({ cert: engine.certificate, key: engine.key }, (incoming, response) => {
      this.#pass(incoming, response).catch(() => response.destroy());
    });
    this.#server.keepAliveTimeout = 60_000;
  }

  /** @returns its port */
  async listen(): Promise<number> {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
    return (this.#server.address() as AddressInfo).port;
  }

  async close(): Promise<void> {
    this.#upstream.agent.destroy();
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, 'close');
  }

  /** Holds the next call of these operations. Resolves to undefined when none has come in time. */
  async hold(operations: readonly string[], when: Trap['when'], withinMs: number): Promise<HeldCall | undefined> {
    const { promise, resolve } = Promise.withResolvers<HeldCall>();
    const trap: Trap = { operations, when, spring: resolve };
    this.#traps.add(trap);
    const held = await Promise.race([promise, sleep(withinMs, undefined, { ref: false })]);
    this.#traps.delete(trap);
    return held;
  }

  async #pass(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await buffer(incoming);
    const call: PassingCall = {
      operation: operationOf(incoming),
      callerPort: incoming.socket.remotePort ?? 0,
      answered: Promise.withResolvers(),
    };
    this.callsByOperation.set(call.operation, (this.callsByOperation.get(call.operation) ?? 0) + 1);
    const { weather } = this;
    const isMeant = weather.service === undefined || call.operation.startsWith(`${weather.service}.`);
    const happens = (what: keyof typeof this.counts & keyof ServiceWeather) => {
      const does = isMeant && this.#random.between(0, 1) < weather[what];
      if (does) this.counts[what] += 1;
      return does;
    };
    const delay = () => sleep(this.#random.between(0, weather.delayMs));
    await delay();
    if (happens('refused')) return send(response, refusal(call.operation, incoming, this.#random, 'before'));
    if (happens('lostRequests')) return void response.destroy();
    await this.#trap(call, 'before');
    if (happens('twice')) await this.#forward(incoming, body);
    const answer = await this.#forward(incoming, body);
    call.answered.resolve(answer.status);
    await this.#trap(call, 'after');
    await delay();
    if (happens('lostAnswers')) return void response.destroy();
    send(response, happens('failedAfter') ? refusal(call.operation, incoming, this.#random, 'after') : answer);
  }

  async #trap({ operation, callerPort, answered }: PassingCall, when: Trap['when']): Promise<void> {
    for (const trap of this.#traps) {
      if (trap.when !== when || !trap.operations.includes(operation)) continue;
      this.#traps.delete(trap);
      const { promise, resolve, reject } = Promise.withResolvers<void>();
      const drop = () => reject(new Error('dropped'));
      trap.spring({ operation, callerPort, release: resolve, drop, status: answered.promise });
      await promise;
      return;
    }
  }

  async #forward({ method, url, headers }: IncomingMessage, body: Buffer): Promise<Answer> {
    const { expect: _, connection: __, 'transfer-encoding': ___, ...kept } = headers;
    const all: OutgoingHttpHeaders = { ...kept, ...(body.length > 0 && { 'content-length': body.length }) };
    const outgoing = request({ ...this.#upstream, host: '127.0.0.1', method, path: url, headers: all });
    outgoing.end(body);
    try {
      const [answer] = (await once(outgoing, 'response')) as [IncomingMessage];
      return { status: answer.statusCode ?? 0, headers: answer.headers, body: await buffer(answer) };
    } catch (error) {
      this.counts.unreachable += 1;
      throw error;
    }
  }
}

function send(response: ServerResponse, { status, headers, body }: Answer): void {
  const { connection: _, 'transfer-encoding': __, 'keep-alive': ___, ...kept } = headers;
  response.writeHead(status, kept);
  response.end(body);
}

function operationOf({ method, url = '', headers }: IncomingMessage): string {
  const target = headers['x-amz-target'];
  if (typeof target === 'string') {
    const [service = '', operation = ''] = target.split('.');
    return `${SERVICES[service] ?? service}.${operation}`;
  }
  // The path begins with the bucket.
  const prefix = /^\/[^/?]+\/(\w+)\//.exec(url)?.[1] ?? '';
  return `s3.${method} ${prefix}`.trim();
}

const SERVICES: Readonly<Record<string, string>> = {
  DynamoDB_20120810: 'dynamodb',
  AmazonSQS: 'sqs',
  AmazonSSM: 'ssm',
};
