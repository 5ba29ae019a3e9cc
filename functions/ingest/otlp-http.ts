import { MalformedOtlpError, RequestTooLargeError } from '../../lib/otlp/errors.ts';
import { giveBack } from '../../lib/otlp/give-back.ts';
import { protobufFromJson } from '../../lib/otlp/json-decode/decode-request.ts';
import { RejectedSpans } from '../../lib/otlp/rejected-spans.ts';
import { encodeExportResponse, encodeStatus } from '../../lib/otlp/responses.ts';
import type { IngestRequest, IngestResult } from '../../lib/pipeline/ingest.ts';
import type { Log } from '../shared/logger.ts';
import type { InvocationMetrics } from '../shared/metrics.ts';
import { DEFAULT_MAX_BODY_BYTES } from './body-limits.ts';
import {
  BodyNotGzipError,
  BodyTooLargeError,
  checkCoding,
  decodeBody,
  REPLAY_USER_AGENT,
  UnsupportedCodingError,
} from './content-encoding.ts';
import type { HttpBody, HttpHead, HttpRequest, HttpResponse } from './http.ts';
import type { Authorize, Sender } from './keys.ts';
import type { RefusalLog } from './refusal-log.ts';
import { checkRoute, healthz, Refusal, RPC_CODE } from './routes.ts';

export interface OtlpHttpDeps {
  /** Resolves when the spans are durable. */
  readonly ingest: (request: IngestRequest, sender: Sender) => Promise<IngestResult>;
  readonly authorize: Authorize;
  readonly log: Log;
  readonly metrics: InvocationMetrics;
  readonly refusals: RefusalLog;
}

export interface OtlpHttpOptions {
  /** Largest body, as received and after decompression. */
  readonly maxBodyBytes: number;
}

const DEFAULT_OPTIONS: OtlpHttpOptions = { maxBodyBytes: DEFAULT_MAX_BODY_BYTES };

type Encoding = 'protobuf' | 'json';

const CONTENT_TYPES: Readonly<Record<Encoding, string>> = {
  protobuf: 'application/x-protobuf',
  json: 'application/json',
};

/**
 * Handles the body of a request whose head was accepted. Never rejects.
 * @param onUnpacked called with the number of bytes that the request takes unpacked, before it is handled
 */
export type BodyHandler = (body: HttpBody, onUnpacked?: (bytes: number) => void) => Promise<HttpResponse>;

/**
 * OTLP/HTTP for traces (OTLP specification 1.11.0, "OTLP/HTTP"), in two steps, so that a server need not read the body of a
 * request that it refuses:
 * ```
 *   GET /healthz ──────────▶ 200
 *   POST /v1/traces ─ key ─ content type ─ coding ─ declared length ──▶ the body is wanted
 *                     401    415            415      413
 *     body ─ length ─ gzip ─ protobuf or JSON ─ ingest ─▶ 200 when durable, with partial success for rejected spans
 *            413      400, 413  400                503 not durable: send again
 *   anything else ─────────▶ 404, 405
 * ```
 * Exporters try again on 429, 502, 503 and 504 only, so every failure on this side is a 503. The answer has the encoding of the
 * request. Never rejects.
 */
export async function openOtlpHttp(
  head: HttpHead,
  deps: OtlpHttpDeps,
  options: OtlpHttpOptions = DEFAULT_OPTIONS,
): Promise<HttpResponse | BodyHandler> {
  const { headers } = head;
  const encoding = encodingOf(headers);
  const refusalOf = (error: unknown) =>
    refuse(toRefusal(error, deps.refusals), encoding ?? 'json', headers['user-agent'], deps);
  try {
    if (head.path === '/healthz') return healthz(head);
    checkRoute(head);
    const sender = await deps.authorize(headers);
    if (sender === undefined) {
      const hint = 'no valid ingest key: send one in the header x-api-key, or as authorization: Bearer <key>';
      throw new Refusal(401, RPC_CODE.unauthenticated, hint, { 'www-authenticate': 'Bearer' });
    }
    const accepted: Accepted = { headers, sender, encoding: checkType(headers, encoding) };
    // The platform may have undone the coding of JSON.
    if (encoding !== 'json') checkCoding(headers);
    const declaredBytes = Number(headers['content-length']);
    if (declaredBytes > options.maxBodyBytes) throw new BodyTooLargeError(declaredBytes, options.maxBodyBytes);
    return async (body, onUnpacked) => {
      try {
        return await receive(accepted, body, deps, options, onUnpacked);
      } catch (error) {
        return refusalOf(error);
      }
    };
  } catch (error) {
    return refusalOf(error);
  }
}

/** {@link openOtlpHttp} for a request whose body is there. */
export async function handleOtlpHttp(
  request: HttpRequest,
  deps: OtlpHttpDeps,
  options: OtlpHttpOptions = DEFAULT_OPTIONS,
): Promise<HttpResponse> {
  const opened = await openOtlpHttp(request, deps, options);
  return typeof opened === 'function' ? opened(request) : opened;
}

