import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import type { Coverage } from '../../lib/read/results.ts';
import type { TraceReader } from '../../lib/read/trace-reader.ts';
import type { HttpHead, HttpResponse } from '../ingest/http.ts';
import type { PipelineCounts } from './answers.ts';
import type { Explain } from './explanation.ts';

/** A request to one of the APIs that read. */
export interface ReadRequest {
  /** Behind the prefix of the API, with a slash at its beginning: its segments, decoded. */
  readonly segments: readonly string[];
  readonly query: URLSearchParams;
  readonly headers: HttpHead['headers'];
  readonly nowMs: number;
  /** Where the server itself runs the pipeline. */
  readonly pipeline?: (() => PipelineCounts) | undefined;
  /** Where the server may look at what waits. */
  readonly explain?: Explain | undefined;
}

/** Answers requests below one prefix. What it throws becomes an answer with {@link errorBody}. */
export interface ReadApi {
  handle(request: ReadRequest, reader: TraceReader): Promise<HttpResponse>;
  /** The body of an answer that says what is wrong, as clients of this API read it: for JSON, or a text that is sent as it is. */
  errorBody(status: number, message: string): unknown;
}

/** The request is answered with a status of its own. */
export class HttpError extends Error {
  override readonly name = 'HttpError';
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

/** Why an answer does not take in everything; undefined: it does. */
export function gapsOf({ isComplete, missingHours, damaged }: Coverage): string | undefined {
  if (isComplete) return undefined;
  if (damaged === undefined) return 'not all hours were read in time: ask again, or for a shorter window';
  const { lines, objects } = damaged;
  const hours = missingHours.join(', ');
  return `what is damaged in the archive was left out (lines: ${lines}, objects: ${objects}, hours: ${hours}); the log names it`;
}

/** The trace is not where it was looked for; it may be elsewhere. */
export function traceNotFound(traceId: string, coverage: Coverage): HttpError {
  const gaps = gapsOf(coverage);
  const where = gaps === undefined ? 'in the hours asked for' : `in what could be read (${gaps})`;
  return new HttpError(
    404,
    `trace ${traceId} has no decision record, and is not ${where}: it was not kept, is not decided yet, or is elsewhere (from, to)`,
  );
}

const utf8 = new TextEncoder();

/** An answer in JSON. Integers of 64 bits are texts of decimal digits, as in protobuf's JSON. */
export function jsonResponse(value: unknown, status = 200): HttpResponse {
  const text = JSON.stringify(value, (_key, one: unknown) => (typeof one === 'bigint' ? String(one) : one));
  return {
    status,
    headers: { 'content-type': 'application/json', 'cache-control': 'no-store' },
    body: utf8.encode(text),
  };
}

export function textResponse(text: string, status = 200): HttpResponse {
  return {
    status,
    headers: { 'content-type': 'text/plain; charset=utf-8', 'cache-control': 'no-store' },
    body: utf8.encode(text),
  };
}

/** Smaller answers are not worth it. */
const MIN_GZIP_BYTES = 1024;
const compress = promisify(gzip);

/** The answer with gzip, where the client reads that and it pays. */
export async function compressed(response: HttpResponse, { headers }: HttpHead): Promise<HttpResponse> {
  const { body } = response;
  const isAccepted = /(?:^|,)\s*(?:gzip|\*)\s*(?:;\s*q=(?!0(?:\.0*)?\s*(?:,|$))[\d.]+\s*)?(?:,|$)/i;
  if (body.length < MIN_GZIP_BYTES || !isAccepted.test(headers['accept-encoding'] ?? '')) return response;
  const gzipped = await compress(body, { level: 3 });
  return {
    ...response,
    headers: { ...response.headers, 'content-encoding': 'gzip', vary: 'accept-encoding' },
    body: gzipped,
  };
}
