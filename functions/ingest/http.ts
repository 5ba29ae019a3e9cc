import type { APIGatewayProxyStructuredResultV2 } from 'aws-lambda';

/** An HTTP request without the platform that brought it, as far as it is known before its body. */
export interface HttpHead {
  readonly method: string;
  /** Without the query string. */
  readonly path: string;
  /** The query string without its question mark, as it was sent. Receiving spans reads none. */
  readonly query?: string;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string | undefined>>;
}

/** The body of a request, and how it came. */
export interface HttpBody {
  readonly body: Uint8Array;
  /** Whether the platform decoded the body as UTF-8 text on its way. Bytes that are not text are lost then (U+FFFD). */
  readonly isText: boolean;
  /** Whether nobody else has its memory: `giveBack` gets it when the request is stored. @default false */
  readonly isOwn?: boolean;
}

export interface HttpRequest extends HttpHead, HttpBody {}

export interface HttpResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}

/** The event that invoked the function is not an HTTP request in payload format 2.0. */
export class NotHttpEventError extends Error {
  override readonly name = 'NotHttpEventError';
}

/**
 * The HTTP request in an event of a function URL or an HTTP API (payload format 2.0). A function may be invoked with anything:
 * tests of the console, schedules that keep it warm, integrations in another format.
 * https://docs.aws.amazon.com/lambda/latest/dg/urls-invocation.html#urls-payloads
 *
 * @throws {NotHttpEventError} when it is another event
 */
export function readHttpEvent(event: unknown): HttpRequest {
  const { requestContext, rawPath, rawQueryString, headers, body, isBase64Encoded } = fieldsOf(event);
  const { http, stage } = fieldsOf(requestContext);
  const { method } = fieldsOf(http);
  if (typeof method !== 'string') throw notHttp(event, 'it has no requestContext.http.method');
  if (typeof rawPath !== 'string') throw notHttp(event, 'it has no rawPath');
  if (typeof headers !== 'object' || headers === null) throw notHttp(event, 'it has no headers');
  if (body !== undefined && body !== null && typeof body !== 'string') throw notHttp(event, 'its body is not a string');
  let bytes: Uint8Array | undefined;
  return {
    method,
    path: decodeUnreserved(withoutStage(rawPath, stage)),
    query: typeof rawQueryString === 'string' ? rawQueryString : '',
    headers: lowerCaseNames(headers),
    // Decoded when it is read: a request that is refused by its headers costs no copy of its body.
    get body() {
      bytes ??= Buffer.from(body ?? '', isBase64Encoded === true ? 'base64' : 'utf8');
      return bytes;
    },
    isText: isBase64Encoded !== true,
    isOwn: true,
  };
}

/** The answer of a function to a function URL or an HTTP API (payload format 2.0). */
export function httpResult({ status, headers, body }: HttpResponse): APIGatewayProxyStructuredResultV2 {
  const encoded = { body: Buffer.from(body).toString('base64'), isBase64Encoded: true };
  return { statusCode: status, headers: { ...headers }, ...encoded };
}

function fieldsOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? { ...value } : {};
}

function notHttp(event: unknown, difference: string): NotHttpEventError {
  const hint =
    'httpMethod' in fieldsOf(event)
      ? '; it is a request in payload format 1.0, as from a REST API or a load balancer: set the integration to format 2.0'
      : '';
  return new NotHttpEventError(
    `the event is not an HTTP request in payload format 2.0, which function URLs and HTTP APIs send: ${difference}${hint}`,
  );
}

/** An HTTP API puts the name of its stage before the path, unless it is the default stage. */
function withoutStage(path: string, stage: unknown): string {
  return typeof stage === 'string' && path.startsWith(`/${stage}/`) ? path.slice(stage.length + 1) : path;
}

/** A character that needs no encoding is the same with it (RFC 9110, section 4.2.3; RFC 3986, section 6.2.2.2). */
function decodeUnreserved(path: string): string {
  return path.replace(/%[0-9a-f]{2}/gi, (encoded) => {
    const character = String.fromCharCode(Number.parseInt(encoded.slice(1), 16));
    return /[\w.~-]/.test(character) ? character : encoded;
  });
}

function lowerCaseNames(headers: object): HttpRequest['headers'] {
  const entries: [string, unknown][] = Object.entries(headers);
  return Object.fromEntries(
    entries.flatMap(([name, value]) => (typeof value === 'string' ? [[name.toLowerCase(), value]] : [])),
  );
}
