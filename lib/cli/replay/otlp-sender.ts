import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { REPLAY_USER_AGENT } from '../../../functions/ingest/content-encoding.ts';
import type { TraceLine } from '../../archive/read-line.ts';
import { Backoff, isRetryable, type RetryDelays } from '../../aws/retry.ts';
import type { Clock } from '../../pipeline/ports.ts';
import { CommandError } from '../../terminal/errors.ts';
import { type OtlpAnswer, readOtlpAnswer, retryAfterMs } from './otlp-answer.ts';
import { exportRequestOf } from './read-batches.ts';

const compress = promisify(gzip);

export interface SenderOptions {
  /** With its path. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Until the receiver refuses it. */
  readonly compression: 'gzip' | 'none';
  /** For one attempt. */
  readonly timeoutMs: number;
  /** No attempt at a request starts later than this after its first failure. */
  readonly giveUpAfterMs: number;
  readonly clock: Clock;
  /** Uniform in [0, 1). */
  readonly random: () => number;
  /** Rejects when the replay is to stop. */
  readonly sleep: (milliseconds: number) => Promise<void>;
  /** Ends attempts that are under way. */
  readonly signal: AbortSignal;
  /** Before each wait for another attempt. */
  readonly onRetry: (reason: string, delayMs: number) => void;
}

/** What became of lines that were sent. */
export interface SendResult {
  /** Spans that the receiver dropped out of requests that it accepted. */
  readonly rejectedSpans: number;
  /** What it says about them, or of requests that it accepted in whole. */
  readonly messages: readonly string[];
  /** Lines that it does not take. */
  readonly refused: readonly { readonly line: TraceLine; readonly reason: string }[];
}

export const NOTHING_REJECTED: SendResult = { rejectedSpans: 0, messages: [], refused: [] };

/** So many lines refused one after the other, and none accepted in between, are no accident. */
const MAX_REFUSED_IN_A_ROW = 20;
/** Of an answer, more is not read. */
const MAX_ANSWER_BYTES = 64 * 1024;

/** As the Collector's exporters wait: from a second, half as long again each time, up to half a minute. */
const EXPORT_DELAYS: RetryDelays = { firstMs: 1_000, factor: 1.5, maxMs: 30_000, jitter: 0.5 };

const NO_GRPC = 'OTLP goes over HTTP here, not over gRPC: its usual port is 4318, that of gRPC is 4317';

/** Errors of Node.js' fetch that are one of the network. */
const LOST_CONNECTION = /^UND_ERR_(SOCKET|CONNECT_TIMEOUT|HEADERS_TIMEOUT|BODY_TIMEOUT)$/;

/** Sends export requests in OTLP JSON to one receiver, with retries by the rules of OTLP/HTTP. */
export class OtlpSender {
  readonly #options: SenderOptions;
  #compression: 'gzip' | 'none';
  #refusedInARow = 0;

  constructor(options: SenderOptions) {
    this.#options = options;
    this.#compression = options.compression;
  }

  /**
   * Sends the lines as one request; what is refused as a whole is sent again in halves, so that one bad line does not cost the
   * others.
   *
   * @throws {CommandError} when the receiver is not there, or takes nothing
   */
  async send(lines: readonly TraceLine[]): Promise<SendResult> {
    const answer = await this.#request(exportRequestOf(lines));
    if (answer.kind === 'accepted') {
      this.#refusedInARow = 0;
      const { rejectedSpans, message } = answer;
      return { rejectedSpans, messages: message === '' ? [] : [message], refused: [] };
    }
    const [first] = lines;
    if (first !== undefined && lines.length === 1) {
      this.#refusedInARow += 1;
      if (this.#refusedInARow >= MAX_REFUSED_IN_A_ROW) {
        throw this.#error(`refuses whatever it is sent: ${answer.reason}`);
      }
      return { rejectedSpans: 0, messages: [], refused: [{ line: first, reason: answer.reason }] };
    }
    const middle = Math.ceil(lines.length / 2);
    const left = await this.send(lines.slice(0, middle));
    const right = await this.send(lines.slice(middle));
    return {
      rejectedSpans: left.rejectedSpans + right.rejectedSpans,
      messages: [...left.messages, ...right.messages],
      refused: [...left.refused, ...right.refused],
    };
  }

