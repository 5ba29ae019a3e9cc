import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import { UnavailableError } from '../../lib/pipeline/ports.ts';
import { InvalidQueryError } from '../../lib/read/condition.ts';
import type { ReadClock } from '../../lib/read/ports.ts';
import type { TraceReader } from '../../lib/read/trace-reader.ts';
import type { HttpHandler } from '../ingest/handler.ts';
import { type HttpHead, type HttpResponse, httpResult, NotHttpEventError, readHttpEvent } from '../ingest/http.ts';
import type { Authorize } from '../ingest/keys.ts';
import type { Log } from '../shared/logger.ts';
import type { PerTenant } from '../shared/per-tenant.ts';
import type { PipelineCounts } from './answers.ts';
import { READ_APIS } from './apis.ts';
import type { Explain } from './explanation.ts';
import { compressed, HttpError, jsonResponse, type ReadApi, textResponse } from './http.ts';
import { answerPage, type PageFiles } from './page.ts';

export interface ReadHttpDeps {
  readonly readers: PerTenant<TraceReader>;
  /** Who reads, and the traces of which tenant. */
  readonly authorize: Authorize;
  readonly clock: ReadClock;
  /** What the pipeline has done, where this process runs it. */
  readonly pipeline?: () => PipelineCounts;
  /** Says where traces are that may not be kept. @default only kept traces are read */
  readonly explain?: PerTenant<Explain>;
  readonly log: Log;
  /** What an answer may have, as it is sent. @default no limit */
  readonly maxBodyBytes?: number;
}

/** The API that a path belongs to, and the path behind its prefix; undefined: none. */
function readRouteOf(path: string): { readonly api: ReadApi; readonly rest: string } | undefined {
  for (const [prefix, api] of READ_APIS) {
    if (path === prefix || path.startsWith(`${prefix}/`)) return { api, rest: path.slice(prefix.length) };
  }
  return undefined;
}

/** Answers requests for kept traces. It needs no body, and never rejects. */
export type ReadHttp = (head: HttpHead) => Promise<HttpResponse>;

export function createReadHttp(deps: ReadHttpDeps): ReadHttp {
  return async (head) => {
    const route = readRouteOf(head.path);
    const errorBody = route?.api.errorBody ?? ((_status: number, message: string) => ({ error: message }));
    try {
      if (route === undefined) {
        throw new HttpError(404, `${head.path} does not exist: ${[...READ_APIS.keys()].join(', ')} do`);
      }
      const answered = await compressed(await answer(head, route.api, route.rest, deps), head);
      if (deps.maxBodyBytes !== undefined) checkSize(answered, deps.maxBodyBytes);
      return answered;
    } catch (error) {
      const { status, message, headers } = refusalOf(error, deps.log);
      const said = errorBody(status, message);
      const refused = typeof said === 'string' ? textResponse(said, status) : jsonResponse(said, status);
      return { ...refused, headers: { ...refused.headers, ...headers } };
    }
  };
}

async function answer(head: HttpHead, api: ReadApi, rest: string, deps: ReadHttpDeps): Promise<HttpResponse> {
  const { method, headers, query = '' } = head;
  if (method !== 'GET' && method !== 'HEAD') throw new HttpError(405, `${method} is not allowed: only GET is`);
  const who = await deps.authorize(headers);
  if (who === undefined) {
    throw new HttpError(401, 'no valid read key: send one in the header x-api-key, or as authorization: Bearer <key>');
  }
  const request = {
    segments: segmentsOf(rest),
    query: new URLSearchParams(query),
    headers,
    nowMs: deps.clock.now(),
    pipeline: deps.pipeline,
    explain: deps.explain?.(who.tenant),
  };
  return api.handle(request, deps.readers(who.tenant));
}

/**
 * The platform would put an error of its own in the place of a larger answer, which says nothing of what to do.
 * @throws {HttpError}
 */
function checkSize({ body, headers }: HttpResponse, maxBytes: number): void {
  if (body.length <= maxBytes) return;
  const isGzip = headers['content-encoding'] !== undefined;
  const less = 'ask for less: limit, a shorter window';
  const advice = isGzip
    ? `${less}; for one trace that is so large, use tailgate query or tailgate replay`
    : `send "accept-encoding: gzip" (curl --compressed), or ${less}`;
  const size = `${body.length} bytes${isGzip ? ' with gzip' : ''}`;
  throw new HttpError(413, `the answer has ${size}, and ${maxBytes} fit into one of Lambda: ${advice}`);
}

function segmentsOf(path: string): string[] {
  try {
    return path.split('/').slice(1).map(decodeURIComponent);
  } catch {
    throw new HttpError(400, `${path} is not a path: it has a % that no two hex digits follow`);
  }
}

interface Refused {
  readonly status: number;
  readonly message: string;
  readonly headers: Readonly<Record<string, string>>;
}

function refusalOf(error: unknown, log: Log): Refused {
  if (error instanceof HttpError) {
    const headers: Record<string, string> =
      error.status === 401 ? { 'www-authenticate': 'Bearer' } : error.status === 405 ? { allow: 'GET, HEAD' } : {};
    return { status: error.status, message: error.message, headers };
  }
  if (error instanceof InvalidQueryError) return { status: 400, message: error.message, headers: {} };
  log.error('reading failed', { error });
  if (error instanceof UnavailableError) {
    return { status: 503, message: 'the archive cannot be read now: ask again', headers: { 'retry-after': '1' } };
  }
  return { status: 500, message: 'the traces could not be read; the log has the reason', headers: {} };
}

/** Puts what reads before what receives: requests with a path of a {@link READ_APIS} go to `read`, all others to `ingest`. */
export function readBeside(read: ReadHttp, ingest: HttpHandler): HttpHandler {
  return (head) => (readRouteOf(head.path) === undefined ? ingest(head) : read(head));
}

export type ReadHandler = (event: APIGatewayProxyEventV2) => Promise<APIGatewayProxyStructuredResultV2>;

/**
 * The largest body that Lambda takes as an answer: 6 MB as JSON, in which it is base64, and the rest of the answer some kilobytes.
 * https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
 */
const MAX_BODY_BYTES = 4_600_000;

/** The Lambda handler behind a function URL or an HTTP API (payload format 2.0): the page, and the APIs. */
export function createReadHandler(deps: ReadHttpDeps, page: PageFiles): ReadHandler {
  const read = createReadHttp({ maxBodyBytes: MAX_BODY_BYTES, ...deps });
  return async (event) => {
    try {
      const head = readHttpEvent(event);
      const file = await answerPage(head, page);
      const answer = await (file === undefined ? read(head) : compressed(file, head));
      return httpResult(head.method === 'HEAD' ? { ...answer, body: new Uint8Array() } : answer);
    } catch (error) {
      if (!(error instanceof NotHttpEventError)) throw error;
      return httpResult(jsonResponse({ error: error.message }, 400));
    }
  };
}
