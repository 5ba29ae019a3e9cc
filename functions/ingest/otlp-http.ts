import { MalformedOtlpError, RequestTooLargeError } from '../../lib/otlp/errors.ts';
import { protobufFromJson } from '../../lib/otlp/json-decode/decode-request.ts';
import { RejectedSpans } from '../../lib/otlp/rejected-spans.ts';
import { encodeExportResponse, encodeStatus } from '../../lib/otlp/responses.ts';
import type { IngestRequest, IngestResult } from '../../lib/pipeline/ingest.ts';
import type { Clock } from '../../lib/pipeline/ports.ts';
import type { Log } from '../shared/logger.ts';
import type { InvocationMetrics } from '../shared/metrics.ts';
import { DEFAULT_MAX_BODY_BYTES } from './body-limits.ts';
import { BodyNotGzipError, BodyTooLargeError, decodeBody, UnsupportedCodingError } from './content-encoding.ts';
import type { HttpRequest, HttpResponse } from './http.ts';
import type { Authorize, Sender } from './keys.ts';

/** Time for which further refusals of a status are only counted. */
const PERIOD_MS = 60_000;

export interface RefusalLogDeps {
  readonly log: Log;
  readonly clock: Clock;
}

/**
 * Logs refused requests, so that an operator can see why nothing arrives: the first of each status at once, then a
 * count once a minute. A misconfigured fleet must not write a line for each request.
 */
export class RefusalLog {
  readonly #deps: RefusalLogDeps;
  readonly #byStatus = new Map<number, { untilMs: number; unlogged: number }>();

  constructor(deps: RefusalLogDeps) {
    this.#deps = deps;
  }

  add(status: number, message: string, userAgent: string | undefined): void {
    const alsoRefused = this.#beginPeriod(status);
    if (alsoRefused !== undefined) this.#deps.log.warn('refused', { status, reason: message, userAgent, alsoRefused });
  }

  /** Why spans could not be made durable: what stops one request stops many. */
  addFailure(error: unknown): void {
    const alsoRefused = this.#beginPeriod(503);
    if (alsoRefused !== undefined) {
      this.#deps.log.error('spans could not be made durable', { error, alsoRefused });
    }
  }

  /** How many were only counted in the last period; `undefined`: it is not over, and this one is counted. */
  #beginPeriod(status: number): number | undefined {
    const nowMs = this.#deps.clock.now();
    const period = this.#byStatus.get(status);
    if (period !== undefined && nowMs < period.untilMs) {
      period.unlogged += 1;
      return undefined;
    }
    this.#byStatus.set(status, { untilMs: nowMs + PERIOD_MS, unlogged: 0 });
    return period?.unlogged ?? 0;
  }
}

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

/** Error codes of `google.rpc.Code`. */
const RPC_CODE = {
  invalidArgument: 3,
  resourceExhausted: 8,
  unimplemented: 12,
  notFound: 5,
  unavailable: 14,
  unauthenticated: 16,
};

/** An answer other than success. */
class Refusal extends Error {
  override readonly name = 'Refusal';
  readonly status: number;
  readonly code: number;
  readonly headers: Readonly<Record<string, string>>;

  constructor(status: number, code: number, message: string, headers: Readonly<Record<string, string>> = {}) {
    super(message);
    this.status = status;
    this.code = code;
    this.headers = headers;
  }
}

/**
 * OTLP/HTTP for traces (OTLP specification 1.11.0, "OTLP/HTTP"):
 * ```
 *   GET /healthz ──────────▶ 200
 *   POST /v1/traces ─ key ─ content type ─ body ─ ingest ─▶ 200 when durable, with partial success for rejected spans
 *                     401    415            400 not readable · 413 too large · 415 coding      503 not durable: send again
 *   anything else ─────────▶ 404, 405
 * ```
 * Exporters try again on 429, 502, 503 and 504 only, so every failure on this side is a 503. The answer has the encoding of the
 * request. Never throws.
 */
