/** One or several HTTP headers of an answer. */
type Headers = Readonly<Record<string, string>>;

/** What a browser tells of a request, or of one that it is about to send. */
export interface BrowserRequest {
  readonly method: string | undefined;
  /** Without the query string. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
}

/** How long a browser remembers that it may send. Chromium allows no more. */
const MAX_AGE_SECONDS = 7_200;

/** Scheme, host and port, or `null`, which pages in files have. One `*` stands for any text without a slash. */
const ORIGIN = /^(?:\*|null|[a-z][a-z\d+.-]*:\/\/(?!\*?$)[^/\s?#@*]*\*?[^/\s?#@*]*)$/;

/** @throws {Error} which says what is expected */
export function readOrigin(given: string): string {
  if (ORIGIN.test(given)) return given;
  throw new Error('expected an origin such as http://localhost:3000 or http://localhost:*, without a path, or *');
}

/**
 * Lets pages of other origins send spans (https://fetch.spec.whatwg.org/#http-cors-protocol): a browser asks before it sends OTLP,
 * because its content type is none of a form, and shows the page no answer without these headers. Reading stays for pages of this
 * server alone.
 * ```
 *   page of http://localhost:3000          OPTIONS /v1/traces, origin, access-control-request-* ─▶ 204, these headers
 *                                          POST /v1/traces, origin ─▶ any answer, with these headers
 * ```
 */
export class Cors {
  readonly #allowed: readonly string[];

  /** @param origins as {@link readOrigin} gives them */
  constructor(origins: readonly string[]) {
    this.#allowed = origins;
  }

  /** Headers of the answer to a request; undefined when it is not from a page that may send. */
  headersFor({ path, headers }: BrowserRequest): Headers | undefined {
    const origin = headers['origin'];
    if (path !== '/v1/traces' || typeof origin !== 'string') return undefined;
    if (!this.#allowed.some((allowed) => isAllowed(origin, allowed))) return undefined;
    return {
      'access-control-allow-origin': origin,
      // `navigator.sendBeacon`, which older exporters use, sends cookies, whether there are any or not.
      'access-control-allow-credentials': 'true',
      'access-control-expose-headers': 'retry-after',
      vary: 'origin',
    };
  }

  /** Whether a browser asks for a page that may not send: its author looks for the reason. */
  refuses(request: BrowserRequest): boolean {
    const { method, path, headers } = request;
    return path === '/v1/traces' && isQuestion(method, headers) && this.headersFor(request) === undefined;
  }

  /** Headers of the answer to the question of a browser whether a page may send; undefined when the request is none. */
  preflight(request: BrowserRequest): Headers | undefined {
    const { method, headers } = request;
    const allowed = this.headersFor(request);
    if (allowed === undefined || !isQuestion(method, headers)) return undefined;
    const wanted = headers['access-control-request-headers'];
    return {
      ...allowed,
      'access-control-allow-methods': 'POST',
      // Exporters are given headers of their own, and the origin is trusted.
      ...(typeof wanted === 'string' && { 'access-control-allow-headers': wanted }),
      'access-control-max-age': String(MAX_AGE_SECONDS),
      // A public page that sends to this machine: https://wicg.github.io/private-network-access/
      ...(headers['access-control-request-private-network'] !== undefined && {
        'access-control-allow-private-network': 'true',
      }),
    };
  }
}

function isQuestion(method: string | undefined, headers: BrowserRequest['headers']): boolean {
  return (
    method === 'OPTIONS' && headers['origin'] !== undefined && headers['access-control-request-method'] !== undefined
  );
}

function isAllowed(origin: string, allowed: string): boolean {
  if (allowed === '*') return true;
  const [before = '', after] = allowed.split('*');
  if (after === undefined) return origin === allowed;
  const between = origin.slice(before.length, origin.length - after.length);
  return origin === before + between + after && !between.includes('/');
}
