import type { ReadWindow } from '../../../lib/read/results.ts';
import type { TraceReader } from '../../../lib/read/trace-reader.ts';
import type { HttpResponse } from '../../ingest/http.ts';
import { HttpError, jsonResponse, type ReadApi, type ReadRequest, traceNotFound } from '../http.ts';
import { limitOf, recentWindow, textParameter, traceIdOf, windowOf } from '../parameters.ts';
import { jaegerCondition } from './search-parameters.ts';
import { uiTrace } from './ui-model.ts';
import { withSpanKinds } from './v3-api.ts';

/**
 * The API that Jaeger UI had before v3, and has for one trace, comparing traces and the architecture; Grafana's Jaeger data source has no
 * other. Times are microseconds, but milliseconds for dependencies (jaeger v1.76.0, `http_handler.go` and `query_parser.go`).
 */
export const jaegerClassicApi: ReadApi = {
  handle,
  errorBody: (code, msg) => ({ data: null, total: 0, limit: 0, offset: 0, errors: [{ code, msg }] }),
};

const DEFAULT_LIMIT = 100;
const DEFAULT_DEPENDENCY_LOOKBACK_MS = 24 * 3_600_000;

async function handle(request: ReadRequest, reader: TraceReader): Promise<HttpResponse> {
  const { segments, query, nowMs } = request;
  const [resource, name, part] = segments;
  const path = [resource, ...(name === undefined ? [] : ['*']), ...(part === undefined ? [] : [part])].join('/');
  switch (segments.length > 3 ? '' : path) {
    case 'services': {
      const { services } = await reader.services(recentWindow(nowMs));
      return listed(services);
    }
    case 'services/*/operations':
      return listed((await spanKindsOf(name, request, reader)).map((operation) => operation.name));
    case 'operations':
      return listed(await spanKindsOf(textParameter(query, 'service'), request, reader));
    case 'traces':
      return query.has('traceID') ? tracesById(request, reader) : search(request, reader);
    case 'traces/*': {
      const traceId = traceIdOf(name ?? '');
      const { trace, isComplete } = await reader.get(traceId, traceWindow(query, nowMs));
      if (trace === undefined) throw traceNotFound(traceId, isComplete);
      return listed([uiTrace(trace)]);
    }
    case 'dependencies':
      return dependencies(request, reader);
    default:
      throw new HttpError(404, `/api/${segments.join('/')} does not exist here`);
  }
}

function listed(data: readonly unknown[], errors: readonly unknown[] | null = null): HttpResponse {
  return jsonResponse({ data, total: data.length, limit: 0, offset: 0, errors });
}

async function spanKindsOf(service: string | undefined, { query, nowMs }: ReadRequest, reader: TraceReader) {
  if (service === undefined) throw new HttpError(400, "parameter 'service' is required");
  const { operations } = await reader.operations(service, recentWindow(nowMs));
  return withSpanKinds(operations, textParameter(query, 'spanKind'));
}

async function search({ query, nowMs }: ReadRequest, reader: TraceReader): Promise<HttpResponse> {
  const condition = jaegerCondition({
    service: textParameter(query, 'service'),
    operation: textParameter(query, 'operation'),
    minDuration: textParameter(query, 'minDuration'),
    maxDuration: textParameter(query, 'maxDuration'),
    attributes: attributesOf(query),
  });
  const window = traceWindow(query, nowMs);
  const limit = limitOf(textParameter(query, 'limit'), DEFAULT_LIMIT);
  const { traces, isComplete } = await reader.find({ window, limit, ...(condition && { condition }) });
  const read = await Promise.all(traces.map((found) => reader.readFound(found)));
  const errors = isComplete ? null : [{ msg: 'not all hours were read in time: ask for a shorter window' }];
  return listed(read.filter((trace) => trace !== undefined).map(uiTrace), errors);
}

/** `tags` is a JSON object; each `tag` is a key and a value with a colon between them. */
function attributesOf(query: URLSearchParams): string | undefined {
  const pairs = query.getAll('tag').map((tag) => {
    const colon = tag.indexOf(':');
    if (colon < 1) throw new HttpError(400, `tag must be key:value, got ${JSON.stringify(tag)}`);
    return [tag.slice(0, colon), tag.slice(colon + 1)] as const;
  });
  return pairs.length === 0 ? textParameter(query, 'tags') : JSON.stringify(Object.fromEntries(pairs));
}

async function tracesById({ query, nowMs }: ReadRequest, reader: TraceReader): Promise<HttpResponse> {
  const ids = query.getAll('traceID').map(traceIdOf);
  const window = traceWindow(query, nowMs);
  const found = await Promise.all(ids.map(async (id) => ({ id, ...(await reader.get(id, window)) })));
  const errors = found
    .filter(({ trace }) => trace === undefined)
    .map(({ id, isComplete }) => ({ code: 404, msg: traceNotFound(id, isComplete).message, traceID: id }));
  const traces = found.flatMap(({ trace }) => (trace === undefined ? [] : [uiTrace(trace)]));
  return listed(traces, errors.length === 0 ? null : errors);
}

async function dependencies({ query, nowMs }: ReadRequest, reader: TraceReader): Promise<HttpResponse> {
  const endMs = numberOf(query, 'endTs') ?? nowMs;
  const lookbackMs = numberOf(query, 'lookback') ?? DEFAULT_DEPENDENCY_LOOKBACK_MS;
  const found = await reader.dependencies(windowOf(endMs - lookbackMs, endMs));
  const service = textParameter(query, 'service');
  const links = found.dependencies.filter(
    ({ parent, child }) => service === undefined || parent === service || child === service,
  );
  // Estimated: the page draws how much traffic there is, not how much of it was kept.
  return listed(
    links.map(({ parent, child, estimatedCalls }) => ({ parent, child, callCount: Math.round(estimatedCalls) })),
  );
}

/** `start` and `end` in microseconds; each may be missing. */
function traceWindow(query: URLSearchParams, nowMs: number): ReadWindow {
  const [start, end] = [numberOf(query, 'start'), numberOf(query, 'end')];
  const toMs = end === undefined ? nowMs : end / 1000;
  return windowOf(start === undefined ? recentWindow(toMs).fromMs : start / 1000, toMs);
}

function numberOf(query: URLSearchParams, name: string): number | undefined {
  const text = textParameter(query, name);
  if (text === undefined) return undefined;
  if (!/^-?\d{1,18}$/.test(text))
    throw new HttpError(400, `unable to parse param '${name}': expected a whole number, got ${text}`);
  return Number(text);
}
