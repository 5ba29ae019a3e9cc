import type { TraceReader } from '../../lib/read/trace-reader.ts';
import type { HttpHead, HttpResponse } from '../ingest/http.ts';
import type { PipelineCounts } from './pipeline-counts.ts';

/** A request to one of the APIs that read. */
export interface ReadRequest {
  /** Behind the prefix of the API, with a slash at its beginning: its segments, decoded. */
  readonly segments: readonly string[];
  readonly query: URLSearchParams;
  readonly headers: HttpHead['headers'];
  readonly nowMs: number;
  /** Where the server itself runs the pipeline. */
  readonly pipeline?: (() => PipelineCounts) | undefined;
}

/** Answers requests below one prefix. What it throws becomes an answer with {@link errorBody}. */
export interface ReadApi {
  handle(request: ReadRequest, reader: TraceReader): Promise<HttpResponse>;
  /** The body of an answer that says what is wrong, as clients of this API read it. */
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