export async function handleOtlpHttp(
  request: HttpRequest,
  deps: OtlpHttpDeps,
  options: OtlpHttpOptions = DEFAULT_OPTIONS,
): Promise<HttpResponse> {
  const encoding = encodingOf(request.headers);
  try {
    if (request.path === '/healthz') return healthz(request);
    checkRoute(request);
    const sender = await deps.authorize(request.headers);
    if (sender === undefined) {
      const hint = 'no valid ingest key: send one in the header x-api-key, or as authorization: Bearer <key>';
      throw new Refusal(401, RPC_CODE.unauthenticated, hint, { 'www-authenticate': 'Bearer' });
    }
    const rejected = new RejectedSpans();
    const protobuf = readBody(request, encoding, options.maxBodyBytes, rejected);
    const result = await deps.ingest({ protobuf, rejected }, sender);
    const { acceptedSpanCount: spans, rejectedSpanCount, fragmentCount: fragments } = result;
    deps.metrics.add('receiver_accepted_spans', spans);
    deps.metrics.add('rejected_spans', rejectedSpanCount);
    deps.metrics.add('received_bytes', request.body.length);
    deps.log.debug('ingest', { spans, fragments, rejectedSpans: rejectedSpanCount, bytes: request.body.length });
    const { errorMessage } = result;
    const partial = errorMessage === undefined ? undefined : { rejectedSpans: rejectedSpanCount, errorMessage };
    return answer(200, encoding ?? 'json', encodeExportResponse(encoding ?? 'json', partial));
  } catch (error) {
    return refuse(toRefusal(error, deps.refusals), encoding ?? 'json', request.headers['user-agent'], deps);
  }
}

/** The answer to an event that is not an HTTP request. */
export function refuseEvent(reason: string, deps: OtlpHttpDeps): HttpResponse {
  return refuse(new Refusal(400, RPC_CODE.invalidArgument, reason), 'json', undefined, deps);
}

/** The answer to a request that is not read, because too much waits for its decision: the exporter sends it again. */
export function refuseForNow({ headers }: HttpRequest, message: string, retryAfterSeconds: number): HttpResponse {
  const encoding = encodingOf(headers) ?? 'json';
  const body = encodeStatus(encoding, { code: RPC_CODE.unavailable, message });
  return answer(503, encoding, body, { 'retry-after': String(retryAfterSeconds) });
}

function refuse(
  { status, code, message, headers }: Refusal,
  encoding: Encoding,
  userAgent: string | undefined,
  { metrics, refusals }: OtlpHttpDeps,
): HttpResponse {
  metrics.addTo('refused_requests', String(status), 1);
  if (status !== 503) refusals.add(status, message, userAgent);
  return answer(status, encoding, encodeStatus(encoding, { code, message }), headers);
}

function encodingOf(headers: HttpRequest['headers']): Encoding | undefined {
  const mediaType = headers['content-type']?.split(';')[0]?.trim().toLowerCase();
  if (mediaType === CONTENT_TYPES.protobuf) return 'protobuf';
  return mediaType === CONTENT_TYPES.json ? 'json' : undefined;
}

function healthz({ method }: HttpRequest): HttpResponse {
  if (method === 'GET' || method === 'HEAD') {
    const body = new TextEncoder().encode(method === 'GET' ? 'ok\n' : '');
    return { status: 200, headers: { 'content-type': 'text/plain; charset=utf-8' }, body };
  }
  throw new Refusal(405, RPC_CODE.unimplemented, `${method} /healthz: only GET is allowed`, { allow: 'GET, HEAD' });
}

function checkRoute({ method, path }: HttpRequest): void {
  if (path !== '/v1/traces') {
    throw new Refusal(404, RPC_CODE.notFound, `${path} does not exist: send traces with POST /v1/traces`);
  }
  if (method !== 'POST') {
    throw new Refusal(405, RPC_CODE.unimplemented, `${method} /v1/traces: only POST is allowed`, { allow: 'POST' });
  }
}

/** The request as protobuf. Spans of JSON that cannot be translated are added to `rejected`. */
function readBody(
  request: HttpRequest,
  encoding: Encoding | undefined,
  maxBytes: number,
  rejected: RejectedSpans,
): Uint8Array {
  if (encoding === undefined) {
    const got = request.headers['content-type'] ?? 'none';
    const allowed = Object.values(CONTENT_TYPES).join(' or ');
    throw new Refusal(415, RPC_CODE.invalidArgument, `content-type is "${got}": expected ${allowed}`);
  }
  const body = decodeBody(request, maxBytes);
  return encoding === 'json' ? protobufFromJson(body, rejected) : body;
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
  return new Refusal(503, RPC_CODE.unavailable, message, { 'retry-after': '1' });
}

function answer(
  status: number,
  encoding: Encoding,
  body: Uint8Array,
  headers: Readonly<Record<string, string>> = {},
): HttpResponse {
  return { status, headers: { 'content-type': CONTENT_TYPES[encoding], ...headers }, body };
}