  async #request(json: Buffer): Promise<OtlpAnswer & { readonly kind: 'accepted' | 'refused' }> {
    let compressed = this.#compression === 'gzip' ? await compress(json) : undefined;
    let backoff: Backoff | undefined;
    for (let attempts = 1; ; attempts++) {
      let answer = await this.#attempt(compressed ?? json, compressed !== undefined);
      if (answer.kind === 'compression refused' && compressed !== undefined) {
        // So does a Tailgate behind AWS, which hands JSON over as text.
        this.#compression = 'none';
        compressed = undefined;
        answer = await this.#attempt(json, false);
      }
      if (answer.kind === 'failed' || answer.kind === 'compression refused') throw this.#error(answer.reason);
      if (answer.kind !== 'busy') return answer;
      backoff ??= this.#newBackoff();
      await this.#waitAfter(answer, attempts, backoff);
    }
  }

  /** Begins at the first failure: the time of the first attempt does not count. */
  #newBackoff(): Backoff {
    const { giveUpAfterMs: budgetMs, ...deps } = this.#options;
    return new Backoff({ ...deps, budgetMs, delays: EXPORT_DELAYS });
  }

  async #waitAfter(
    { reason, retryAfter }: OtlpAnswer & { readonly kind: 'busy' },
    attempts: number,
    backoff: Backoff,
  ): Promise<void> {
    const { clock, onRetry } = this.#options;
    const atLeastMs = retryAfterMs(retryAfter, clock.now());
    if (await backoff.wait({ atLeastMs, onWait: (delayMs) => onRetry(reason, delayMs) })) return;
    const asked = retryAfter === null ? '' : ` (it asked for Retry-After: ${retryAfter})`;
    throw this.#error(`gave up after ${attempts} attempts: ${reason}${asked}`);
  }

  async #attempt(body: Uint8Array, isCompressed: boolean): Promise<OtlpAnswer> {
    const { url, headers, timeoutMs, signal } = this.#options;
    const timeout = AbortSignal.timeout(timeoutMs);
    try {
      const response = await fetch(url, {
        method: 'POST',
        headers: {
          'user-agent': REPLAY_USER_AGENT,
          ...headers,
          'content-type': 'application/json',
          ...(isCompressed && { 'content-encoding': 'gzip' }),
        },
        // No buffer here is shared between threads, which is what the type minds.
        body: body as Uint8Array<ArrayBuffer>,
        redirect: 'manual',
        signal: AbortSignal.any([signal, timeout]),
      });
      return readOtlpAnswer(response.status, response.headers, await beginningOf(response));
    } catch (error) {
      signal.throwIfAborted();
      if (timeout.aborted) return busy(`no answer within ${timeoutMs / 1000} s`);
      const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
      const reason = describe(cause);
      return isNetworkError(cause) ? busy(reason) : { kind: 'failed', reason };
    }
  }

  #error(reason: string): CommandError {
    const { url } = this.#options;
    return new CommandError(`${url}: ${reason}${new URL(url).port === '4317' ? `; ${NO_GRPC}` : ''}`);
  }
}

async function beginningOf(response: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of response.body ?? []) {
    chunks.push(chunk);
    length += chunk.length;
    if (length >= MAX_ANSWER_BYTES) break;
  }
  return Buffer.concat(chunks).toString();
}

function busy(reason: string): OtlpAnswer {
  return { kind: 'busy', reason, retryAfter: null };
}

function isNetworkError(error: unknown): boolean {
  return isRetryable(error) || LOST_CONNECTION.test(codeOf(error));
}

function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { name, message } = error;
  return `${message === '' ? codeOf(error) : message}${name === 'HTTPParserError' ? `; ${NO_GRPC}` : ''}`;
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : '';
}
