import { isUtf8 } from 'node:buffer';
import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import { MAX_INVOCATION_BYTES } from '../../functions/ingest/body-limits.ts';
import { type HttpBody, type HttpHead, readHttpEvent } from '../../functions/ingest/http.ts';

/** An HTTP request as it arrived. */
export interface HttpMessage {
  readonly method: string;
  /** The request target (RFC 9112, section 3.2): `/path?query`, or with scheme and host before it. */
  readonly target: string;
  /** Names in any case. A field that was sent several times has its values in order. */
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly body: Uint8Array;
  /** @default HTTP/1.1 */
  readonly protocol?: string;
  readonly sourceIp?: string;
}

/**
 * How a body reaches the function: `platform` decides by content type, as AWS does; `base64` always encodes the bytes
 * that were sent, as some engines and older gateways do.
 */
export type Delivery = 'platform' | 'base64';

/**
 * Builds the event that a Lambda function URL passes to its function (payload format 2.0). The event of an HTTP API is
 * nearly the same. https://docs.aws.amazon.com/lambda/latest/dg/urls-invocation.html#urls-payloads
 */
export function functionUrlEvent(message: HttpMessage, delivery: Delivery = 'platform'): APIGatewayProxyEventV2 {
  const { method, protocol = 'HTTP/1.1', sourceIp = '127.0.0.1' } = message;
  const { path, query, host: targetHost } = splitTarget(message.target);
  const headers = joinedHeaders(message.headers);
  // In absolute form the host of the target overrides the header (RFC 9112, section 3.2.2).
  if (targetHost !== undefined) headers['host'] = targetHost;
  return {
    version: '2.0',
    routeKey: '$default',
    rawPath: path,
    rawQueryString: query,
    headers,
    requestContext: {
      accountId: 'anonymous',
      apiId: 'local',
      domainName: headers['host'] ?? 'localhost',
      domainPrefix: 'local',
      http: { method, path, protocol, sourceIp, userAgent: headers['user-agent'] ?? '' },
      requestId: '',
      routeKey: '$default',
      stage: '$default',
      time: '',
      timeEpoch: 0,
    },
    ...eventBody(message.body, headers['content-type'], delivery),
  };
}

/** What the function would read from the event of a request that has no body yet. */
export function requestHead(message: Omit<HttpMessage, 'body'>): HttpHead {
  return readHttpEvent(functionUrlEvent({ ...message, body: new Uint8Array() }));
}

/**
 * The body as the function would read it from the event, without the way there and back: base64 keeps all bytes, text those
 * that are UTF-8.
 */
export function deliveredBody(body: Uint8Array, contentType: string | undefined): HttpBody {
  if (body.length > 0 && !isPassedAsText(contentType)) return { body, isText: false };
  return { body: isUtf8(body) ? body : Buffer.from(bytesOf(body).toString('utf8')), isText: true };
}

/**
 * More than everything around the body takes in JSON: of the 16 KiB that Node.js allows for headers and target, some stand
 * twice in the event, and a character may take six bytes.
 */
const MOST_AROUND_BODY = 16 * 1024 * 2 * 6 + 2048;

/** No body of this content type that is longer fits into an event, whatever is around it. */
export function maxBodyBytes(contentType: string | undefined): number {
  return isPassedAsText(contentType) ? MAX_INVOCATION_BYTES : (MAX_INVOCATION_BYTES / 4) * 3;
}

/** Whether Lambda would refuse the event of this request before it calls the function. */
export function isOverLimit(message: HttpMessage): boolean {
  if (message.body.length * 6 + MOST_AROUND_BODY <= MAX_INVOCATION_BYTES) return false;
  return isOverInvocationLimit(functionUrlEvent(message));
}

/** Whether Lambda would refuse the event before it calls the function. Lambda measures the event as JSON. */
export function isOverInvocationLimit(event: APIGatewayProxyEventV2): boolean {
  const { body = '', ...rest } = event;
  // A character takes at most six bytes in JSON, as \u0000 does. For most bodies this bound is enough, and they need no
  // measuring.
  const restBytes = Buffer.byteLength(JSON.stringify(rest));
  if (body.length * 6 + restBytes + 16 <= MAX_INVOCATION_BYTES) return false;
  return Buffer.byteLength(JSON.stringify(event)) > MAX_INVOCATION_BYTES;
}

/**
 * Content types that AWS passes as text. It passes any other content type, and none, in base64. A suffix as in
 * `application/vnd.api+json` does not count as text.
 */
const TEXT_TYPE = /^(?:text\/.*|application\/(?:json|xml|javascript))$/;

function eventBody(
  body: Uint8Array,
  contentType: string | undefined,
  delivery: Delivery,
): Pick<APIGatewayProxyEventV2, 'body' | 'isBase64Encoded'> {
  if (body.length === 0) return { isBase64Encoded: false };
  // Bytes that are not UTF-8, such as those of gzip, become U+FFFD and are lost.
  if (delivery === 'platform' && isPassedAsText(contentType)) {
    return { body: bytesOf(body).toString('utf8'), isBase64Encoded: false };
  }
  return { body: bytesOf(body).toString('base64'), isBase64Encoded: true };
}

function isPassedAsText(contentType: string | undefined): boolean {
  return TEXT_TYPE.test(contentType?.split(';')[0]?.trim().toLowerCase() ?? '');
}

function bytesOf(body: Uint8Array): Buffer {
  return Buffer.from(body.buffer, body.byteOffset, body.byteLength);
}

function splitTarget(target: string): { readonly path: string; readonly query: string; readonly host?: string } {
  const [, authority, origin = target] = /^[a-z][a-z0-9+.-]*:\/\/([^/?#]*)(.*)$/is.exec(target) ?? [];
  const queryStart = origin.indexOf('?');
  const path = queryStart < 0 ? origin : origin.slice(0, queryStart);
  return {
    path: path === '' ? '/' : path,
    query: queryStart < 0 ? '' : origin.slice(queryStart + 1),
    ...(authority !== undefined && { host: authority.slice(authority.lastIndexOf('@') + 1) }),
  };
}

/** Headers as Lambda has them: names in lower case, several values of one name joined by commas. */
function joinedHeaders(headers: HttpMessage['headers']): Record<string, string> {
  const joined: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined) joined[name.toLowerCase()] = typeof value === 'string' ? value : value.join(',');
  }
  return joined;
}
