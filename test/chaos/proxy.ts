import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { connect as connectTls, TLSSocket } from 'node:tls';
import type { Random } from '../../lib/traffic/random.ts';

/** What a network does to requests and answers; shares of all of them. */
export interface Weather {
  /** Requests that are cut in the middle. */
  readonly cutRequests: number;
  /** Answers that are never delivered: the connection ends, or nothing more comes. */
  readonly lostAnswers: number;
  /** Answers of which only the beginning is delivered. */
  readonly cutAnswers: number;
  /** Added to requests and answers, each time anything from 0 up to this. */
  readonly delayMs: number;
}

export const FAIR: Weather = { cutRequests: 0.002, lostAnswers: 0.004, cutAnswers: 0.002, delayMs: 5 };
export const STORM: Weather = { cutRequests: 0.15, lostAnswers: 0.3, cutAnswers: 0.1, delayMs: 400 };

/** How long a connection stays silent whose answer is lost: longer than the exporters wait. */
const SILENCE_MS = 12_000;

/** A network between the exporters and Tailgate that loses, cuts and delays. */
export class FaultyProxy {
  readonly #random: Random;
  readonly #certificate: string | undefined;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  /** Port of Tailgate; undefined: it does not run. */
  target: number | undefined;
  weather: Weather = FAIR;
  /** `unheard` are answers of 200 that no exporter got: it sends again what was accepted. */
  readonly counts = { connections: 0, cutRequests: 0, lostAnswers: 0, cutAnswers: 0, unheard: 0, answers503: 0 };
  /** Answers of 503 that do not say when to try again. */
  withoutRetryAfter = 0;

  /** @param certificate of Tailgate, where it answers over TLS, which the exporters then need not */
  constructor(random: Random, certificate?: string) {
    this.#random = random;
    this.#certificate = certificate;
    this.#server = createServer((client) => this.#accept(client));
  }

  async listen(): Promise<string> {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    this.#server.close();
    await once(this.#server, 'close');
  }

  /** Ends all connections at once. */
  cutAll(): void {
    for (const socket of this.#sockets) {
      // Node.js cannot reset a connection with TLS.
      if (socket instanceof TLSSocket) socket.destroy();
      else socket.resetAndDestroy();
    }
  }

  #accept(client: Socket): void {
    this.counts.connections += 1;
    this.#keep(client);
    if (this.target === undefined) {
      client.resetAndDestroy();
      return;
    }
    const upstream =
      this.#certificate === undefined
        ? connect(this.target, '127.0.0.1')
        : connectTls({ port: this.target, host: '127.0.0.1', ca: this.#certificate });
    this.#keep(upstream);
    client.on('close', () => upstream.destroy());
    upstream.on('close', () => client.destroy());
    const end = () => {
      client.resetAndDestroy();
      upstream.destroy();
    };
    const toUpstream = new DelayedWriter(upstream);
    const toClient = new DelayedWriter(client);
    let isSilent = false;
    client.on('data', (chunk) => {
      if (!this.#happens(this.weather.cutRequests)) return toUpstream.write(chunk, this.#delayMs());
      this.counts.cutRequests += 1;
      toUpstream.write(chunk.subarray(0, chunk.length / 2), 0, end);
    });
    upstream.on('data', (chunk) => {
      if (isSilent) return;
      const status = statusOf(chunk);
      if (status === 503) this.#note503(chunk);
      const { lostAnswers, cutAnswers } = this.weather;
      if (this.#happens(lostAnswers)) {
        this.counts.lostAnswers += 1;
        if (status === 200) this.counts.unheard += 1;
        isSilent = this.#happens(0.3);
        if (isSilent) setTimeout(end, SILENCE_MS).unref();
        else end();
      } else if (this.#happens(cutAnswers)) {
        this.counts.cutAnswers += 1;
        // Before the end of the status line the exporter knows nothing; after it, it may.
        toClient.write(chunk.subarray(0, this.#random.between(0, chunk.length)), 0, end);
      } else toClient.write(chunk, this.#delayMs());
    });
  }

  #keep(socket: Socket): void {
    this.#sockets.add(socket);
    socket.on('error', () => {});
    socket.on('close', () => this.#sockets.delete(socket));
  }

  #note503(chunk: Buffer): void {
    this.counts.answers503 += 1;
    if (!/^retry-after: \d+\r$/im.test(chunk.toString('latin1'))) this.withoutRetryAfter += 1;
  }

  #happens(share: number): boolean {
    return this.#random.between(0, 1) < share;
  }

  #delayMs(): number {
    return this.#random.between(0, this.weather.delayMs);
  }
}

/** Writes late, and in order. */
class DelayedWriter {
  readonly #socket: Socket;
  #last: Promise<void> = Promise.resolve();

  constructor(socket: Socket) {
    this.#socket = socket;
  }

  /** @param then called once it is written */
  write(chunk: Buffer, delayMs: number, then = () => {}): void {
    const before = this.#last;
    const due = new Promise((resolve) => setTimeout(resolve, delayMs));
    this.#last = Promise.all([before, due]).then(() => {
      if (this.#socket.writable) this.#socket.write(chunk, then);
    });
  }
}

function statusOf(chunk: Buffer): number {
  return Number(/^HTTP\/1\.1 (\d{3}) /.exec(chunk.toString('latin1', 0, 16))?.[1] ?? 0);
}