/** What is known of a request before its body. */
interface Accepted extends Pick<HttpHead, 'headers'> {
  readonly sender: Sender;
  readonly encoding: Encoding;
}

async function receive(
  { headers, sender, encoding }: Accepted,
  { body, isText, isOwn = false }: HttpBody,
  deps: OtlpHttpDeps,
  { maxBodyBytes }: OtlpHttpOptions,
  onUnpacked: ((bytes: number) => void) | undefined,
): Promise<HttpResponse> {
  const rejected = new RejectedSpans();
  const unpacked = decodeBody({ headers, body, isText }, maxBodyBytes);
  const protobuf = encoding === 'json' ? protobufFromJson(unpacked, rejected) : unpacked;
  onUnpacked?.(protobuf.length);
  const bytes = body.length;
  const result = await deps.ingest({ protobuf, rejected }, sender);
  for (const memory of [body, unpacked, protobuf]) if (memory !== body || isOwn) giveBack(memory);
  const { acceptedSpanCount: spans, rejectedSpanCount, fragmentCount: fragments } = result;
  deps.metrics.add('receiver_accepted_spans', spans);
  deps.metrics.add('rejected_spans', rejectedSpanCount);
  deps.metrics.add('received_bytes', bytes);
  deps.log.debug('ingest', { spans, fragments, rejectedSpans: rejectedSpanCount, bytes });
  const { errorMessage } = result;
  const partial = errorMessage === undefined ? undefined : { rejectedSpans: rejectedSpanCount, errorMessage };
  return answer(200, encoding, encodeExportResponse(encoding, partial));
}

/** The answer to an event that is not an HTTP request. */
export function refuseEvent(reason: string, deps: OtlpHttpDeps): HttpResponse {
  return refuse(new Refusal(400, RPC_CODE.invalidArgument, reason), 'json', undefined, deps);
}

/**
 * The exporter of JavaScript tries five times within ten seconds, each after as long as this says: it gives up after 5 s with 1,
 * and after 8 s with 2 (docs/receiving.md).
 */
const TRY_LATER = { 'retry-after': '2' };

/** The answer to a request that is not read, because too much waits for its decision: the exporter sends it again. */
export function refuseForNow({ headers }: HttpHead, message: string): HttpResponse {
  const encoding = encodingOf(headers) ?? 'json';
  const body = encodeStatus(encoding, { code: RPC_CODE.unavailable, message });
  return answer(503, encoding, body, TRY_LATER);
}

function refuse(
  { status, code, message, headers }: Refusal,
  encoding: Encoding,
  userAgent: string | undefined,
  { metrics, refusals }: OtlpHttpDeps,
): HttpResponse {
  metrics.addTo('refused_requests', String(status), 1);
  const isNegotiation = headers['accept-encoding'] !== undefined && userAgent === REPLAY_USER_AGENT;
  if (status !== 503 && !isNegotiation) refusals.add(status, message, userAgent);
  return answer(status, encoding, encodeStatus(encoding, { code, message }), headers);
}

function encodingOf(headers: HttpHead['headers']): Encoding | undefined {
  const mediaType = headers['content-type']?.split(';')[0]?.trim().toLowerCase();
  if (mediaType === CONTENT_TYPES.protobuf) return 'protobuf';
  return mediaType === CONTENT_TYPES.json ? 'json' : undefined;
}

/** @throws {Refusal} when there is no encoding of this content type */
function checkType(headers: HttpHead['headers'], encoding: Encoding | undefined): Encoding {
  if (encoding !== undefined) return encoding;
  const got = headers['content-type'] ?? 'none';
  const allowed = Object.values(CONTENT_TYPES).join(' or ');
  throw new Refusal(415, RPC_CODE.invalidArgument, `content-type is "${got}": expected ${allowed}`);
}

function toRefusal(error: unknown, refusals: RefusalLog): Refusal {
  if (error instanceof Refusal) return error;
  if (error instanceof BodyTooLargeError || error instanceof RequestTooLargeError) {
    return new Refusal(413, RPC_CODE.resourceExhausted, `${error.message}; send smaller batches`);
  }
  if (error instanceof UnsupportedCodingError) {
    return new Refusal(415, RPC_CODE.invalidArgument, error.message, { 'accept-encoding': error.accepted });
  }
  if (error instanceof MalformedOtlpError || error instanceof BodyNotGzipError) {
    return new Refusal(400, RPC_CODE.invalidArgument, error.message);
  }
  refusals.addFailure(error);
  const message = 'the spans could not be made durable: send them again';
  return new Refusal(503, RPC_CODE.unavailable, message, TRY_LATER);
}

function answer(
  status: number,
  encoding: Encoding,
  body: Uint8Array,
  headers: Readonly<Record<string, string>> = {},
): HttpResponse {
  return { status, headers: { 'content-type': CONTENT_TYPES[encoding], ...headers }, body };
}
